/**
 * From request topics to the dispatcher, and from results to one Kafka transaction: the loop, the
 * lanes' intake, each partition's progress, rebalance and drain, the commit of results and offsets.
 */
@NullMarked
package dev.revoker.engine;

import org.jspecify.annotations.NullMarked;
