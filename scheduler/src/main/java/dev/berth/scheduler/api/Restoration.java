package dev.berth.scheduler.api;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.MissingBlob;
import dev.berth.proto.v1.RestoreOrder;
import dev.berth.proto.v1.RestoreRequest;
import dev.berth.proto.v1.RestoreResponse;
import dev.berth.proto.v1.StateEntry;
import dev.berth.proto.v1.StateHead;
import dev.berth.proto.v1.StatePart;
import dev.berth.proto.v1.StateTail;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.store.Format;
import dev.berth.scheduler.store.Revival;
import dev.berth.scheduler.store.StateImage;
import dev.berth.scheduler.wire.Refusing;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A state on its way back in.
 *
 * <p>Taken in whole and read to the last field before anything is changed; a state with a hole, of
 * another cluster or of a form that is not understood is refused. Confined to one call.
 */
final class Restoration implements StreamObserver<RestoreRequest> {
  private static final long MAX_BYTES = 1L << 30;

  private final Control control;
  private final Means means;
  private final StreamObserver<RestoreResponse> out;
  private final TreeMap<String, ByteString> contents = new TreeMap<>();
  private @Nullable RestoreOrder order;
  private @Nullable StateHead head;
  private @Nullable StateTail tail;
  private long bytes;
  private boolean isOver;

  /** Where it goes, and what it is compared with. */
  record Means(ClusterFacts facts, BlobStore blobs) {}

  Restoration(Control control, Means means, StreamObserver<RestoreResponse> out) {
    this.control = control;
    this.means = means;
    this.out = out;
  }

  @Override
  public void onNext(RestoreRequest request) {
    if (isOver) {
      return;
    }
    try {
      switch (request.getPartCase()) {
        case ORDER -> order = request.getOrder();
        case STATE -> take(request.getState());
        case PART_NOT_SET -> throw invalid("a message is empty");
      }
    } catch (StatusRuntimeException refused) {
      isOver = true;
      out.onError(refused);
    }
  }

  private void take(StatePart part) {
    if (tail != null || (head == null) != (part.getPartCase() == StatePart.PartCase.HEAD)) {
      throw invalid("its parts are out of order");
    }
    switch (part.getPartCase()) {
      case HEAD -> head = legible(part.getHead());
      case ENTRIES -> part.getEntries().getEntriesList().forEach(this::take);
      case TAIL -> tail = part.getTail();
      case PART_NOT_SET -> throw invalid("a part is empty");
    }
  }

  private void take(StateEntry entry) {
    bytes += entry.getPath().length() + entry.getContent().size();
    if (bytes > MAX_BYTES) {
      throw invalid("it is larger than %d MiB".formatted(MAX_BYTES >> 20));
    }
    if (contents.put(entry.getPath(), entry.getContent()) != null) {
      throw invalid(Names.printable(entry.getPath()) + " comes twice");
    }
  }

  private StateHead legible(StateHead head) {
    Format format;
    try {
      format = Format.of(head.getFormat());
    } catch (IllegalArgumentException wrong) {
      throw invalid(String.valueOf(wrong.getMessage()));
    }
    if (!format.isLegible()) {
      throw Refusing.asStatus(
          RefusalCode.STATE_INVALID,
          "",
          "the backup has format %s, this scheduler understands %d.x"
              .formatted(format, Format.CURRENT.major()),
          "use the version of Berth that made it: " + Names.printable(head.getVersion()));
    }
    if (!head.getClusterId().equals(means.facts().id())) {
      throw Refusing.asStatus(
          RefusalCode.STATE_INVALID,
          "",
          "the backup is of cluster %s, this is cluster %s"
              .formatted(Names.printable(head.getClusterId()), means.facts().id()),
          "its agents would not follow; restore a backup of this cluster");
    }
    return head;
  }

  @Override
  public void onCompleted() {
    if (isOver) {
      return;
    }
    isOver = true;
    try {
      restore();
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
    } catch (IOException failure) {
      out.onError(Desk.broken(failure));
    }
  }

