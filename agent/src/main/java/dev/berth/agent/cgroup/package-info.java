/**
 * Reads and removes the cgroups of instances on v1, v2 and hybrid hosts. The OCI runtime makes them
 * and sets the limits; here they are read back, counted and taken away.
 */
@NullMarked
package dev.berth.agent.cgroup;

import org.jspecify.annotations.NullMarked;
