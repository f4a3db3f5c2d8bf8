/**
 * For tests and the demo: a stand-in for cielo24's account API with faults on demand, a real Kafka
 * broker, and workers, in child processes. The worker does not use this package.
 */
@NullMarked
package dev.revoker.sandbox;

import org.jspecify.annotations.NullMarked;
