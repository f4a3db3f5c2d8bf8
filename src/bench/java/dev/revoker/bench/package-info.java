/** Measures the worker against what people would use instead, each in processes of their own. */
package dev.revoker.bench;
