/** Hostile records, for the guarantee NoRecordStopsTheWork. */
@NullMarked
package dev.revoker.hostile;

import org.jspecify.annotations.NullMarked;
