/** The router as a program: its settings, and how its parts are put together. */
@NullMarked
package dev.berth.router;

import org.jspecify.annotations.NullMarked;
