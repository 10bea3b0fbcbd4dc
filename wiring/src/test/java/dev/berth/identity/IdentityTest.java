package dev.berth.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.ClusterStatus;
import dev.berth.proto.v1.GetStatusRequest;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {
  @TempDir Path directory;

  @Test
  void theSchedulerLearnsTheProvenNameOfItsCaller() throws Exception {
    CertificateAuthority authority = CertificateAuthority.create(directory.resolve("ca"));
    Identity scheduler = issued(authority, "scheduler");
    Identity agent = issued(authority, "agent:node-1");

    assertThat(nameSeen(scheduler.serverCredentials(), agent.channelCredentials()))
        .isEqualTo("agent:node-1");
  }

  @Test
  void aCallerWithoutACertificateHasNoName() throws Exception {
    CertificateAuthority authority = CertificateAuthority.create(directory.resolve("ca"));
    Identity scheduler = issued(authority, "scheduler");
    ChannelCredentials anonymous =
        Identity.anonymousCredentials(directory.resolve("ca").resolve("ca.crt"));

    assertThat(nameSeen(scheduler.serverCredentials(), anonymous)).isEqualTo("nobody");
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() {
    Identity scheduler = issued(CertificateAuthority.create(directory.resolve("ca")), "scheduler");
    Identity stranger =
        issued(CertificateAuthority.create(directory.resolve("other-ca")), "operator");

    assertThatThrownBy(() -> nameSeen(scheduler.serverCredentials(), stranger.channelCredentials()))
        .isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void aClientsCertificateDoesNotServeAsTheScheduler() {
    CertificateAuthority authority = CertificateAuthority.create(directory.resolve("ca"));
    Identity agent = issued(authority, "agent:node-1");
    Identity operator = issued(authority, "operator");

    assertThatThrownBy(() -> nameSeen(agent.serverCredentials(), operator.channelCredentials()))
        .isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void anAuthorityIsOpenedAgainButNeverReplaced() {
    CertificateAuthority.create(directory.resolve("ca"));

    Identity agent = issued(CertificateAuthority.open(directory.resolve("ca")), "agent:node-2");

    assertThat(agent.commonName()).isEqualTo("agent:node-2");
    assertThatThrownBy(() -> CertificateAuthority.create(directory.resolve("ca")))
        .hasMessageContaining("already holds a certificate authority");
  }

  @Test
  void onlyTheOwnerCanReadKeys() throws Exception {
    issued(CertificateAuthority.create(directory.resolve("ca")), "operator");

    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(it -> !it.equals(directory)).toList()) {
        String mode = Files.isDirectory(path) ? "rwx------" : "rw-------";
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .as(path.toString())
            .isEqualTo(mode);
      }
    }
  }

  @Test
  void aNameThatCouldBeReadTwoWaysIsRefused() {
    CertificateAuthority authority = CertificateAuthority.create(directory.resolve("ca"));

    assertThatThrownBy(() -> authority.issue("a,CN=operator", directory.resolve("x")))
        .hasMessageContaining("a,CN=operator");
  }

  private Identity issued(CertificateAuthority authority, String name) {
    Path place = directory.resolve("identity").resolve(name.replace(':', '-'));
    authority.issue(name, place);
    return Identity.load(place);
  }

  private static String nameSeen(ServerCredentials server, ChannelCredentials client)
      throws Exception {
    Server running =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), server)
            .addService(new NameTeller())
            .intercept(new Peer())
            .build()
            .start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(running.getListenSockets().getFirst(), client)
            .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
            .build();
    try {
      return ClusterServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .getStatus(GetStatusRequest.getDefaultInstance())
          .getClusterId();
    } finally {
      channel.shutdownNow();
      running.shutdownNow().awaitTermination();
    }
  }

  /** Answers with the caller's name in place of the cluster's. */
  private static final class NameTeller extends ClusterServiceGrpc.ClusterServiceImplBase {
    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<ClusterStatus> answer) {
      String name = Peer.NAME.get();
      answer.onNext(
          ClusterStatus.newBuilder().setClusterId(name == null ? "nobody" : name).build());
      answer.onCompleted();
    }
  }
}
