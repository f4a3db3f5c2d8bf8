package dev.revoker.api;

/**
 * An answer that was read.
 *
 * @param keepMs how long the connection may wait for another request; 0 if it must not
 */
record Reply(ApiAnswer answer, long keepMs) {}
