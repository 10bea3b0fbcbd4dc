/**
 * Digest → mounted image → root file system. Images are checked by SHA-256 on the very descriptor
 * that is then mounted, once per node, read-only; each instance gets idmapped copies joined with a
 * private, bounded upper layer.
 */
@NullMarked
package dev.berth.agent.image;

import org.jspecify.annotations.NullMarked;
