/** The program that runs instances on one node: its settings, its parts and its start. */
@NullMarked
package dev.berth.agent;

import org.jspecify.annotations.NullMarked;
