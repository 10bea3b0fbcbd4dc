package dev.berth.bench.load;

import java.util.Map;

/**
 * What came back for one request. Header names are in lower case; of a repeated header the last one
 * is kept. The body is read as UTF-8.
 */
public record Answer(int status, Map<String, String> headers, String text) {
  public Answer {
    headers = Map.copyOf(headers);
  }

  public String header(String name) {
    return headers.getOrDefault(name, "");
  }
}
