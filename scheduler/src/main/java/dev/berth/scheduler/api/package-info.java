/**
 * The public API: decodes a request, knows the caller, asks the loop or the last committed
 * snapshot, and encodes the answer. Everything that could be refused for a reason of policy is
 * refused by admission, not here; here a tenant is only kept from seeing what is another's.
 */
@NullMarked
package dev.berth.scheduler.api;

import org.jspecify.annotations.NullMarked;
