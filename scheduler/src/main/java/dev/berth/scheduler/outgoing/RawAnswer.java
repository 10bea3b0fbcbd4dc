package dev.berth.scheduler.outgoing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The bytes of an HTTP/1 answer, perhaps cut off. Pure. */
final class RawAnswer {
  private static final Pattern STATUS =
      Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( [^\r\n]*)?");
  private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,7})(;[^\r\n]*)?\r\n");
  private static final String END = "\r\n\r\n";

  private RawAnswer() {}

  static WebhookClient.Answer parse(byte[] bytes) throws IOException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf(END);
    Matcher status = STATUS.matcher(text.lines().findFirst().orElse(""));
    if (end < 0 || !status.matches()) {
      throw new IOException(
          bytes.length == 0 ? "it closed without an answer" : "what it answers is no HTTP");
    }
    String rest = text.substring(end + END.length());
    String body = isChunked(text.substring(0, end)) ? joined(rest) : rest;
    return new WebhookClient.Answer(
        Integer.parseInt(status.group(1)),
        new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
  }

  /** Is nothing more to come, as far as the answer itself says? */
  static boolean isWhole(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf(END);
    if (end < 0) {
      return false;
    }
    String head = text.substring(0, end);
    if (isChunked(head)) {
      return text.endsWith("0" + END);
    }
    Matcher length =
        header("content-length", "([0-9]{1,9})").matcher(head.toLowerCase(Locale.ROOT));
    return length.find() && bytes.length - end - END.length() >= Integer.parseInt(length.group(1));
  }

  private static boolean isChunked(String head) {
    return header("transfer-encoding", "[^\r\n]*chunked")
        .matcher(head.toLowerCase(Locale.ROOT))
        .find();
  }

  private static Pattern header(String name, String value) {
    return Pattern.compile("\r\n" + name + ":[ \t]*" + value);
  }

  /** What can be read of the chunks. */
  private static String joined(String chunks) {
    var joined = new StringBuilder();
    Matcher chunk = CHUNK.matcher(chunks);
    int at = 0;
    while (chunk.find(at) && chunk.start() == at) {
      int length = Integer.parseInt(chunk.group(1), 16);
      int from = chunk.end();
      int to = Math.min(chunks.length(), from + length);
      joined.append(chunks, from, to);
      at = to + 2;
      if (length == 0 || at > chunks.length()) {
        break;
      }
    }
    return joined.toString();
  }
}
