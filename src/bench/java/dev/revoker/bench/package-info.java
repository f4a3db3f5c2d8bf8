/** Compares the worker with its alternatives, each in its own processes. */
package dev.revoker.bench;
