/** The few computations that both ends of the wire must do in exactly the same way. */
@NullMarked
package dev.berth.proto;

import org.jspecify.annotations.NullMarked;
