/** Requests, results and their parts: plain values. Imports no other package of Revoker. */
@NullMarked
package dev.revoker.model;

import org.jspecify.annotations.NullMarked;
