package dev.revoker.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority of its own in a temporary folder, made with the JDK's keytool. */
final class TestCertificates {
  static final String STORE_PASSWORD = "changeit";
  private static final char[] PASSWORD = STORE_PASSWORD.toCharArray();

  private final Path folder;

  TestCertificates(Path folder) {
    this.folder = folder;
    keytool("ca", "-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c", "-validity", "30");
  }

  /** What a client needs in order to trust this authority, and nobody else. */
  SSLContext client() {
    return context(null, trust());
  }

  /** The same as a file of that type: PKCS12, JKS or PEM. */
  Path trustFile(String type) {
    try {
      Certificate authority = load("ca").getCertificate("ca");
      Path file = folder.resolve("trust." + type);
      if (type.equals("PEM")) {
        return Files.writeString(file, pem("CERTIFICATE", authority.getEncoded()));
      }
      KeyStore store = KeyStore.getInstance(type);
      store.load(null, null);
      store.setCertificateEntry("ca", authority);
      return write(store, file);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** The key and certificate of a client, signed by this authority, as a file of that type. */
  Path clientFile(String type) {
    String name = "client-" + type;
    Path file = folder.resolve("client." + type);
    if (Files.exists(file)) {
      return file;
    }
    sign(name, "dns:client", "-1d", 10);
    try {
      KeyStore own = load(name);
      Key key = own.getKey("server", PASSWORD);
      Certificate[] chain = {own.getCertificate("server")};
      if (type.equals("PEM")) {
        return Files.writeString(
            file, pem("PRIVATE KEY", key.getEncoded()) + pem("CERTIFICATE", chain[0].getEncoded()));
      }
      KeyStore store = KeyStore.getInstance(type);
      store.load(null, null);
      store.setKeyEntry("client", key, PASSWORD, chain);
      return write(store, file);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Path write(KeyStore store, Path file)
      throws IOException, GeneralSecurityException {
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD);
    }
    return file;
  }

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes), what);
  }

  private TrustManager[] trust() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", load("ca").getCertificate("ca"));
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      return trust.getTrustManagers();
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static SSLContext context(KeyManager[] keys, TrustManager[] trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * A server with a certificate of this authority.
   *
   * @param name the store's, not used before
   * @param names as keytool's {@code san}
   * @param start as keytool's {@code -startdate}
   */
  SSLContext server(String name, String names, String start, int days) {
    sign(name, names, start, days);
    return server(name);
  }

  private void sign(String name, String names, String start, int days) {
    make(
        name,
        names,
        "-startdate",
        start,
        "-validity",
        "" + days,
        "-signer",
        "ca",
        "-signerkeypass",
        new String(PASSWORD));
  }

  /** A server whose certificate nobody signed. */
  SSLContext selfSigned(String name, String names) {
    make(name, names, "-validity", "30");
    return server(name);
  }

  private void make(String name, String names, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(List.of("-alias", "server", "-dname", "CN=test", "-ext", "san=" + names));
    // keytool signs with a key of the same store, so each store starts as a copy of the authority.
    copyAuthority(name);
    keytool(name, arguments.toArray(String[]::new));
  }

  /** It trusts the clients of this authority. */
  private SSLContext server(String name) {
    try {
      KeyStore own = load(name);
      own.deleteEntry("ca");
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(own, PASSWORD);
      return context(keys.getKeyManagers(), trust());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private void copyAuthority(String name) {
    try {
      Files.copy(Path.of(path("ca")), Path.of(path(name)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void keytool(String store, String... more) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", path(store), "-storepass", new String(PASSWORD)));
    command.addAll(List.of(more));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(output);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String path(String store) {
    return folder.resolve(store + ".p12").toString();
  }

  private KeyStore load(String store) {
    try (InputStream file = Files.newInputStream(Path.of(path(store)))) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(file, PASSWORD);
      return keys;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
