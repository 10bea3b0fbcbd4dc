/** A whole cluster on this machine: starts its programs, keeps them running, takes them down. */
@NullMarked
package dev.berth.cli.cluster;

import org.jspecify.annotations.NullMarked;
