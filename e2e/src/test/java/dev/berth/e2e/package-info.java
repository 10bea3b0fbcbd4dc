/** What Berth promises, shown with real processes on this machine. */
@NullMarked
package dev.berth.e2e;

import org.jspecify.annotations.NullMarked;
