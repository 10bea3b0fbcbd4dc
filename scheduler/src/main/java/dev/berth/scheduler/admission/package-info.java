/**
 * May this command enter, and what does it change? Names, roles, quotas and versions are checked
 * here and nowhere else. Pure.
 */
@NullMarked
package dev.berth.scheduler.admission;

import org.jspecify.annotations.NullMarked;
