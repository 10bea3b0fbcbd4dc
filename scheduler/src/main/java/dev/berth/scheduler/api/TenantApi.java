package dev.berth.scheduler.api;

import dev.berth.proto.v1.CreateTenantRequest;
import dev.berth.proto.v1.CreateTenantResponse;
import dev.berth.proto.v1.DestroyTenantRequest;
import dev.berth.proto.v1.DestroyTenantResponse;
import dev.berth.proto.v1.ListTenantsRequest;
import dev.berth.proto.v1.ListTenantsResponse;
import dev.berth.proto.v1.SetEgressRequest;
import dev.berth.proto.v1.SetPoolRequest;
import dev.berth.proto.v1.SetQuotaRequest;
import dev.berth.proto.v1.Tenant;
import dev.berth.proto.v1.TenantServiceGrpc;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.wire.Values;
import io.grpc.stub.StreamObserver;

/** Tenants, their quotas and egress policies. Thread-safe. */
final class TenantApi extends TenantServiceGrpc.TenantServiceImplBase {
  private final Desk desk;
  private final Tokens tokens;

  TenantApi(Desk desk, Tokens tokens) {
    this.desk = desk;
    this.tokens = tokens;
  }

  @Override
  public void createTenant(CreateTenantRequest request, StreamObserver<CreateTenantResponse> out) {
    String token = tokens.make(request.getMutation().getIdempotencyKey(), request.getName());
    desk.submit(
        out,
        request.getMutation(),
        _ ->
            new Command.CreateTenant(
                request.getName(),
                request.hasQuota() ? Values.quota(request.getQuota()) : null,
                Callers.hash(token)),
        result ->
            CreateTenantResponse.newBuilder().setTenant(tenant(result)).setToken(token).build());
  }

  @Override
  public void listTenants(ListTenantsRequest request, StreamObserver<ListTenantsResponse> out) {
    desk.answer(
        out,
        asked -> {
          ListTenantsResponse.Builder tenants = ListTenantsResponse.newBuilder();
          asked.snapshot().state().tenants().values().stream()
              .filter(tenant -> asked.caller().maySee(tenant.id()))
              .forEach(tenant -> tenants.addTenants(Apps.tenant(asked.snapshot().state(), tenant)));
          return tenants.build();
        });
  }

  @Override
  public void setQuota(SetQuotaRequest request, StreamObserver<Tenant> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.SetQuota(request.getName(), Values.quota(request.getQuota())),
        this::tenant);
  }

  @Override
  public void setEgress(SetEgressRequest request, StreamObserver<Tenant> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ ->
            new Command.SetEgress(
                request.getName(),
                request.getEgress().getAllowList(),
                request.getEgress().getDenyList()),
        this::tenant);
  }

  @Override
  public void setPool(SetPoolRequest request, StreamObserver<Tenant> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.SetPool(request.getName(), request.getPool()),
        this::tenant);
  }

  @Override
  public void destroyTenant(
      DestroyTenantRequest request, StreamObserver<DestroyTenantResponse> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.DestroyTenant(request.getName()),
        _ -> DestroyTenantResponse.getDefaultInstance());
  }

  private Tenant tenant(Outcome.Result result) {
    return Apps.tenant(
        desk.control().snapshot().state(),
        Results.as(Outcome.Result.TenantResult.class, result).tenant());
  }
}
