package dev.berth.simulation.network;

import dev.berth.identity.Peer;
import dev.berth.leader.Dial;
import dev.berth.simulation.world.SimProcess;
import dev.berth.simulation.world.World;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One call between two processes: what each side sends arrives in order, late, or not at all.
 *
 * <p>A cut holds words up; the sides find out that nobody answers, each for itself, by the
 * keep-alive that it has, or when it hears that the other side knows of no such call. Of what is on
 * the way when a side gives up, nothing arrives. Confined to the world's thread.
 */
final class Wire<Q, R> {
  private static final long LOOK_MICROS = 1_000_000;
  private static final long SILENCE_MICROS = 15_000_000;
  private static final long CONNECT_MICROS = Dial.CONNECT.toNanos() / 1000;
  private static final long RETRY_MICROS = 150_000;
  private static final long REFUSED_MICROS = 3_000;

  private final Network network;
  private final World world;
  private final SimChannel.Caller caller;
  private final SimProcess near;
  private final SimServer server;
  private final SimProcess far;
  private final MethodDescriptor<Q, R> method;
  private final int nearLife;
  private int farLife;
  private final Side<R> clientSide;
  private final Side<Q> serverSide;
  private ClientCall.@Nullable Listener<R> clientListener;
  private ServerCall.@Nullable Listener<Q> serverListener;
  private boolean isConnected;
  private boolean isCancelledByClient;
  private boolean isClosedByServer;
  private long silentSince = -1;

  /** One end: what has arrived there and may be taken. */
  private static final class Side<M> {
    final Deque<Runnable> road = new ArrayDeque<>();
    final Deque<M> waiting = new ArrayDeque<>();
    boolean isOpen;
    int wanted;
    long lastDue;
    @Nullable Runnable ending;
  }

  Wire(Network network, SimChannel.Caller caller, SimServer server, MethodDescriptor<Q, R> method) {
    this.network = network;
    this.caller = caller;
    this.near = caller.process();
    this.world = near.world();
    this.server = server;
    this.far = server.process();
    this.method = method;
    this.nearLife = near.life();
    this.clientSide = new Side<>();
    this.serverSide = new Side<>();
  }

  ClientCall<Q, R> client() {
    return new Calling();
  }

  // --- opening
  // -------------------------------------------------------------------------------------

  private void open() {
    clientSide.isOpen = true;
    clientSide.lastDue = world.now();
    serverSide.lastDue = world.now() + network.micros(near.name(), far.name());
    world.after(serverSide.lastDue - world.now(), "call " + near + ">" + far, this::arrive);
  }

  private void arrive() {
    if (!isNearAlive()) {
      return;
    }
    if (!network.isOpenBothWays(near.name(), far.name())) {
      // nobody answers: the attempt is given up after a while
      long patience = world.random("dial " + near).nextLong(1_000_000, CONNECT_MICROS);
      near.later(patience, "unanswered", () -> endClient(unavailable("nobody answers")));
    } else if (!far.isAlive()) {
      near.later(REFUSED_MICROS, "refused", () -> endClient(unavailable("connection refused")));
    } else {
      farLife = far.life();
      serverSide.isOpen = true;
      network.opened(this);
      look();
      far.run(this::accept);
    }
  }

  @SuppressWarnings("unchecked") // the server's definition of the very same method
  private void accept() {
    if (!serverSide.isOpen) {
      return;
    }
    toClient(this::connected);
    var definition = (ServerMethodDefinition<Q, R>) server.method(method.getFullMethodName());
    if (definition == null) {
      new Serving().close(Status.UNIMPLEMENTED, new Metadata());
      return;
    }
    Context context = Context.current().withValue(Peer.NAME, caller.provenName());
    Context before = context.attach();
    try {
      serverListener = definition.getServerCallHandler().startCall(new Serving(), new Metadata());
    } finally {
      context.detach(before);
    }
    serverListener.onReady();
    drainServer();
  }

  private void connected() {
    isConnected = true;
    if (clientSide.isOpen && clientListener != null) {
      clientListener.onReady();
    }
  }

  // --- on the way
  // ----------------------------------------------------------------------------------

  private void toServer(Runnable word) {
    plan(serverSide, word, near, far);
  }

  private void toClient(Runnable word) {
    plan(clientSide, word, far, near);
  }

  private void plan(Side<?> side, Runnable word, SimProcess from, SimProcess to) {
    side.road.addLast(word);
    long due = world.now() + network.micros(from.name(), to.name());
    side.lastDue = Math.max(side.lastDue, due);
    world.after(side.lastDue - world.now(), from + ">" + to, () -> carry(side, from, to));
  }

  /** The first word that is under way arrives; none overtakes one that is held up. */
  private void carry(Side<?> side, SimProcess from, SimProcess to) {
    boolean isKnown =
        side.isOpen && to.isAlive() && to.life() == (to.equals(near) ? nearLife : farLife);
    if (!isKnown) {
      side.road.clear();
    } else if (!network.isOpen(from.name(), to.name())) {
      world.after(RETRY_MICROS, "held " + from + ">" + to, () -> carry(side, from, to));
    } else if (!side.road.isEmpty()) {
      to.run(side.road.removeFirst());
    }
  }

  // --- who still answers?
  // --------------------------------------------------------------------------

