package dev.revoker.submit;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param format null where the content is to tell
 * @param lane a lane's name, or null for the usual one
 * @param batch the batch's id, or null to take it from the content
 * @param skipInvalid whether the good rows are sent where some are bad
 * @param waits whether to stay until every row has its result
 * @param resume whether rows are left out that have succeeded or are under way
 * @param report where to write what became of each row, or null
 */
public record Order(
    @Nullable Format format,
    Defaults defaults,
    @Nullable String lane,
    @Nullable String batch,
    boolean skipInvalid,
    boolean dryRun,
    boolean waits,
    boolean resume,
    @Nullable Path report) {}
