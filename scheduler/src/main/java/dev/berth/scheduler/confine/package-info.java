/**
 * Foreign programs that read what others made, shut in so that a mistake of theirs harms nobody.
 * Decides nothing about what they are given to read.
 */
@NullMarked
package dev.berth.scheduler.confine;

import org.jspecify.annotations.NullMarked;
