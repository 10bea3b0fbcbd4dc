/** Backups of a cluster's state: the sealed file, and the way there and back. */
@NullMarked
package dev.berth.cli.backup;

import org.jspecify.annotations.NullMarked;
