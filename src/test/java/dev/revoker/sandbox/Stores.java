package dev.revoker.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Key stores of a certificate authority, made with the JDK's keytool, as Kafka's settings. */
final class Stores {
  static final String PASSWORD = "a-store-password-for-this-test";

  /** The stores of the authority by file name: one authority for all tests of this JVM. */
  private static final Map<String, byte[]> AUTHORITY = new HashMap<>();

  private final Path folder;

  Stores(Path folder) throws IOException {
    this.folder = folder;
    synchronized (AUTHORITY) {
      if (AUTHORITY.isEmpty()) {
        keytool("ca", "-genkeypair", "-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c");
        keytool("ca", "-exportcert", "-alias", "ca", "-file", file("ca.der"));
        keytool("trust", "-importcert", "-alias", "ca", "-file", file("ca.der"), "-noprompt");
        for (String store : List.of("ca.p12", "trust.p12")) {
          AUTHORITY.put(store, Files.readAllBytes(Path.of(file(store))));
        }
      }
      for (Map.Entry<String, byte[]> store : AUTHORITY.entrySet()) {
        Files.write(Path.of(file(store.getKey())), store.getValue());
      }
    }
  }

  /** Settings of one that trusts the authority. */
  Map<String, String> trust() {
    return settings("truststore", "trust");
  }

  /** Settings of one with a certificate of the authority for these names. */
  Map<String, String> signed(String name, String names) throws IOException {
    Files.copy(Path.of(file("ca.p12")), Path.of(file(name + ".p12")));
    keytool(
        name,
        "-genkeypair",
        "-alias",
        name,
        "-dname",
        "CN=" + name,
        "-ext",
        "san=" + names,
        "-signer",
        "ca",
        "-signerkeypass",
        PASSWORD);
    keytool(name, "-delete", "-alias", "ca");
    return settings("keystore", name);
  }

  /** Settings of one with a certificate that nobody signed. */
  Map<String, String> selfSigned(String name) throws IOException {
    keytool(name, "-genkeypair", "-alias", name, "-dname", "CN=" + name);
    return settings("keystore", name);
  }

  private Map<String, String> settings(String kind, String name) {
    return Map.of(
        "ssl." + kind + ".type",
        "PKCS12",
        "ssl." + kind + ".location",
        file(name + ".p12"),
        "ssl." + kind + ".password",
        PASSWORD);
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private void keytool(String store, String command, String... more) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", command));
    line.addAll(List.of("-storetype", "PKCS12", "-keystore", file(store + ".p12")));
    line.addAll(List.of("-storepass", PASSWORD));
    if (command.equals("-genkeypair")) {
      line.addAll(List.of("-keyalg", "EC", "-validity", "30"));
    }
    line.addAll(List.of(more));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(said);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
