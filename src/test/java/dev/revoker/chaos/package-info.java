/**
 * Real brokers, real workers and the sandbox, with disturbances that a seed determines. Each
 * promise of the contract is a {@link dev.revoker.chaos.ChaosGuarantee} that every run checks.
 */
@NullMarked
package dev.revoker.chaos;

import org.jspecify.annotations.NullMarked;
