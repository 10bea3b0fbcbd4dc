package dev.berth.scheduler.slug;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Lays out the bytes of a tar by hand, so that headers can say what no tar program would write. */
final class RawTar {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** One header, changed by hand before its checksum is made. */
  static final class Header {
    final byte[] block = new byte[512];

    Header(String name, char type, long size) {
      put(0, name.getBytes(UTF_8));
      put(100, "0000644\0".getBytes(UTF_8));
      put(108, "0000000\0".getBytes(UTF_8));
      put(116, "0000000\0".getBytes(UTF_8));
      put(124, "%011o\0".formatted(size).getBytes(UTF_8));
      put(136, "00000000000\0".getBytes(UTF_8));
      block[156] = (byte) type;
      put(257, "ustar\00000".getBytes(UTF_8));
    }

    Header put(int offset, byte... bytes) {
      System.arraycopy(bytes, 0, block, offset, bytes.length);
      return this;
    }

    Header put(int offset, String text) {
      return put(offset, text.getBytes(UTF_8));
    }

    Header gnu() {
      return put(257, "ustar  \0");
    }

    /** The block with the right checksum. */
    byte[] sealed() {
      return seal(block);
    }
  }

  static byte[] seal(byte[] block) {
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    System.arraycopy("%06o\0 ".formatted(sum).getBytes(UTF_8), 0, block, 148, 8);
    return block;
  }

  RawTar header(Header header) {
    out.writeBytes(header.sealed());
    return this;
  }

  RawTar content(byte... content) {
    out.writeBytes(content);
    out.writeBytes(new byte[-content.length & 511]);
    return this;
  }

  RawTar file(String name, String content) {
    byte[] bytes = content.getBytes(UTF_8);
    return header(new Header(name, '0', bytes.length)).content(bytes);
  }

  /** An entry of any type with content: a pax header is 'x', a long name 'L'. */
  RawTar special(char type, String content) {
    byte[] bytes = content.getBytes(UTF_8);
    return header(new Header("special", type, bytes.length).gnu()).content(bytes);
  }

  RawTar pax(String... records) {
    StringBuilder text = new StringBuilder();
    for (String record : records) {
      text.append(record(record));
    }
    byte[] bytes = text.toString().getBytes(UTF_8);
    return header(new Header("PaxHeader", 'x', bytes.length)).content(bytes);
  }

  static String record(String record) {
    int equals = record.indexOf('=');
    return new String(
        ExtendedHeader.record(record.substring(0, equals), record.substring(equals + 1)), UTF_8);
  }

  RawTar raw(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  byte[] bytes() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(out.toByteArray());
    whole.writeBytes(new byte[1024]);
    return whole.toByteArray();
  }
}
