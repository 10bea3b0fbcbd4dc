package dev.berth.router;

import dev.berth.router.feed.FeedSettings;
import dev.berth.router.proxy.ProxyLimits;
import dev.berth.router.proxy.ProxySettings;
import dev.berth.router.proxy.ProxyTimeouts;
import dev.berth.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The router's settings file; docs/router.md explains each key.
 *
 * @param clusterId which cluster this router belongs to; only shown
 */
record RouterSettings(
    String clusterId,
    List<String> schedulers,
    Path identityDirectory,
    Path tableFile,
    Path runFile,
    int adminPort,
    Optional<Path> accessLogFile,
    FeedSettings feed,
    ProxySettings proxy) {

  static RouterSettings read(Settings file) {
    RouterSettings settings =
        new RouterSettings(
            file.string("cluster.id"),
            file.addresses("scheduler.address"),
            file.path("identity.directory"),
            file.path("table.file"),
            file.path("run.file"),
            file.port("admin.port", 0),
            file.optional("access-log.file").map(Path::of),
            FeedSettings.of(file.string("router.name")),
            new ProxySettings(
                file.string("http.address", "127.0.0.1"),
                file.port("http.port"),
                file.integer("http.loops", 0, 0, 256),
                limits(file),
                timeouts(file)));
    file.done();
    return settings;
  }

  private static ProxyLimits limits(Settings file) {
    ProxyLimits usual = ProxyLimits.DEFAULTS;
    return new ProxyLimits(
        file.integer("limit.line-bytes", usual.lineBytes(), 1024, 64 * 1024),
        file.integer("limit.head-bytes", usual.headBytes(), 1024, 1024 * 1024),
        file.integer("limit.headers", usual.headers(), 10, 1000),
        file.integer("limit.client-connections", usual.clientConnections(), 1, 1_000_000),
        file.integer("limit.idle-per-route", usual.idlePerRoute(), 0, 1000),
        file.integer("limit.held-requests", usual.heldRequests(), 0, 100_000));
  }

  private static ProxyTimeouts timeouts(Settings file) {
    ProxyTimeouts usual = ProxyTimeouts.DEFAULTS;
    return new ProxyTimeouts(
        file.duration("timeout.head", usual.head()),
        file.duration("timeout.client-idle", usual.clientIdle()),
        file.duration("timeout.connect", usual.connect()),
        file.duration("timeout.first-byte", usual.firstByte()),
        file.duration("timeout.idle", usual.idle()),
        file.duration("timeout.tunnel-idle", usual.tunnelIdle()),
        file.duration("timeout.upstream-idle", usual.upstreamIdle()),
        file.duration("timeout.hold", usual.hold()),
        file.duration("timeout.drain", usual.drain()));
  }
}
