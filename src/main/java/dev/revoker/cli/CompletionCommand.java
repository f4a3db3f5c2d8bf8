package dev.revoker.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script that makes a shell complete commands and options. */
@Command(
    name = "completion",
    header = "Makes a shell complete commands and options.",
    description = "Prints a script that makes a shell complete commands and options.",
    footer = {
      "",
      "Examples:",
      "  source <(bin/revoker completion bash)",
      "  source <(bin/revoker completion zsh)      after compinit, in .zshrc"
    })
public final class CompletionCommand implements Callable<Integer> {
  /** The supported shells. */
  enum Shell {
    bash,
    zsh
  }

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private Shell shell = Shell.bash;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (shell == Shell.zsh) {
      out.println("autoload -U +X bashcompinit && bashcompinit");
    }
    out.print(AutoComplete.bash("revoker", spec.root().commandLine()));
    out.flush();
    return ExitCode.DONE;
  }
}
