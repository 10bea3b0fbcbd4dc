/**
 * From a tenant's tar to the platform's own slug image: checked entry by entry, written anew,
 * packed by {@code sqfstar} with no privileges and no network. The tar is hostile input; nothing of
 * it reaches an image but names, plain bytes, links that stay inside and the execute bit.
 */
@NullMarked
package dev.berth.scheduler.slug;

import org.jspecify.annotations.NullMarked;
