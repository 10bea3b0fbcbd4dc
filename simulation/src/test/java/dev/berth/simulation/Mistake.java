package dev.berth.simulation;

import dev.berth.simulation.MistakenCode.Edit;
import java.util.List;

/** Mistakes that could have been made. */
enum Mistake {
  STORE_TAKES_OLD_EPOCHS(
      new Edit(
          "simulation",
          "simulation/store/Ensemble.java",
          "write.epoch() == epoch && write.counters() == counters",
          "true || write.epoch() == epoch + counters")),
  AGENT_OBEYS_OLD_EPOCHS(
      new Edit(
          "agent",
          "agent/order/Orders.java",
          "if (snapshot.epoch() < epoch) {",
          "if (snapshot.epoch() < 0) {"),
      new Edit(
          "agent",
          "agent/link/LinkSession.java",
          "if (fence.epochs().admit(epoch)) {",
          "if (fence.epochs().admit(epoch) || epoch > 0) {"),
      new Edit(
          "scheduler",
          "scheduler/dispatch/AgentListener.java",
          "if (hello.getEpochSeen() > latest.epoch()) {",
          "if (hello.getEpochSeen() < 0) {")),
  ANSWERS_BEFORE_THE_COMMIT(
      new Edit(
          "scheduler",
          "scheduler/control/Publisher.java",
          "queue.add(new Delivery.Passed(pass, commit));",
          "queue.add(new Delivery.Passed(pass, commit)); pass.answers().forEach(this::complete);")),
  FAILED_COMMITS_END_NO_TERM(
      new Edit(
          "scheduler",
          "scheduler/control/Publisher.java",
          "log.warn(\"a commit failed; the term of leadership ends\", failure.getCause());\n"
              + "      failed.accept(failure);",
          "log.warn(\"a commit failed\");")),
  NEW_LEADERS_BEGIN_FROM_THE_PAST(
      new Edit(
          "simulation",
          "simulation/store/Ensemble.java",
          "ClusterState before = state;",
          "ClusterState before = state; past = counters % 7 == 0 ? state : past;"),
      new Edit(
          "simulation",
          "simulation/store/Ensemble.java",
          "private boolean isDown;",
          "private boolean isDown; private ClusterState past = ClusterState.empty();"),
      new Edit(
          "simulation",
          "simulation/store/Ensemble.java",
          "new Store.Loaded(state, List.copyOf",
          "new Store.Loaded(past, List.copyOf")),
  ROUTERS_ARE_NOT_WAITED_FOR(
      new Edit(
          "scheduler",
          "scheduler/routes/Progress.java",
          "return allServe(goneIn.getOrDefault(id, RouteTable.EMPTY.version()), routers);",
          "return true;")),
  NEW_LEADERS_DO_NOT_WAIT_FOR_ROUTERS(
      new Edit(
          "scheduler",
          "scheduler/rollout/Timers.java",
          "routersExpected.multipliedBy(4)",
          "routersExpected.dividedBy(5)")),
  STOPS_WITHOUT_WITHDRAWING(
      new Edit(
          "scheduler",
          "scheduler/rollout/Rollout.java",
          "View.isWeb(placement)\n            ? new NextStep.Withdraw",
          "placement == null\n            ? new NextStep.Withdraw")),
  TAKES_AWAY_BEFORE_THE_OTHER_IS_HEALTHY(
      new Edit(
          "scheduler",
          "scheduler/rollout/Rollout.java",
          "if (view.isServing(target) && view.isProven(target, goal.minHealthy())) {",
          "if (!target.equals(fallback)) {")),
  FORGETS_WHAT_HAS_NOT_STOPPED(
      new Edit(
          "scheduler",
          "scheduler/rollout/Rollout.java",
          "if (view.isStopped(placement) && view.isOffRoutes(placement)) {",
          "if (view.isOffRoutes(placement)) {")),
  REPLACES_THE_LOST_AGAIN_AND_AGAIN(
      new Edit(
          "scheduler",
          "scheduler/rollout/Rollout.java",
          "} else if (staying == 1 && !(view",
          "} else if (staying < 100 && !(view"),
      new Edit(
          "scheduler",
          "scheduler/rollout/Rollout.java",
          "&& view.isNodeKnown(placement)) {",
          "&& view.isNodeKnown(placement) && index < 0) {")),
  RUNS_RELEASE_COMMANDS_AGAIN(
      new Edit(
          "agent",
          "agent/reconcile/Phases.java",
          "return rules.once() ? placement.over(exit)",
          "return rules.once() && exit.code() == 4711 ? placement.over(exit)"),
      new Edit(
          "agent",
          "agent/reconcile/Reconciler.java",
          "if (rules.once()) { // it ended",
          "if (rules.once() && now.equals(Instant.MAX)) { // it ended")),
  KEEPS_ROOM_THAT_IS_FREE(
      new Edit(
          "scheduler",
          "scheduler/state/Placements.java",
          "Capacity left = bookedOn(placement.node()).minus(placement.size().booked());",
          "Capacity left = bookedOn(placement.node());")),
  FILLS_NODES_BEYOND_THE_BRIM(
      new Edit(
          "scheduler",
          "scheduler/placement/IndexedNode.java",
          "return memory >= needed.memoryMib()",
          "return memory + 256 >= needed.memoryMib()"),
      new Edit(
          "scheduler",
          "scheduler/placement/Shelf.java",
          "&& memory >= needed.memoryMib()",
          "&& memory + 256 >= needed.memoryMib()")),
  GIVES_UP_NODES_WITHOUT_A_BRAKE(
      new Edit(
          "scheduler",
          "scheduler/rollout/Watch.java",
          "nodes = nodes.plus(id);\n          last = now;",
          "nodes = nodes.plus(id);")),
  ROUTER_TAKES_TABLES_OF_OLD_EPOCHS(
      new Edit(
          "router",
          "router/table/Intake.java",
          "if (full.epoch() < table.epoch()) {",
          "if (full.epoch() < 0) {"),
      new Edit(
          "router",
          "router/feed/RouteFeed.java",
          "if (epochs.admit(epoch)) {",
          "if (epochs.admit(epoch) || epoch > 0) {")),
  KEYS_ARE_FORGOTTEN_WITH_THEIR_LEADER(
      new Edit(
          "scheduler",
          "scheduler/control/Idempotency.java",
          ".filter(answer -> !isOld(answer))",
          ".filter(answer -> given.containsKey(answer.sequence()))")),
  A_FREEZE_BY_ORDER_IS_NOT_HEEDED(
      new Edit(
          "scheduler",
          "scheduler/rollout/Watch.java",
          "case FreezeOrder.Frozen _ -> Brake.Level.HELD;",
          "case FreezeOrder.Frozen _ -> byItself;")),
  PUBLISHES_HALF_A_TABLE(
      new Edit(
          "scheduler",
          "scheduler/control/Decider.java",
          "private boolean areRoutesReady(Instant now) {",
          "private boolean areRoutesReady(Instant now) { if (now != null) { return true; }")),
  ROUTES_TO_WHAT_HAS_CRASHED(
      new Edit(
          "scheduler",
          "scheduler/control/Working.java",
          "arrivals.add(placement.instance().type());\n      } else {\n        touch(placement);",
          "arrivals.add(placement.instance().type());\n      } else {\n"
              + "        touched.add(placement.instance().type());")),
  AN_UNREADABLE_ORDER_FILE_MEANS_NOTHING_IS_WANTED(
      new Edit("agent", "agent/control/Node.java", "return Wish.UNKNOWN;", "return Wish.DROP;")),
  CRASHED_INSTANCES_STAY_DOWN(
      new Edit(
          "agent",
          "agent/reconcile/Reconciler.java",
          "now.isBefore(nextStart) ? same(placement, notices) : start(placement, now, notices);",
          "same(placement, notices);")),
  INCARNATIONS_HAVE_THE_SAME_NUMBER(
      new Edit(
          "agent",
          "agent/reconcile/Placement.java",
          "incarnation + 1, next",
          "Math.max(1, incarnation), next")),
  ADDRESSES_ARE_FREE_TOO_EARLY(
      new Edit(
          "simulation",
          "simulation/host/SimHost.java",
          "end(placement, 137, false);\n    over.remove(placement);",
          "end(placement, 137, false);\n    over.remove(placement); addresses.free(placement);"),
      new Edit(
          "simulation",
          "simulation/host/Addresses.java",
          "int number = (last + step - 1) % count + 1;",
          "int number = step;"));

  @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
  private final List<Edit> edits;

  Mistake(Edit... edits) {
    this.edits = List.of(edits);
  }

  List<Edit> edits() {
    return edits;
  }
}
