/** One class for each command or group of commands. */
@NullMarked
package dev.berth.cli.command;

import org.jspecify.annotations.NullMarked;
