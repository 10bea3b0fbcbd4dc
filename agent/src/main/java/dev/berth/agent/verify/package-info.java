/**
 * Shows on this very host that its containers are as closed as they should be: throw-away
 * containers are made as any other is, and looked at from inside and outside. Nothing here changes
 * how a container is made.
 */
@NullMarked
package dev.berth.agent.verify;

import org.jspecify.annotations.NullMarked;
