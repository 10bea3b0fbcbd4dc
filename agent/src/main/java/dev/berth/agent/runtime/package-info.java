/**
 * Step → container. Runs the instances of this node through an OCI runtime and conmon, so that they
 * outlive the agent: makes the bundle, starts it, checks that the kernel set up what was asked for,
 * notices the end, and takes the resources back. Decides nothing about when to start or stop.
 */
@NullMarked
package dev.berth.agent.runtime;

import org.jspecify.annotations.NullMarked;
