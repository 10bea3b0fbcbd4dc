/**
 * A process type's command → the words that are executed. Pure. Config values never become shell
 * text: a reference is replaced by one whole word, or left to the shell inside the container.
 */
@NullMarked
package dev.berth.agent.command;

import org.jspecify.annotations.NullMarked;
