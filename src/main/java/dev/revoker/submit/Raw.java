package dev.revoker.submit;

import tools.jackson.databind.node.ObjectNode;

/** A row as it was read, before anything is added. */
sealed interface Raw {
  /** Where it starts; the first line is 1. */
  long line();

  /** What it says. Prints nothing of that. */
  record Taken(long line, ObjectNode request) implements Raw {
    @Override
    public String toString() {
      return "Taken[line=" + line + "]";
    }
  }

  /** It cannot be read; the reason has fixed words. */
  record Broken(long line, String why) implements Raw {}
}
