/** Benchmarks: each prints its figures beside those of a peer measured in the same run. */
@NullMarked
package dev.berth.bench;

import org.jspecify.annotations.NullMarked;
