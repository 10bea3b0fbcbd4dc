package dev.berth.cli.command;

import com.google.protobuf.Message;
import dev.berth.cli.Surroundings;
import dev.berth.cli.output.Terminal;
import dev.berth.identity.CertificateAuthority;
import dev.berth.identity.Identity;
import dev.berth.proto.v1.AdminServiceGrpc;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.Brake;
import dev.berth.proto.v1.CheckFinding;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.ClusterStatus;
import dev.berth.proto.v1.CordonNodeRequest;
import dev.berth.proto.v1.CreateReleaseRequest;
import dev.berth.proto.v1.CreateReleaseResponse;
import dev.berth.proto.v1.DrainNodeRequest;
import dev.berth.proto.v1.FindSlugRequest;
import dev.berth.proto.v1.FindSlugResponse;
import dev.berth.proto.v1.FreezeRequest;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.Instance;
import dev.berth.proto.v1.InstanceList;
import dev.berth.proto.v1.ListInstancesRequest;
import dev.berth.proto.v1.ListNodesRequest;
import dev.berth.proto.v1.ListNodesResponse;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.NodeServiceGrpc;
import dev.berth.proto.v1.RebalanceNodesRequest;
import dev.berth.proto.v1.RebalanceNodesResponse;
import dev.berth.proto.v1.Refusal;
import dev.berth.proto.v1.Release;
import dev.berth.proto.v1.ReleaseServiceGrpc;
import dev.berth.proto.v1.RemoveNodeRequest;
import dev.berth.proto.v1.RemoveNodeResponse;
import dev.berth.proto.v1.ScaleRequest;
import dev.berth.proto.v1.SetAutoscaleRequest;
import dev.berth.proto.v1.SetRolloutRequest;
import dev.berth.proto.v1.ThawRequest;
import dev.berth.proto.v1.UploadSlugRequest;
import dev.berth.proto.v1.UploadSlugResponse;
import dev.berth.proto.v1.VerificationReport;
import dev.berth.proto.v1.VerifyNodeRequest;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A cluster of one app, acme/shop, that answers as told. */
public final class FakeCluster implements AutoCloseable {
  private static final Metadata.Key<Refusal> REFUSAL =
      Metadata.Key.of(
          "berth-refusal-bin", ProtoUtils.metadataMarshaller(Refusal.getDefaultInstance()));

  private final Server server;
  private final Path state;
  final ByteArrayOutputStream received = new ByteArrayOutputStream();
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  boolean hasSlug;
  boolean settles = true;
  volatile boolean leaderChanges;
  boolean defencesHold = true;
  boolean askedQuick;
  boolean isRebalanced;
  final FakeBases bases = new FakeBases();
  final FakeBases.Plans plans = new FakeBases.Plans();
  final List<Message> nodesAsked = new CopyOnWriteArrayList<>();
  volatile boolean isCordoned;
  volatile SetRolloutRequest rollout = SetRolloutRequest.getDefaultInstance();
  volatile SetAutoscaleRequest autoscale = SetAutoscaleRequest.getDefaultInstance();
  volatile String nodeRefusal = "";
  Brake brake = Brake.getDefaultInstance();

