/**
 * A cluster of real processes, made for one run and removed after it; tests and benchmarks share
 * it.
 */
@NullMarked
package dev.berth.bench.cluster;

import org.jspecify.annotations.NullMarked;
