package dev.revoker.cli;

import dev.revoker.config.Config;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --config}, for the commands that need a configuration. */
final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "Java properties, as docs/CONFIGURATION.md has them.",
        "Environment variables REVOKER_... stand over it."
      })
  private @Nullable Path file;

  /** Loads and prints what is wrong, a line each; empty if anything is. */
  Optional<Config> load(PrintWriter err) {
    return told(loaded(), err);
  }

  /** As {@link #load}, without the accounts. */
  Optional<Config> loadWithoutAccounts(PrintWriter err) {
    return told(ConfigLoader.loadWithoutAccounts(file, System.getenv()), err);
  }

  private static Optional<Config> told(Loaded loaded, PrintWriter err) {
    return switch (loaded) {
      case Loaded.Invalid invalid -> {
        invalid.problems().forEach(err::println);
        yield Optional.empty();
      }
      case Loaded.Valid valid -> {
        valid.warnings().forEach(warning -> err.println("warning: " + warning));
        yield Optional.of(valid.config());
      }
    };
  }

  Loaded loaded() {
    return ConfigLoader.load(file, System.getenv());
  }
}
