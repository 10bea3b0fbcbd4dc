package dev.berth.agent.link;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this agent has found schedulers since it started: what their name leads to, and who really
 * answered a call, for orders or for an image. IPv4, without loopback.
 *
 * <p>Remembers the newest few. Whoever listens hears all of them after each new one, on a thread of
 * its own, one after another. Thread-safe.
 */
public final class SchedulerAddresses implements ClientInterceptor {
  /** More schedulers than any cluster has. */
  static final int MOST = 64;

  private static final Logger LOG = LoggerFactory.getLogger(SchedulerAddresses.class);

  private final List<String> hosts;
  private final Set<String> found = new LinkedHashSet<>();
  private final Object telling = new Object();
  private volatile Consumer<List<String>> listener = _ -> {};

  /**
   * @param schedulers each host:port
   */
  public SchedulerAddresses(List<String> schedulers) {
    this.hosts = schedulers.stream().map(SchedulerAddresses::hostOf).toList();
    hosts.forEach(this::resolve);
  }

  private static String hostOf(String address) {
    int colon = address.lastIndexOf(':');
    return colon < 0 ? address : address.substring(0, colon);
  }

  /** As networks of one address each, eldest first. */
  public synchronized List<String> networks() {
    return found.stream().map(address -> address + "/32").toList();
  }

  /** Hears at once what is known already. */
  public void onChange(Consumer<List<String>> listener) {
    this.listener = listener;
    tell();
  }

  private void tell() {
    synchronized (telling) {
      listener.accept(networks());
    }
  }

  private void resolve(String host) {
    try {
      Arrays.stream(InetAddress.getAllByName(host)).forEach(this::add);
    } catch (UnknownHostException later) {
      LOG.warn("{} has no address yet; it is looked up again when a scheduler answers", host);
    }
  }

  /** Whether it is a new one. */
  private synchronized boolean add(InetAddress address) {
    boolean matters = address instanceof Inet4Address && !address.isLoopbackAddress();
    if (!matters || !found.add(address.getHostAddress())) {
      return false;
    }
    if (found.size() > MOST) {
      found.remove(found.iterator().next());
    }
    return true;
  }

  private void answered(ClientCall<?, ?> call) {
    var peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    if (peer instanceof InetSocketAddress socket
        && socket.getAddress() != null
        && add(socket.getAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            hosts.forEach(this::resolve);
            tell();
          });
    }
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    ClientCall<Q, A> call = next.newCall(method, options);
    return new SimpleForwardingClientCall<>(call) {
      @Override
      public void start(Listener<A> responses, Metadata headers) {
        var listening =
            new SimpleForwardingClientCallListener<A>(responses) {
              @Override
              public void onHeaders(Metadata received) {
                answered(call);
                super.onHeaders(received);
              }
            };
        super.start(listening, headers);
      }
    };
  }
}
