/**
 * The messages on the topics: request JSON in, result JSON out, with fingerprints in the place of
 * keys. What passes through here comes from strangers, and is checked to the letter; what leaves
 * holds no secret of the request.
 */
@NullMarked
package dev.revoker.message;

import org.jspecify.annotations.NullMarked;
