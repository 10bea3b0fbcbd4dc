/** The streams to the scheduler: orders in, status and logs out, images fetched. */
@NullMarked
package dev.berth.agent.link;

import org.jspecify.annotations.NullMarked;
