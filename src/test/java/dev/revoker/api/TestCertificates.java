package dev.revoker.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority of its own in a temporary folder, made with the JDK's keytool. */
final class TestCertificates {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path folder;

  TestCertificates(Path folder) {
    this.folder = folder;
    keytool("ca", "-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c", "-validity", "30");
  }

  /** What a client needs in order to trust this authority, and nobody else. */
  SSLContext client() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", load("ca").getCertificate("ca"));
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
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
    return server(
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
    return server(name, names, "-validity", "30");
  }

  private SSLContext server(String name, String names, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(List.of("-alias", "server", "-dname", "CN=test", "-ext", "san=" + names));
    // keytool signs with a key of the same store, so each store starts as a copy of the authority.
    copyAuthority(name);
    keytool(name, arguments.toArray(String[]::new));
    try {
      KeyStore own = load(name);
      own.deleteEntry("ca");
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(own, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
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
