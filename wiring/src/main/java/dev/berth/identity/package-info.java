/**
 * Who a program is to the others: the cluster's certificate authority, key pairs, the caller's
 * name.
 */
@NullMarked
package dev.berth.identity;

import org.jspecify.annotations.NullMarked;
