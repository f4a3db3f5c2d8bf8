/**
 * Configuration: a tree of records that contain only valid values, and the loader that creates it.
 */
@NullMarked
package dev.revoker.config;

import org.jspecify.annotations.NullMarked;
