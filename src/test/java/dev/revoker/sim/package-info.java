/**
 * Simulation: real loop, publisher, dispatcher and sessions on virtual time, a simulated cluster
 * and a simulated API, all determined by one seed. Each promise of the contract is a {@link
 * dev.revoker.sim.SimGuarantee} that every run checks.
 */
@NullMarked
package dev.revoker.sim;

import org.jspecify.annotations.NullMarked;
