/**
 * How each request is carried through to its outcome: lanes and slots, attempts and back-off,
 * breaker, holds and rate. The only user of Resilience4j.
 */
@NullMarked
package dev.revoker.resilience;

import org.jspecify.annotations.NullMarked;
