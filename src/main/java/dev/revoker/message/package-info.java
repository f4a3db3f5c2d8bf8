/**
 * The messages on the topics: request JSON in, result JSON out, with fingerprints in the place of
 * keys. Requests come from strangers, so every field is checked. A result holds no secret of its
 * request.
 */
@NullMarked
package dev.revoker.message;

import org.jspecify.annotations.NullMarked;
