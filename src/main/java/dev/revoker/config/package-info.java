/**
 * Configuration: a tree of records that hold only what is valid, and the loader that fills them.
 */
@NullMarked
package dev.revoker.config;

import org.jspecify.annotations.NullMarked;
