/** A directory as the canonical tar that the platform makes a slug of. */
@NullMarked
package dev.berth.cli.upload;

import org.jspecify.annotations.NullMarked;
