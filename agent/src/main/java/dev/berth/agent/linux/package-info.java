/**
 * The Linux calls that Java lacks: mounts, loop devices, process descriptors, and the start of
 * other programs. The only package that uses the foreign-function API. Nothing here changes the
 * calling thread's namespaces; what needs that is done by a program such as nsenter.
 */
@NullMarked
package dev.berth.agent.linux;

import org.jspecify.annotations.NullMarked;
