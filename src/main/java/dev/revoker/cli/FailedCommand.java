package dev.revoker.cli;

import dev.revoker.submit.CommandException;
import dev.revoker.submit.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Prints one line for what users can cause; only a bug gets a stack trace. */
public final class FailedCommand implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    Console console = new Console(command.getOut(), command.getErr(), 0);
    Throwable cause =
        failure instanceof UncheckedIOException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case CommandException expected -> {
        console.tell(expected.text());
        yield expected.isUsage() ? ExitCode.USAGE : ExitCode.FAILED;
      }
      case InvalidPathException name -> {
        console.tell("a file's name is not valid: " + name.getReason());
        yield ExitCode.USAGE;
      }
      case FileSystemException file -> {
        console.tell(CommandException.ofFile(file));
        yield ExitCode.FAILED;
      }
      case IOException io -> {
        console.tell("a file or a connection failed: " + io.getMessage());
        yield ExitCode.FAILED;
      }
      default -> {
        console.tell("a bug ends this command, please report it:");
        failure.printStackTrace(command.getErr());
        yield ExitCode.FAILED;
      }
    };
  }
}
