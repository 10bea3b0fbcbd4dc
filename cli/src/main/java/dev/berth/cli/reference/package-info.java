/** Writes the reference of all commands. */
@NullMarked
package dev.berth.cli.reference;

import org.jspecify.annotations.NullMarked;
