/**
 * cielo24's account API: the interface, its words and their meaning, and the HTTP implementation.
 */
@NullMarked
package dev.revoker.api;

import org.jspecify.annotations.NullMarked;
