/**
 * Which keys were revoked before: an index of the results topic in memory, and the look-up of the
 * earlier result.
 */
@NullMarked
package dev.revoker.memory;

import org.jspecify.annotations.NullMarked;
