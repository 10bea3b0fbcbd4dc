/** The network between processes: streams that delay, break and are cut, under gRPC's own stubs. */
@NullMarked
package dev.berth.simulation.network;

import org.jspecify.annotations.NullMarked;
