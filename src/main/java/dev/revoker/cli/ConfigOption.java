package dev.revoker.cli;

import dev.revoker.config.Config;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import dev.revoker.message.Text;
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
        "Java properties, see docs/CONFIGURATION.md.",
        "REVOKER_CONFIG names it too; REVOKER_... override it."
      })
  private @Nullable Path file;

  /** The file that was given; null for none. */
  @Nullable Path file() {
    return file;
  }

  /** Loads the configuration; if it is wrong, prints each mistake and returns nothing. */
  Optional<Config> load(PrintWriter err) {
    return valid(loaded(), err);
  }

  /** The same, without the accounts. */
  Optional<Config> loadWithoutAccounts(PrintWriter err) {
    return valid(ConfigLoader.loadWithoutAccounts(file, System.getenv()), err);
  }

  private static Optional<Config> valid(Loaded loaded, PrintWriter err) {
    return switch (loaded) {
      case Loaded.Invalid invalid -> {
        invalid.problems().forEach(problem -> err.println(Text.visible(problem)));
        yield Optional.empty();
      }
      case Loaded.Valid valid -> {
        valid.warnings().forEach(warning -> err.println(Text.visible("warning: " + warning)));
        yield Optional.of(valid.config());
      }
    };
  }

  Loaded loaded() {
    return ConfigLoader.load(file, System.getenv());
  }
}
