package dev.berth.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The cluster's own certificate authority: says which key speaks for which program.
 *
 * <p>Trusted by this cluster alone. Its certificates have no end date: they are withdrawn by making
 * a new authority, never by waiting. Private keys are written for their owner only.
 */
public final class CertificateAuthority {
  private static final String CERTIFICATE_FILE = "ca.crt";
  private static final String KEY_FILE = "ca.key";
  private static final String SERVER = "scheduler";
  private static final Pattern COMMON_NAME = Pattern.compile("[a-z0-9][a-z0-9:.-]{0,62}");

  /**
   * Before any clock that may meet these certificates; after it, "no end" as RFC 5280 writes it.
   */
  private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");

  private static final Instant NO_END = Instant.parse("9999-12-31T23:59:59Z");

  private final X509Certificate certificate;
  private final PrivateKey key;

  private CertificateAuthority(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /** Makes a new authority; refuses to replace one. */
  public static CertificateAuthority create(Path directory) {
    if (Files.exists(directory.resolve(KEY_FILE))) {
      throw new IdentityException(
          directory + " already holds a certificate authority; open it, or use another directory");
    }
    try {
      KeyPair pair = newKeyPair();
      X500Name name = name("berth-ca");
      X509v3CertificateBuilder builder = builder(name, name, pair.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      X509Certificate certificate = signed(builder, pair.getPrivate());
      SecretFiles.makeDirectory(directory);
      SecretFiles.write(directory.resolve(CERTIFICATE_FILE), Pem.of(certificate));
      SecretFiles.write(directory.resolve(KEY_FILE), Pem.of(pair.getPrivate()));
      return new CertificateAuthority(certificate, pair.getPrivate());
    } catch (IOException | GeneralSecurityException | OperatorCreationException failure) {
      throw new IdentityException(
          "the certificate authority in " + directory + " cannot be made", failure);
    }
  }

  public static CertificateAuthority open(Path directory) {
    try {
      return new CertificateAuthority(
          Pem.certificate(directory.resolve(CERTIFICATE_FILE)),
          Pem.key(directory.resolve(KEY_FILE)));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException failure) {
      throw new IdentityException(
          "the certificate authority in " + directory + " cannot be read", failure);
    }
  }

  /** Writes a new key and its certificate into the directory, for {@link Identity#load}. */
  public void issue(String commonName, Path directory) {
    if (!COMMON_NAME.matcher(commonName).matches()) {
      throw new IdentityException(
          "a common name is 1 to 63 characters of [a-z0-9:.-], not \"" + commonName + "\"");
    }
    try {
      KeyPair pair = newKeyPair();
      X509v3CertificateBuilder builder =
          builder(
              X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
              name(commonName),
              pair.getPublic());
      addLeafExtensions(builder, commonName.equals(SERVER));
      X509Certificate issued = signed(builder, key);
      SecretFiles.makeDirectory(directory);
      SecretFiles.write(directory.resolve(Identity.KEY_FILE), Pem.of(pair.getPrivate()));
      SecretFiles.write(directory.resolve(Identity.CERTIFICATE_FILE), Pem.of(issued));
      SecretFiles.write(directory.resolve(Identity.AUTHORITY_FILE), Pem.of(certificate));
    } catch (IOException | GeneralSecurityException | OperatorCreationException failure) {
      throw new IdentityException(
          "the identity " + commonName + " in " + directory + " cannot be made", failure);
    }
  }

  private static void addLeafExtensions(X509v3CertificateBuilder builder, boolean server)
      throws CertIOException {
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    KeyPurposeId purpose = server ? KeyPurposeId.id_kp_serverAuth : KeyPurposeId.id_kp_clientAuth;
    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    if (server) {
      GeneralName[] names = {
        new GeneralName(GeneralName.dNSName, SERVER),
        new GeneralName(GeneralName.dNSName, "localhost"),
        new GeneralName(GeneralName.iPAddress, "127.0.0.1")
      };
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
  }

  private static KeyPair newKeyPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static X500Name name(String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName).build();
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, PublicKey key) {
    BigInteger serial = new BigInteger(127, new SecureRandom()).add(BigInteger.ONE);
    return new JcaX509v3CertificateBuilder(
        issuer, serial, Date.from(FROM), Date.from(NO_END), subject, key);
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
  }
}
