package dev.revoker.cli;

import dev.revoker.message.Text;
import dev.revoker.submit.LooksLikeKey;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports a wrong command line without repeating an argument that may be a key. */
public final class WrongUsage implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    String message = String.valueOf(wrong.getMessage());
    err.println(
        LooksLikeKey.test(message)
            ? "the command line is wrong, and not repeated here, because a part of it looks like a"
                + " key; keys are read from files or standard input (submit --help)"
            : Text.visible(message));
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }
}
