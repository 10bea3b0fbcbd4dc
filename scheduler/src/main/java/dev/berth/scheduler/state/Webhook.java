package dev.berth.scheduler.state;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address of a tenant's that the scheduler may send a POST to.
 *
 * @param secret signs each call; never told
 */
public record Webhook(String url, Duration timeout, String secret) {
  public static final Duration MIN_TIMEOUT = Duration.ofMillis(100);
  public static final Duration MAX_TIMEOUT = Duration.ofSeconds(30);
  public static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_URL = 500;
  private static final Pattern SECRET = Pattern.compile("[!-~]{16,200}");
  private static final Pattern FORM =
      Pattern.compile(
          "(https?)://([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(?::([0-9]{1,5}))?"
              + "([/?][!-~&&[^#]]*)?");

  /** Where a URL leads; the path begins with a slash. */
  public record Target(boolean isSecure, String host, int port, String path) {}

  /** Empty if it is no URL that can be called. */
  public static Optional<Target> target(String url) {
    Matcher matcher = FORM.matcher(url);
    if (url.length() > MAX_URL || !matcher.matches()) {
      return Optional.empty();
    }
    boolean isSecure = matcher.group(1).equals("https");
    int port =
        matcher.group(3) == null ? (isSecure ? 443 : 80) : Integer.parseInt(matcher.group(3));
    String rest = matcher.group(4) == null ? "" : matcher.group(4);
    String path = rest.startsWith("/") ? rest : "/" + rest;
    return port < 1 || port > 65_535
        ? Optional.empty()
        : Optional.of(new Target(isSecure, matcher.group(2), port, path));
  }

  public static boolean isSecret(String text) {
    return SECRET.matcher(text).matches();
  }

  @Override
  public String toString() {
    return url;
  }
}