  private void restore() throws IOException {
    StateHead begun = head;
    StateTail end = tail;
    if (begun == null || end == null) {
      throw invalid("it ends too early");
    }
    StateImage image = StateImage.of(contents);
    if (end.getEntries() != contents.size() || !end.getSha256().equals(image.sha256())) {
      throw invalid(
          "%d entries with checksum %s came, %d with %s were announced"
              .formatted(
                  contents.size(),
                  image.sha256(),
                  end.getEntries(),
                  Names.printable(end.getSha256())));
    }
    StateImage.Legible old;
    try {
      old = image.legible();
    } catch (IllegalArgumentException illegible) {
      throw invalid(String.valueOf(illegible.getMessage()));
    }
    requireRoom();
    List<MissingBlob> missing = missing(old.loaded().state());
    String reason = "restored from the backup of " + Instant.ofEpochMilli(begun.getAt());
    StateImage revived = old.revived(reason, control.snapshot().at());
    long epoch = Math.max(begun.getEpoch(), control.snapshot().epoch()) + Revival.EPOCHS;
    var _ =
        control
            .replace(revived, epoch)
            .whenComplete((begunIn, failure) -> {
              if (failure == null) {
                out.onNext(
                    RestoreResponse.newBuilder()
                        .setEpoch(begunIn)
                        .setEntries(contents.size())
                        .setAt(begun.getAt())
                        .addAllMissing(missing)
                        .build());
                out.onCompleted();
              } else {
                out.onError(
                    Refusing.asStatus(
                        RefusalCode.TERM_ENDED,
                        "",
                        "the restore was cut short: " + failure.getMessage(),
                        "once a scheduler leads again, look at: berth status; if there is no"
                            + " state, restore again"));
              }
            });
  }

  /** There is no state, or the caller holds a backup of just the one that there is. */
  private void requireRoom() {
    ClusterState state = control.snapshot().state();
    boolean isEmpty =
        state.tenants().isEmpty()
            && state.apps().isEmpty()
            && state.bases().isEmpty()
            && state.placements().byId().isEmpty();
    RestoreOrder asked = order;
    String replaced = asked == null ? "" : asked.getReplacedSha256();
    if (!isEmpty && replaced.isEmpty()) {
      throw Refusing.asStatus(
          RefusalCode.STATE_EXISTS,
          "",
          "the cluster has a state: %d tenants, %d apps, %d placements"
              .formatted(
                  state.tenants().size(), state.apps().size(), state.placements().byId().size()),
          "a state is restored into an empty store; to replace this one, back it up first:"
              + " berth admin restore FILE --replace --old FILE2");
    }
    if (!isEmpty && !replaced.equals(control.image(control.snapshot()).stateSha256())) {
      throw Refusing.asStatus(
          RefusalCode.STATE_EXISTS,
          "order.replaced_sha256",
          "the state has changed since it was backed up, or the backup is of another one",
          "try again at a quiet moment; berth admin freeze helps");
    }
  }

  private List<MissingBlob> missing(ClusterState state) throws IOException {
    var missing = new TreeMap<Digest, MissingBlob>();
    for (var release : state.releases().values()) {
      look(
          release.slug().digest(),
          release.slug().bytes(),
          "slug of %s v%d".formatted(release.id().app(), release.id().number()),
          missing);
    }
    for (var line : state.bases().values()) {
      for (BaseVersion version : line.versions()) {
        look(
            version.digest(),
            version.bytes(),
            "base %s v%d".formatted(line.name(), version.number()),
            missing);
      }
    }
    return new ArrayList<>(missing.values());
  }

  private void look(Digest digest, long size, String use, Map<Digest, MissingBlob> missing)
      throws IOException {
    boolean isThere =
        missing.containsKey(digest)
            || means.blobs().find(digest).filter(blob -> blob.bytes() == size).isPresent();
    if (!isThere) {
      missing.put(
          digest,
          MissingBlob.newBuilder().setDigest(digest.hex()).setBytes(size).setUse(use).build());
    }
  }

  @Override
  public void onError(Throwable failure) {
    isOver = true;
  }

  private static StatusRuntimeException invalid(String what) {
    return Refusing.asStatus(
        RefusalCode.STATE_INVALID,
        "",
        "this is no whole state: " + what,
        "nothing was changed; take another backup file");
  }
}
