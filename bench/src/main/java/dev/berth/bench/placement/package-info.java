/** How quickly and how well the scheduler places, in memory, beside others on the same work. */
@NullMarked
package dev.berth.bench.placement;

import org.jspecify.annotations.NullMarked;
