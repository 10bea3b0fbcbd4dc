/**
 * What the kernel killed for want of memory: its log's records → who was killed, and at whose
 * limit.
 */
@NullMarked
package dev.berth.agent.oom;

import org.jspecify.annotations.NullMarked;
