/**
 * From an admitted request to its outcome: lanes and slots, retries, breaker, rate, sessions. The
 * only user of Resilience4j.
 */
@NullMarked
package dev.revoker.resilience;

import org.jspecify.annotations.NullMarked;
