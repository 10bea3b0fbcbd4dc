package dev.berth.scheduler.slug;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.TenantId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which slugs each tenant has, from which tar, with which process types.
 *
 * <p>Kept beside the blobs, per tenant: two tenants with the same files share one blob but each has
 * to bring its own tar, so that knowing a digest opens nobody else's files. An entry is on the disk
 * before it can be found. Thread-safe.
 */
public final class SlugIndex {
  private static final JsonMapper JSON = new JsonMapper();
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final BlobStore blobs;
  private final Path directory;

  public SlugIndex(BlobStore blobs) {
    this.blobs = blobs;
    this.directory = blobs.directory().resolve("slugs");
  }

  /** The slug that the tenant's tar became, if its blob is still here. */
  public Optional<SlugManifest> byTar(TenantId tenant, Digest tar) throws IOException {
    Optional<JsonNode> pointer = read(tarFile(tenant, tar));
    return pointer.isEmpty()
        ? Optional.empty()
        : find(tenant, new Digest(pointer.get().path("slug").asText()));
  }

  /** The tenant's slug of this digest, if its blob is still here. */
  public Optional<SlugManifest> find(TenantId tenant, Digest slug) throws IOException {
    return blobs.touched(slug).isEmpty()
        ? Optional.empty()
        : read(slugFile(tenant, slug)).map(SlugIndex::manifest);
  }

  /** Notes that the tenant's tar became this slug. */
  public void put(TenantId tenant, Digest tar, SlugManifest manifest) throws IOException {
    write(slugFile(tenant, manifest.slug().digest()), json(manifest));
    ObjectNode pointer = JSON.createObjectNode();
    pointer.put("slug", manifest.slug().digest().hex());
    write(tarFile(tenant, tar), pointer);
  }

  private Path slugFile(TenantId tenant, Digest slug) {
    return directory.resolve(tenant.name()).resolve(slug.hex() + ".json");
  }

  private Path tarFile(TenantId tenant, Digest tar) {
    return directory.resolve(tenant.name()).resolve("tar-" + tar.hex() + ".json");
  }

  private static Optional<JsonNode> read(Path file) throws IOException {
    try {
      return Optional.of(JSON.readTree(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private void write(Path file, JsonNode content) throws IOException {
    Path parent = file.resolveSibling("");
    Files.createDirectories(parent, PRIVATE_DIRECTORY);
    Path temporary = Files.createTempFile(parent, ".new-", "", PRIVATE_FILE);
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(content));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
        channel.force(true);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static ObjectNode json(SlugManifest manifest) {
    ObjectNode node = JSON.createObjectNode();
    node.put("digest", manifest.slug().digest().hex());
    node.put("bytes", manifest.slug().bytes());
    node.put("entries", manifest.entries());
    ArrayNode types = node.putArray("processTypes");
    for (ProcessType type : manifest.processTypes()) {
      HealthCheck health = type.health();
      ObjectNode written = types.addObject();
      written.put("name", type.name());
      written.put("command", type.command());
      written.put("graceMillis", type.graceMillis());
      written
          .putObject("health")
          .put("kind", health.kind().name())
          .put("path", health.path())
          .put("intervalMillis", health.intervalMillis())
          .put("timeoutMillis", health.timeoutMillis())
          .put("startDeadlineMillis", health.startDeadlineMillis())
          .put("failures", health.failures());
    }
    return node;
  }

  private static SlugManifest manifest(JsonNode node) {
    List<ProcessType> types = new ArrayList<>();
    for (JsonNode type : node.path("processTypes")) {
      JsonNode health = type.path("health");
      types.add(
          new ProcessType(
              type.path("name").asText(),
              type.path("command").asText(),
              new HealthCheck(
                  HealthCheck.Kind.valueOf(health.path("kind").asText()),
                  health.path("path").asText(),
                  health.path("intervalMillis").asInt(),
                  health.path("timeoutMillis").asInt(),
                  health.path("startDeadlineMillis").asInt(),
                  health.path("failures").asInt()),
              type.path("graceMillis").asInt()));
    }
    return new SlugManifest(
        new Release.Slug(new Digest(node.path("digest").asText()), node.path("bytes").asLong()),
        node.path("entries").asInt(),
        types);
  }
}
