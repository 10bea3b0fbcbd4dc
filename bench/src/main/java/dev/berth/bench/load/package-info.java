/** A plain HTTP client and a load of constant rate that counts every request that went wrong. */
@NullMarked
package dev.berth.bench.load;

import org.jspecify.annotations.NullMarked;
