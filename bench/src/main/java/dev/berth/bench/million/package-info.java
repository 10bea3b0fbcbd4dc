/**
 * A million instances: the real scheduler and its store, many simulated agents, each part in a
 * process of its own.
 */
@NullMarked
package dev.berth.bench.million;

import org.jspecify.annotations.NullMarked;
