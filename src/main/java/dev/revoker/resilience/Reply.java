package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;

/**
 * What came of a call.
 *
 * @param probe the call was permitted while the API was probed
 * @param spends a failure that may pass spends an attempt
 */
record Reply(ApiAnswer answer, boolean probe, boolean spends) {}
