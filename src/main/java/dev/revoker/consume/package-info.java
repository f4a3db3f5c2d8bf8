/**
 * From topics to the dispatcher and back to offsets: the loop, the lanes' intake, each partition's
 * progress and its codec, rebalance and drain.
 */
@NullMarked
package dev.revoker.consume;

import org.jspecify.annotations.NullMarked;
