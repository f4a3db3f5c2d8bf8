/**
 * Real brokers, real workers and the sandbox, disturbed after a schedule that a seed decides. Each
 * promise of the contract is a {@link dev.revoker.chaos.ChaosGuarantee} that every run checks.
 */
@NullMarked
package dev.revoker.chaos;

import org.jspecify.annotations.NullMarked;
