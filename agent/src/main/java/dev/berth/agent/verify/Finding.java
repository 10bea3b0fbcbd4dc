package dev.berth.agent.verify;

/**
 * What one check saw.
 *
 * @param name stable, in kebab case
 * @param guards the layer, or the weakness it would have stopped, such as {@code CVE-2024-21626}
 * @param required a node on which it does not pass takes no instances
 */
public record Finding(
    String name, String guards, String expected, String seen, boolean required, boolean passed) {}
