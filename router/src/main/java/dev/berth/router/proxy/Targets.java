package dev.berth.router.proxy;

/** Takes apart a request target in absolute form, such as {@code http://shop.example/cart}. */
final class Targets {
  private static final String SCHEME = "http://";

  private Targets() {}

  static boolean isAbsolute(String uri) {
    return uri.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && uri.length() > SCHEME.length()
        && uri.charAt(SCHEME.length()) != '/';
  }

  static String authority(String absolute) {
    return absolute.substring(SCHEME.length(), pathStart(absolute));
  }

  static String path(String absolute) {
    String path = absolute.substring(pathStart(absolute));
    return path.startsWith("/") ? path : "/" + path;
  }

  private static int pathStart(String absolute) {
    for (int i = SCHEME.length(); i < absolute.length(); i++) {
      char c = absolute.charAt(i);
      if (c == '/' || c == '?') {
        return i;
      }
    }
    return absolute.length();
  }
}
