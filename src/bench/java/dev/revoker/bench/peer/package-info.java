/**
 * What is measured beside the worker: programs as most teams would write them, and the floor. Each
 * is a process of its own and shares no code with the worker.
 */
package dev.revoker.bench.peer;
