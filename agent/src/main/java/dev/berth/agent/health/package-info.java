/** Asks instances from outside whether they are healthy. Decides nothing about what follows. */
@NullMarked
package dev.berth.agent.health;

import org.jspecify.annotations.NullMarked;
