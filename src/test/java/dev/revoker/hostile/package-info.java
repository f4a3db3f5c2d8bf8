/** Records that are written to do harm, for the guarantee NoRecordStopsTheWork. */
@NullMarked
package dev.revoker.hostile;

import org.jspecify.annotations.NullMarked;
