/**
 * Programs that are compared with the worker: as most teams would write them, and the minimum. Each
 * has its own process and shares no code with the worker.
 */
package dev.revoker.bench.peer;
