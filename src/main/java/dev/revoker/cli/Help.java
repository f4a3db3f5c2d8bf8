package dev.revoker.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What all commands have in common: help, version, and how arguments are read. */
public final class Help {
  private static final int WIDTH = 100;

  private Help() {}

  /** Sets up a command and its subcommands, which must have been added before. */
  public static CommandLine with(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print the version.")
            .build());
    spec.versionProvider(new Version());
    addHelp(command);
    // An argument that starts with @ is a text like any other, and never a file to read.
    return command
        .setExpandAtFiles(false)
        .registerConverter(Path.class, new PathConverter())
        .setExecutionExceptionHandler(new FailedCommand())
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  private static void addHelp(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Print this help.").build());
    UsageMessageSpec usage = spec.usageMessage();
    usage.width(WIDTH);
    usage.synopsisHeading("%nUsage: ");
    usage.descriptionHeading("%n");
    usage.parameterListHeading("%n");
    usage.optionListHeading(spec.positionalParameters().isEmpty() ? "%n" : "");
    usage.commandListHeading("%nCommands:%n");
    usage.abbreviateSynopsis(false);
    usage.exitCodeListHeading("%nExit codes:%n");
    if (usage.exitCodeList().isEmpty()) {
      Map<String, String> codes = new LinkedHashMap<>();
      codes.put("0", "Done.");
      codes.put("1", "It failed.");
      codes.put("2", "The command line or the configuration is wrong.");
      usage.exitCodeList(codes);
    }
    command.getSubcommands().values().forEach(Help::addHelp);
  }

  private static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Help.class.getPackage().getImplementationVersion();
      return new String[] {
        "revoker " + (version == null ? "(not packaged)" : version),
        "Java " + System.getProperty("java.version")
      };
    }
  }
}
