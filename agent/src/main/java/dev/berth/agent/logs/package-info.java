/**
 * What instances wrote, and what Berth says about them → lines for those who ask. Output is
 * hostile: every line, file and stream here has a bound.
 */
@NullMarked
package dev.berth.agent.logs;

import org.jspecify.annotations.NullMarked;
