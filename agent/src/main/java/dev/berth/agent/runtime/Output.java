package dev.berth.agent.runtime;

import java.nio.file.Path;

/**
 * What one container has written to its outputs.
 *
 * @param file where the newest of it is
 * @param written all bytes that its shim has written, timestamps included, also those in files that
 *     are gone
 */
public record Output(Path file, long written) {}
