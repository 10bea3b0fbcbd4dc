/**
 * Desired − actual → steps. Says for each placement what is to be asked of the host next, and what
 * a report of the host means. Pure: no clock, thread, I/O or chance.
 */
@NullMarked
package dev.berth.agent.reconcile;

import org.jspecify.annotations.NullMarked;
