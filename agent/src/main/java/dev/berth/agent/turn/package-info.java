/** How soon a thread that wakes up gets a cpu of this host. */
@NullMarked
package dev.berth.agent.turn;

import org.jspecify.annotations.NullMarked;