  private void look() {
    boolean nearThere = isNearAlive() && clientSide.isOpen;
    boolean farThere = far.isAlive() && far.life() == farLife && serverSide.isOpen;
    if (!nearThere && !farThere) {
      network.closed(this);
      return;
    }
    boolean wayIsOpen = network.isOpenBothWays(near.name(), far.name());
    boolean answers = wayIsOpen && near.isUp() && far.isUp();
    if (answers) {
      silentSince = -1;
    } else if (silentSince < 0) {
      silentSince = world.now();
    }
    long silence = silentSince < 0 ? -1 : world.now() - silentSince;
    boolean isSilentHere = silence >= caller.silence().toNanos() / 1000;
    boolean isSilentThere = silence >= SILENCE_MICROS;
    if (nearThere && ((!farThere && wayIsOpen) || isSilentHere)) {
      near.run(() -> endClient(unavailable("the connection is gone")));
    }
    if (farThere && ((!nearThere && wayIsOpen) || isSilentThere)) {
      far.run(this::endServer);
    }
    world.after(LOOK_MICROS, "alive? " + near + ">" + far, this::look);
  }

  boolean isOf(String process) {
    return near.name().equals(process) || far.name().equals(process);
  }

  /** The connection breaks: what is on the way is lost, and each side hears of it by itself. */
  void tear() {
    serverSide.road.clear();
    clientSide.road.clear();
    var random = world.random("tear " + near);
    near.later(random.nextLong(1_000_000), "torn", () -> endClient(unavailable("reset")));
    far.later(random.nextLong(1_000_000), "torn", this::endServer);
  }

  private boolean isNearAlive() {
    return near.isAlive() && near.life() == nearLife;
  }

  // --- endings
  // -------------------------------------------------------------------------------------

  private static Status unavailable(String why) {
    return Status.UNAVAILABLE.withDescription(why);
  }

  private void endClient(Status status) {
    endClient(status, new Metadata());
  }

  private void endClient(Status status, Metadata trailers) {
    if (!clientSide.isOpen || !isNearAlive()) {
      return; // the next life of a process knows nothing of the calls of the one before
    }
    clientSide.isOpen = false;
    if (clientListener != null) {
      clientListener.onClose(status, trailers);
    }
  }

  private void endServer() {
    if (!serverSide.isOpen || far.life() != farLife) {
      return;
    }
    serverSide.isOpen = false;
    if (serverListener != null) {
      serverListener.onCancel();
    }
  }

  // --- taking
  // --------------------------------------------------------------------------------------

  private void drainClient() {
    while (clientSide.isOpen && clientSide.wanted > 0 && !clientSide.waiting.isEmpty()) {
      clientSide.wanted--;
      R message = clientSide.waiting.removeFirst();
      if (clientListener != null) {
        clientListener.onMessage(message);
      }
    }
    Runnable ending = clientSide.ending;
    if (clientSide.isOpen && clientSide.waiting.isEmpty() && ending != null) {
      ending.run();
    }
  }

  private void drainServer() {
    ServerCall.Listener<Q> listener = serverListener;
    while (listener != null
        && serverSide.isOpen
        && serverSide.wanted > 0
        && !serverSide.waiting.isEmpty()) {
      serverSide.wanted--;
      listener.onMessage(serverSide.waiting.removeFirst());
    }
    Runnable ending = serverSide.ending;
    if (serverSide.isOpen && serverSide.waiting.isEmpty() && ending != null) {
      serverSide.ending = null;
      ending.run();
    }
  }

  /** The client's half. */
  private final class Calling extends ClientCall<Q, R> {
    @Override
    public void start(Listener<R> listener, Metadata headers) {
      clientListener = listener;
      open();
    }

    @Override
    public void request(int count) {
      clientSide.wanted += count;
      near.later(1, "takes", Wire.this::drainClient);
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
      if (isCancelledByClient || !clientSide.isOpen) {
        return;
      }
      isCancelledByClient = true;
      near.later(1, "cancelled", () -> endClient(Status.CANCELLED.withDescription(message)));
      toServer(Wire.this::endServer);
    }

    @Override
    public void halfClose() {
      toServer(() -> {
        ServerCall.Listener<Q> listener = serverListener;
        serverSide.ending = listener == null ? () -> {} : listener::onHalfClose;
        drainServer();
      });
    }

    @Override
    public void sendMessage(Q message) {
      if (isCancelledByClient) {
        throw new IllegalStateException("call was cancelled");
      }
      if (clientSide.isOpen) {
        toServer(() -> {
          serverSide.waiting.addLast(message);
          drainServer();
        });
      }
    }

    @Override
    public boolean isReady() {
      return clientSide.isOpen && isConnected;
    }
  }

  /** The server's half. */
  private final class Serving extends ServerCall<Q, R> {
    @Override
    public void request(int count) {
      serverSide.wanted += count;
      far.later(1, "takes", Wire.this::drainServer);
    }

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(R message) {
      if (isClosedByServer) {
        throw new IllegalStateException("call is closed");
      }
      if (serverSide.isOpen) {
        toClient(() -> {
          clientSide.waiting.addLast(message);
          drainClient();
        });
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (isClosedByServer) {
        throw new IllegalStateException("call already closed");
      }
      isClosedByServer = true;
      if (!serverSide.isOpen) {
        return;
      }
      toClient(() -> {
        clientSide.ending = () -> endClient(status, trailers);
        drainClient();
      });
      far.later(
          1,
          "closed",
          () -> {
            if (serverSide.isOpen) {
              serverSide.isOpen = false;
              if (serverListener != null) {
                serverListener.onComplete();
              }
            }
          });
    }

    @Override
    public boolean isReady() {
      return serverSide.isOpen;
    }

    @Override
    public boolean isCancelled() {
      return !serverSide.isOpen && !isClosedByServer;
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
      return method;
    }
  }
}
