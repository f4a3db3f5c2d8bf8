/**
 * The sender behind {@code submit} and the reader behind {@code watch}: keys and requests from a
 * file to the request topics, and their results back. Shows no key.
 */
@NullMarked
package dev.revoker.submit;

import org.jspecify.annotations.NullMarked;
