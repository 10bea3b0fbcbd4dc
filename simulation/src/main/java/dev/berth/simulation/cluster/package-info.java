/** The simulated cluster: schedulers, agents, routers and users, made of the production classes. */
@NullMarked
package dev.berth.simulation.cluster;

import org.jspecify.annotations.NullMarked;
