package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who looks up what we ship in the bill of materials looks up what we ship. */
class BillOfMaterialsIT {
  private static final Path FOLDER = Path.of("target", "revoker");

  @Test
  void theBillNamesTheJarsOfTheFolderByteForByteAndNoOthers() throws Exception {
    Path file = FOLDER.resolve("sbom.cdx.json");
    assumeThat(file).as("an offline Maven makes no bill").exists();
    JsonNode bill = JsonMapper.shared().readTree(file.toFile());
    Map<String, String> billed = new TreeMap<>();
    for (JsonNode part : bill.get("components")) {
      String jar = part.get("name").asString() + "-" + part.get("version").asString() + ".jar";
      billed.put(jar, sha256(part));
      assertThat(part.get("purl").asString())
          .startsWith("pkg:maven/" + part.get("group").asString() + "/");
    }

    assertThat(billed).isEqualTo(shipped()).isNotEmpty();
  }

  @Test
  void theFolderAndTheJarHaveLicenseAndNotice() throws IOException {
    try (JarFile jar = new JarFile(FOLDER.resolve("lib/revoker.jar").toFile())) {
      for (String name : List.of("LICENSE", "NOTICE")) {
        byte[] text = Files.readAllBytes(Path.of(name));
        assertThat(FOLDER.resolve(name)).hasBinaryContent(text);
        assertThat(jar.getInputStream(jar.getJarEntry("META-INF/" + name))).hasBinaryContent(text);
      }
    }
  }

  private static String sha256(JsonNode part) {
    return part.get("hashes")
        .valueStream()
        .filter(hash -> hash.get("alg").asString().equals("SHA-256"))
        .map(hash -> hash.get("content").asString())
        .findFirst()
        .orElse("none");
  }

  /** Our own jar is what the bill is about, not a part in it. */
  private static Map<String, String> shipped() throws IOException, NoSuchAlgorithmException {
    Map<String, String> shipped = new TreeMap<>();
    try (Stream<Path> jars = Files.list(FOLDER.resolve("lib"))) {
      for (Path jar : jars.filter(Files::isRegularFile).toList()) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
        shipped.put(jar.getFileName().toString(), HexFormat.of().formatHex(digest));
      }
    }
    assertThat(shipped.remove("revoker.jar")).isNotNull();
    return shipped;
  }
}
