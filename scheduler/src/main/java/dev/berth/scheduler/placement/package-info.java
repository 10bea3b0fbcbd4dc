/** Which node should hold an instance, or every reason why none can. Pure. */
@NullMarked
package dev.berth.scheduler.placement;

import org.jspecify.annotations.NullMarked;
