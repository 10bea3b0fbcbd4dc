/** Takes away what nothing names any more from the store of blobs. */
@NullMarked
package dev.berth.scheduler.collect;

import org.jspecify.annotations.NullMarked;
