/** cielo24's account API: one seam, its HTTP implementation, and the sessions of the accounts. */
@NullMarked
package dev.revoker.api;

import org.jspecify.annotations.NullMarked;
