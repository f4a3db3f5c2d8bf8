/**
 * What an operator sees: every meter named once, health, the endpoint server, and the guard that
 * keeps secrets out of the logs. The only user of Micrometer.
 */
@NullMarked
package dev.revoker.ops;

import org.jspecify.annotations.NullMarked;
