/** The containers of a node, its health checks and its disk, none of them real. */
@NullMarked
package dev.berth.simulation.host;

import org.jspecify.annotations.NullMarked;
