/** Results and offsets in one Kafka transaction, and what to do when that fails. */
@NullMarked
package dev.revoker.publish;

import org.jspecify.annotations.NullMarked;
