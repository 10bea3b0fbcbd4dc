/** What users and faults do to the cluster, and when. */
@NullMarked
package dev.berth.simulation.schedule;

import org.jspecify.annotations.NullMarked;
