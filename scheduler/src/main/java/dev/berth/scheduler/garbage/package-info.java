/**
 * Which releases and base versions nothing needs any more, and which images are still named. Pure.
 */
@NullMarked
package dev.berth.scheduler.garbage;

import org.jspecify.annotations.NullMarked;
