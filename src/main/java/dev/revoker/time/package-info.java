/**
 * The clock and the timers, behind one seam: nothing else in the worker reads the time or sleeps.
 */
@NullMarked
package dev.revoker.time;

import org.jspecify.annotations.NullMarked;
