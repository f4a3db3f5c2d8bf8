/**
 * What travels: requests, results and the words for them. Plain values; imports nothing of ours.
 */
@NullMarked
package dev.revoker.model;

import org.jspecify.annotations.NullMarked;
