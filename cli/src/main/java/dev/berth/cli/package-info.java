/** The berth command: reads what a person or script asks, calls the cluster, shows the answer. */
@NullMarked
package dev.berth.cli;

import org.jspecify.annotations.NullMarked;
