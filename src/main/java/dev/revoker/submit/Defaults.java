package dev.revoker.submit;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What rows get that lack it; a label of the row's own wins over one of these. */
public record Defaults(
    @Nullable String account,
    @Nullable String reason,
    @Nullable String requestedBy,
    @Nullable String notAfter,
    Map<String, String> labels) {}
