package dev.berth.scheduler.slug;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The records of a pax header: {@code LENGTH KEY=VALUE\n}, each key once.
 *
 * <p>Only path, link path and size are used; extended attributes (file capabilities are some), ACLs
 * and whatever else vendors add are read past and never passed on. Pure.
 */
record ExtendedHeader(Map<String, String> records) {
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");
  private static final Pattern TIME = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?");
  private static final int MAX_DIGITS = 6;

  ExtendedHeader {
    records = Map.copyOf(records);
  }

  static ExtendedHeader of(byte[] bytes) throws IOException {
    Map<String, String> records = new LinkedHashMap<>();
    int at = 0;
    while (at < bytes.length) {
      int space = at;
      while (space < bytes.length && bytes[space] != ' ') {
        space++;
      }
      int end = at + length(bytes, at, space);
      if (end <= space + 1 || end > bytes.length || bytes[end - 1] != '\n') {
        throw new IOException("a record of an extended header does not have the length it names");
      }
      add(new String(bytes, space + 1, end - space - 2, StandardCharsets.UTF_8), records);
      at = end;
    }
    return new ExtendedHeader(records);
  }

  private static int length(byte[] bytes, int from, int to) throws IOException {
    int length = 0;
    for (int i = from; i < to; i++) {
      boolean isDigit = bytes[i] >= (i == from ? '1' : '0') && bytes[i] <= '9';
      if (!isDigit || i - from >= MAX_DIGITS) {
        throw new IOException("a record of an extended header has no length");
      }
      length = length * 10 + bytes[i] - '0';
    }
    return length;
  }

  private static void add(String record, Map<String, String> records) throws IOException {
    int equals = record.indexOf('=');
    if (equals < 1 || record.substring(0, equals).chars().anyMatch(Character::isISOControl)) {
      throw new IOException("a record of an extended header has no key");
    }
    String key = record.substring(0, equals);
    String value = record.substring(equals + 1);
    boolean isWellFormed =
        switch (key) {
          case "path", "linkpath" -> !value.isEmpty() && value.indexOf('\0') < 0;
          case "size", "uid", "gid" -> COUNT.matcher(value).matches();
          case "mtime", "atime", "ctime" -> TIME.matcher(value).matches();
          default -> true;
        };
    if (!isWellFormed) {
      throw new IOException("the extended header '" + key + "' has a value that is not allowed");
    }
    if (records.put(key, value) != null) {
      throw new IOException("the extended header '" + key + "' occurs twice");
    }
  }

  /** One record; its length counts its own digits. */
  static byte[] record(String key, String value) {
    String rest = " " + key + "=" + value + "\n";
    int bytes = rest.getBytes(StandardCharsets.UTF_8).length;
    int digits = 1;
    while (Integer.toString(bytes + digits).length() > digits) {
      digits++;
    }
    return (bytes + digits + rest).getBytes(StandardCharsets.UTF_8);
  }

  boolean isSparse() {
    return records.keySet().stream()
        .anyMatch(key -> key.startsWith("GNU.sparse.") || key.equals("SCHILY.realsize"));
  }

  /** Comments, such as those of "git archive", change nothing. */
  boolean isOnlyComment() {
    return records.keySet().stream().allMatch(key -> key.equals("comment"));
  }
}
