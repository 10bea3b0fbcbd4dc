/** Images beyond what instances need at this moment: fetched ahead, and thrown away in the end. */
@NullMarked
package dev.berth.agent.keep;

import org.jspecify.annotations.NullMarked;
