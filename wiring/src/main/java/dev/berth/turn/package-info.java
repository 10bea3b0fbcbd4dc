/** How long a thread may keep a cpu from one that wakes up, where the kernel can be told. */
@NullMarked
package dev.berth.turn;

import org.jspecify.annotations.NullMarked;
