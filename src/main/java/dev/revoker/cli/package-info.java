/** The commands: each parses, calls, prints and gives its exit code. */
@NullMarked
package dev.revoker.cli;

import org.jspecify.annotations.NullMarked;
