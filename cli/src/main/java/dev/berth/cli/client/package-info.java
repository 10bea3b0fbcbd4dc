/** The way to the cluster: where it is, who calls, and what its refusals say. */
@NullMarked
package dev.berth.cli.client;

import org.jspecify.annotations.NullMarked;
