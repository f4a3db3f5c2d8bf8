/**
 * What the worker is tried against on one machine: a stand-in for cielo24's account API with faults
 * on demand, and a real Kafka broker in a child process. No part of the worker.
 */
@NullMarked
package dev.revoker.sandbox;

import org.jspecify.annotations.NullMarked;
