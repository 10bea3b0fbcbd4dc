package dev.berth.agent.oom;

import java.util.Optional;

/**
 * One process that the kernel killed for want of memory, from the kernel's own log.
 *
 * @param sequence the record's number; rises by one with each record of the log
 * @param micros since boot
 * @param pid in the host's numbers
 * @param user in the host's numbers; -1 where the kernel does not say
 * @param command at most 15 characters that the tenant chose
 * @param byHost the whole machine had no memory left, rather than a cgroup
 * @param group the cgroup whose limit was reached; the kernel says it for a few kills a second
 */
public record Kill(
    long sequence,
    long micros,
    long pid,
    long user,
    String command,
    boolean byHost,
    Optional<String> group) {}
