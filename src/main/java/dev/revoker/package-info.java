/**
 * Revoker: reads revocation requests from Kafka, removes the keys, answers each request exactly
 * once.
 */
@NullMarked
package dev.revoker;

import org.jspecify.annotations.NullMarked;
