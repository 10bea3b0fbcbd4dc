/** One class for each benchmark: measures real processes and returns a report. */
@NullMarked
package dev.berth.bench.measure;

import org.jspecify.annotations.NullMarked;
