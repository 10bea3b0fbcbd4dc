/**
 * Base images on their way in: what an operator publishes is looked over before any node mounts it.
 * Decides what a base image may hold; changes nothing in it.
 */
@NullMarked
package dev.berth.scheduler.base;

import org.jspecify.annotations.NullMarked;
