/** Wire messages ↔ our own records; what does not agree with itself is refused here. */
@NullMarked
package dev.berth.agent.wire;

import org.jspecify.annotations.NullMarked;
