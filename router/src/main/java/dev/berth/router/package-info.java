/** Placeholder. */
@NullMarked
package dev.berth.router;

import org.jspecify.annotations.NullMarked;
