/**
 * Content-addressed files: slugs and base images, named by the SHA-256 of their bytes and never
 * changed. Decides nothing about what a blob means or who may have it.
 */
@NullMarked
package dev.berth.scheduler.blobs;

import org.jspecify.annotations.NullMarked;
