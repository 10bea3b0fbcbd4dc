package dev.berth.router.proxy;

/**
 * How the proxy listens and how much it takes.
 *
 * @param loops event loops; 0 is one for each core
 */
public record ProxySettings(
    String address, int port, int loops, ProxyLimits limits, ProxyTimeouts timeouts) {}
