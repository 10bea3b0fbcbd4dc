/** Which hostname leads to which instances, derived from the state. Pure. */
@NullMarked
package dev.berth.scheduler.routes;

import org.jspecify.annotations.NullMarked;
