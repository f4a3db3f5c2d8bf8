package dev.revoker.cli;

/** The exit codes of all commands. */
public final class ExitCode {
  public static final int DONE = 0;
  public static final int FAILED = 1;

  /** The command line or the configuration is wrong. */
  public static final int USAGE = 2;

  private ExitCode() {}
}
