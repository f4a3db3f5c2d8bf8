package dev.revoker.cli;

import dev.revoker.message.Encryption;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a key pair for encrypted requests. */
@Command(
    name = "keygen",
    header = "Makes a key pair for encrypted requests.",
    description = {
      "Makes a key pair on P-256 (ECDH-ES+A256KW) and writes it as two JWK sets: the private key",
      "for decryption.keys.location of the worker, readable by you only, and the public key for",
      "encryption.key.location of submit and for other senders. Overwrites no file."
    },
    footer = {
      "",
      "Examples:",
      "  bin/revoker keygen --kid 2026-12 --out private.jwks --public public.jwks"
    })
public final class KeygenCommand implements Callable<Integer> {
  private static final int MAX_KID_CHARS = 128;

  @Option(
      names = "--kid",
      paramLabel = "NAME",
      required = true,
      description = "The key's name, in clear in every request: 1 to 128 printable characters.")
  private String kid = "";

  @Option(
      names = "--out",
      paramLabel = "PRIVATE",
      required = true,
      description = "The file of the private key. Keep it as you keep the keys themselves.")
  private Path privateFile = Path.of("");

  @Option(
      names = "--public",
      paramLabel = "PUBLIC",
      required = true,
      description = "The file of the public key. It may be published.")
  private Path publicFile = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (kid.isEmpty()
        || kid.length() > MAX_KID_CHARS
        || !kid.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw wrong("--kid must be 1 to 128 printable ASCII characters");
    }
    requireAbsent("--out", privateFile);
    requireAbsent("--public", publicFile);
    if (privateFile.toAbsolutePath().normalize().equals(publicFile.toAbsolutePath().normalize())) {
      throw wrong("--out and --public are the same file");
    }
    Encryption.Pair pair = Encryption.Pair.generate(kid);
    PrintWriter out = spec.commandLine().getOut();
    try {
      create(privateFile, "rw-------", pair.privateSet().reveal());
      try {
        create(publicFile, "rw-r--r--", pair.publicSet());
      } catch (IOException halfDone) {
        Files.delete(privateFile);
        throw halfDone;
      }
    } catch (IOException failed) {
      spec.commandLine().getErr().println("a file cannot be written: " + failed);
      return ExitCode.FAILED;
    }
    out.println("private key  " + privateFile + "  (decryption.keys.location)");
    out.println("public key   " + publicFile + "  (encryption.key.location)");
    out.flush();
    return ExitCode.DONE;
  }

  private void requireAbsent(String option, Path file) {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw wrong(
          String.format(Locale.ROOT, "%s: %s exists, and keygen overwrites no file", option, file));
    }
  }

  private ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  /** The file has its permissions from the start, and appears only if there was none. */
  private static void create(Path file, String permissions, String text) throws IOException {
    boolean posix =
        Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
            }
            : new FileAttribute<?>[0];
    try (Writer writer =
        Channels.newWriter(
            Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes),
            StandardCharsets.UTF_8)) {
      writer.write(text + "\n");
    }
  }
}