  FakeCluster(Path state) throws IOException {
    this.state = state;
    CertificateAuthority authority = CertificateAuthority.create(state.resolve("identity/ca"));
    authority.issue("scheduler", state.resolve("identity/scheduler"));
    authority.issue("operator", state.resolve("identity/operator"));
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Identity.load(state.resolve("identity/scheduler")).serverCredentials())
            .addService(new Apps())
            .addService(new Releases())
            .addService(new Nodes())
            .addService(new Clusters())
            .addService(new Admin())
            .addService(bases)
            .addService(plans)
            .build()
            .start();
    Files.writeString(
        state.resolve("cluster.json"),
        "{\"id\":\"abcdef\",\"domain\":\"localhost\",\"apiPort\":"
            + server.getPort()
            + ",\"httpPort\":8080,\"subnets\":[]}");
  }

  int berth(String... arguments) {
    return berth(Map.of("BERTH_STATE_DIR", state.toString()), arguments);
  }

  /** As an operator from anywhere, through these schedulers. */
  int berthVia(String schedulers, String... arguments) {
    return berth(
        Map.of(
            "BERTH_API",
            schedulers,
            "BERTH_IDENTITY",
            state.resolve("identity/operator").toString()),
        arguments);
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** A scheduler that does not lead, and says who does. */
  Server follower(String leader) throws IOException {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Identity.load(state.resolve("identity/scheduler")).serverCredentials())
        .addService(new Apps())
        .intercept(
            new ServerInterceptor() {
              @Override
              public <Q, A> ServerCall.Listener<Q> interceptCall(
                  ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                Metadata trailers = new Metadata();
                trailers.put(
                    REFUSAL, Refusal.newBuilder().setCode("NOT_LEADING").setLeader(leader).build());
                call.close(Status.UNAVAILABLE, trailers);
                return new ServerCall.Listener<>() {};
              }
            })
        .build()
        .start();
  }

  private int berth(Map<String, String> environment, String... arguments) {
    Surroundings surroundings =
        new Surroundings(
            environment,
            state,
            state,
            new Terminal(stream(out), stream(err), false, false),
            Clock.systemUTC(),
            () -> "key");
    return dev.berth.cli.BerthCommand.execute(surroundings, arguments);
  }

  public static Surroundings surroundings(Map<String, String> environment, Path directory) {
    ByteArrayOutputStream nowhere = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(stream(nowhere), stream(nowhere), false, false);
    return new Surroundings(
        environment, directory, directory, terminal, Clock.systemUTC(), () -> "key");
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static StatusRuntimeException refused(String reason, String remedy) {
    Metadata trailers = new Metadata();
    trailers.put(
        REFUSAL,
        Refusal.newBuilder()
            .setCode("QUOTA_EXCEEDED")
            .setField("formation.web.count")
            .setReason(reason)
            .setRemedy(remedy)
            .build());
    return Status.RESOURCE_EXHAUSTED.asRuntimeException(trailers);
  }

  private static App app(long version) {
    return App.newBuilder().setTenant("acme").setName("shop").setVersion(version).build();
  }

  private final class Apps extends AppServiceGrpc.AppServiceImplBase {
    @Override
    public void getApp(AppName name, StreamObserver<App> answer) {
      answer.onNext(app(1));
      answer.onCompleted();
    }

    @Override
    public void setRollout(SetRolloutRequest request, StreamObserver<App> answer) {
      rollout = request;
      answer.onNext(app(2));
      answer.onCompleted();
    }

    @Override
    public void setAutoscale(SetAutoscaleRequest request, StreamObserver<App> answer) {
      autoscale = request;
      answer.onNext(app(2));
      answer.onCompleted();
    }

    @Override
    public void scale(ScaleRequest request, StreamObserver<App> answer) {
      if (request.getChanges(0).getCount() > 200) {
        answer.onError(refused("web cannot have more than 200 instances", "ask for fewer"));
        return;
      }
      answer.onNext(app(7));
      answer.onCompleted();
    }

    @Override
    public void watchInstances(ListInstancesRequest request, StreamObserver<InstanceList> answer) {
      Instance web =
          Instance.newBuilder()
              .setProcessType("web")
              .setIndex(1)
              .setPhase(Instance.Phase.STARTING)
              .build();
      answer.onNext(InstanceList.newBuilder().setApp(app(6)).setSettled(true).build());
      if (leaderChanges) {
        leaderChanges = false;
        answer.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      answer.onNext(InstanceList.newBuilder().setApp(app(7)).addInstances(web).build());
      if (settles) {
        answer.onNext(
            InstanceList.newBuilder()
                .setApp(app(7))
                .addInstances(web.toBuilder().setPhase(Instance.Phase.RUNNING))
                .setSettled(true)
                .build());
      }
    }
  }

  private static final class Clusters extends ClusterServiceGrpc.ClusterServiceImplBase {
    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<ClusterStatus> answer) {
      answer.onNext(ClusterStatus.getDefaultInstance());
      answer.onCompleted();
    }
  }

  private final class Nodes extends NodeServiceGrpc.NodeServiceImplBase {
    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> answer) {
      Node.Builder node =
          Node.newBuilder().setName("node-1").setPhase(Node.Phase.READY).setVerifiedAt(1);
      if (!defencesHold) {
        node.addFailedChecks("seccomp");
      }
      answer.onNext(ListNodesResponse.newBuilder().addNodes(node).setBrake(brake).build());
      answer.onCompleted();
    }

    @Override
    public void cordonNode(CordonNodeRequest request, StreamObserver<Node> answer) {
      boolean isPlan = request.getMutation().getPlanOnly();
      isCordoned = isPlan ? isCordoned : request.getCordoned();
      changed(request, isPlan, answer);
    }

    @Override
    public void drainNode(DrainNodeRequest request, StreamObserver<Node> answer) {
      changed(request, request.getMutation().getPlanOnly(), answer);
    }

    private void changed(Message request, boolean isPlan, StreamObserver<Node> answer) {
      nodesAsked.add(request);
      if (!nodeRefusal.isEmpty()) {
        answer.onError(FakeBases.refused(nodeRefusal, "node", "there is no such node"));
      } else if (isPlan) {
        answer.onError(FakeBases.refused("PLANNED", "token-1", "nothing was changed"));
      } else {
        answer.onNext(Node.newBuilder().setName("node-1").setDrainingSince(1).build());
        answer.onCompleted();
      }
    }

    @Override
    public void removeNode(RemoveNodeRequest request, StreamObserver<RemoveNodeResponse> answer) {
      nodesAsked.add(request);
      answer.onNext(RemoveNodeResponse.getDefaultInstance());
      answer.onCompleted();
    }

    @Override
    public void rebalanceNodes(
        RebalanceNodesRequest request, StreamObserver<RebalanceNodesResponse> answer) {
      isRebalanced = !request.getMutation().getPlanOnly();
      answer.onNext(RebalanceNodesResponse.getDefaultInstance());
      answer.onCompleted();
    }

    @Override
    public void verifyNode(VerifyNodeRequest request, StreamObserver<VerificationReport> answer) {
      askedQuick = request.getQuick();
      CheckFinding.Builder seccomp =
          CheckFinding.newBuilder()
              .setName("seccomp")
              .setGuards("kernel surface")
              .setExpected("mode 2")
              .setSeen(defencesHold ? "mode 2" : "mode 0")
              .setRequired(true)
              .setPassed(defencesHold);
      CheckFinding.Builder burst =
          CheckFinding.newBuilder().setName("cpu-burst").setExpected("there").setSeen("not there");
      answer.onNext(
          VerificationReport.newBuilder()
              .addFindings(seccomp)
              .addFindings(burst)
              .setMillis(2300)
              .build());
      answer.onCompleted();
    }
  }

  private static final class Admin extends AdminServiceGrpc.AdminServiceImplBase {
    @Override
    public void freeze(FreezeRequest request, StreamObserver<Brake> answer) {
      ordered(Brake.Level.HELD, request.getMutation().getReason(), answer);
    }

    @Override
    public void thaw(ThawRequest request, StreamObserver<Brake> answer) {
      ordered(Brake.Level.RELEASED, Integer.toString(request.getSeconds()), answer);
    }

    private static void ordered(Brake.Level level, String reason, StreamObserver<Brake> answer) {
      answer.onNext(
          Brake.newBuilder().setLevel(level).setActor("operator").setReason(reason).build());
      answer.onCompleted();
    }
  }

  private final class Releases extends ReleaseServiceGrpc.ReleaseServiceImplBase {
    @Override
    public void findSlug(FindSlugRequest request, StreamObserver<FindSlugResponse> answer) {
      answer.onNext(FindSlugResponse.newBuilder().setSlugDigest(hasSlug ? "ab" : "").build());
      answer.onCompleted();
    }

    @Override
    public StreamObserver<UploadSlugRequest> uploadSlug(StreamObserver<UploadSlugResponse> answer) {
      return new StreamObserver<>() {
        @Override
        public void onNext(UploadSlugRequest part) {
          received.writeBytes(part.getChunk().toByteArray());
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          answer.onNext(UploadSlugResponse.newBuilder().setSlugDigest("c".repeat(64)).build());
          answer.onCompleted();
        }
      };
    }

    @Override
    public void createRelease(
        CreateReleaseRequest request, StreamObserver<CreateReleaseResponse> answer) {
      answer.onNext(
          CreateReleaseResponse.newBuilder()
              .setApp(app(7))
              .setRelease(Release.newBuilder().setNumber(2))
              .build());
      answer.onCompleted();
    }
  }
}
