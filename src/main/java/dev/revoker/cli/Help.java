package dev.revoker.cli;

import dev.revoker.message.Text;
import dev.revoker.submit.CommandException;
import dev.revoker.submit.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** What all commands have in common: help, version, conversion of arguments, error messages. */
public final class Help {
  private static final int WIDTH = 100;

  /** picocli breaks words at dots and commas, so it is to break no line. */
  private static final int NO_BREAKS = 2_000;

  private Help() {}

  /** Sets up a command and its subcommands, which must have been added before. */
  public static CommandLine with(CommandLine command) {
    command.addSubcommand(new HelpCommand()).addSubcommand(new VersionCommand());
    CommandSpec spec = command.getCommandSpec();
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Print the version.")
            .build());
    spec.versionProvider(Help::version);
    addHelp(command);
    Converters.register(command);
    // An argument that starts with @ is a text like any other, and never a file to read.
    return command
        .setExpandAtFiles(false)
        .setParameterExceptionHandler(Help::wrongUsage)
        .setExecutionExceptionHandler(Help::failed)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  private static void addHelp(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Print this help.").build());
    UsageMessageSpec usage = spec.usageMessage();
    usage.width(NO_BREAKS);
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

  /** Prints a command's help. */
  public static int print(CommandLine command) {
    int columns = Console.terminalColumns();
    // Without colours: their escapes would count as columns where lines are broken.
    String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    int width = columns == 0 ? WIDTH : Math.min(columns, WIDTH);
    command.getOut().print(Console.wrap(help, width) + "\n");
    command.getOut().flush();
    return ExitCode.DONE;
  }

  private static String[] version() {
    String version = Help.class.getPackage().getImplementationVersion();
    return new String[] {
      "revoker " + (version == null ? "(not packaged)" : version),
      "Java " + System.getProperty("java.version")
    };
  }

  /** Reports a wrong command line without repeating an argument that may be a key. */
  private static int wrongUsage(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    String message = String.valueOf(wrong.getMessage());
    err.println(
        Console.looksLikeKey(message)
            ? "the command line is wrong, and not repeated here, because a part of it looks like a"
                + " key; keys are read from files or standard input (submit --help)"
            : Text.visible(message));
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }

  /** Prints one line for what users can cause; only a bug gets a stack trace. */
  private static int failed(Exception failure, CommandLine command, ParseResult parsed) {
    Console console = new Console(command.getOut(), command.getErr(), Console.terminalColumns());
    Throwable cause =
        failure instanceof UncheckedIOException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    switch (cause) {
      case CommandException expected -> {
        console.tell(expected.text());
        return expected.isUsage() ? ExitCode.USAGE : ExitCode.FAILED;
      }
      case InvalidPathException name -> {
        console.tell("a file's name is not valid: " + name.getReason());
        return ExitCode.USAGE;
      }
      case FileSystemException file -> console.tell(CommandException.ofFile(file));
      case IOException io -> console.tell("a file or a connection failed: " + io.getMessage());
      default -> {
        console.tell("a bug ends this command, please report it:");
        printWithoutMessages(failure, command.getErr());
      }
    }
    return ExitCode.FAILED;
  }

  /** An exception's message may contain anything that was read, a key too. */
  private static void printWithoutMessages(Throwable bug, PrintWriter err) {
    for (Throwable one = bug; one != null; one = one.getCause()) {
      err.println((one.equals(bug) ? "" : "caused by ") + one.getClass().getName());
      for (StackTraceElement frame : one.getStackTrace()) {
        err.println("\tat " + frame);
      }
    }
    err.flush();
  }

  /** {@code help}, as {@code --help}. */
  @Command(
      name = "help",
      header = "Prints the list of commands, or the help of one.",
      description = "Prints the list of commands, or the help of one.",
      footer = {"", "Examples:", "  bin/revoker help submit"})
  static final class HelpCommand implements Callable<Integer> {
    @Parameters(
        paramLabel = "[COMMAND]",
        hideParamSyntax = true,
        arity = "0..1",
        description = "The command to explain.")
    private @Nullable String name;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      CommandLine root = spec.root().commandLine();
      CommandLine wanted = name == null ? root : root.getSubcommands().get(name);
      if (wanted == null) {
        throw new UnmatchedArgumentException(root, List.of(String.valueOf(name)));
      }
      return print(wanted);
    }
  }

  /** {@code version}, as {@code --version}. */
  @Command(
      name = "version",
      header = "Prints the version.",
      description = "Prints the version.",
      footer = {"", "Examples:", "  bin/revoker version"})
  static final class VersionCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      spec.root().commandLine().printVersionHelp(spec.root().commandLine().getOut());
      return ExitCode.DONE;
    }
  }
}
