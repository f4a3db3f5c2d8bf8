package dev.revoker.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What the help of all commands has in common. */
public final class Help {
  private static final int WIDTH = 100;

  private Help() {}

  /** Gives help to a command and all that stand under it already. */
  public static CommandLine with(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print the version.")
            .build());
    spec.versionProvider(new Version());
    dress(command);
    return command.setCaseInsensitiveEnumValuesAllowed(true);
  }

  private static void dress(CommandLine command) {
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
    command.getSubcommands().values().forEach(Help::dress);
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
