package dev.berth.scheduler.api;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes tenants' tokens: 256 bits that nobody can guess.
 *
 * <p>The same idempotency key and name give the same token for as long as this process lives, so
 * that a repeated request gets the token that its first try has stored. Thread-safe.
 */
public final class Tokens {
  private static final int SECRET_BYTES = 32;

  private final SecureRandom random;
  private final SecretKeySpec secret;

  public Tokens(SecureRandom random) {
    this.random = random;
    this.secret = new SecretKeySpec(bytes(random), "HmacSHA256");
  }

  String make(String idempotencyKey, String tenant) {
    String seed =
        idempotencyKey.isEmpty()
            ? HexFormat.of().formatHex(bytes(random))
            : idempotencyKey.length() + ":" + idempotencyKey + ":" + tenant;
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(secret);
      byte[] token = mac.doFinal(seed.getBytes(StandardCharsets.UTF_8));
      return "berth_" + Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HmacSHA256", e);
    }
  }

  private static byte[] bytes(SecureRandom random) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return bytes;
  }
}
