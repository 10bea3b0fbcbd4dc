package dev.berth.cli.command;

import dev.berth.cli.output.Terminal;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Secrets that sign calls to a tenant's addresses: made here if none is given, told once. */
final class Secrets {
  private static final int BYTES = 32;

  private Secrets() {}

  static String or(String given) {
    if (!given.isEmpty()) {
      return given;
    }
    byte[] secret = new byte[BYTES];
    new SecureRandom().nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }

  static void tell(Terminal terminal, String secret) {
    terminal.err().println("The calls are signed with the secret " + secret + " (told only now).");
  }
}
