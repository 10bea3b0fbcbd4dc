package dev.berth.router.proxy;

import dev.berth.router.metrics.LoopCounters.Of;
import dev.berth.router.table.Hostnames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, from head to last byte; a client's connection uses it again and
 * again.
 *
 * <p>Tries another route only while nothing has been sent, or when the request may be repeated and
 * its body is still whole. Once an answer has begun, it is that one or a broken connection.
 * Confined to one channel's event loop.
 */
final class Exchange {
  private static final String TOO_EARLY = "the exchange is not that far";

  private final LoopState state;
  private final Connector connector;
  private final ClientHandler client;
  private final Attempts attempts;
  private final ExchangeRecord record = new ExchangeRecord();

  private Phase phase = Phase.IDLE;
  private @Nullable HttpRequest request;
  private @Nullable Asked asked;
  private @Nullable LoopRoute route;
  private @Nullable UpstreamHandler upstream;
  private @Nullable HttpResponse switching;
  private int turn;
  private boolean bodyBegun;
  private boolean requestWhole;
  private boolean informing;
  private boolean reusable;
  private boolean closeAfter;
  private boolean unflushed;
  private long activeNanos;

  Exchange(LoopState state, Connector connector, ClientHandler client) {
    this.state = state;
    this.connector = connector;
    this.client = client;
    this.attempts = new Attempts(state);
  }

  boolean isActive() {
    return phase != Phase.IDLE;
  }

  boolean takesBody() {
    return upstream != null && !requestWhole;
  }

  boolean wantsMore() {
    return upstream == null || upstream.isWritable();
  }

  void begin(HttpRequest next) {
    Asked facts = start(next);
    RequestRules.Refusal refusal = RequestRules.check(next, state.limits());
    if (refusal != null) {
      refuse(refusal.status(), refusal.reason());
      return;
    }
    String hostname = Hostnames.normalised(facts.authority());
    if (hostname == null) {
      refuse(400, "its Host is not a hostname");
      return;
    }
    LoopPool found = state.find(hostname);
    if (found == null) {
      fail(state.hasTable() ? Failure.H01 : Failure.H98);
      return;
    }
    ForwardedHead.toUpstream(next, facts, client);
    attempts.begin(found);
    attempt(false);
  }

  private Asked start(HttpRequest next) {
    String id =
        RequestIds.keptOrMade(
            next.headers().get(ForwardedHead.REQUEST_ID), state.randomLong(), state.randomLong());
    Asked facts = Asked.of(next, id);
    long now = state.now();
    request = next;
    asked = facts;
    record.begin(now);
    activeNanos = now;
    bodyBegun = false;
    requestWhole = false;
    informing = false;
    reusable = false;
    closeAfter = !facts.keepAlive();
    phase = Phase.CONNECTING;
    client.answersHead(facts.head());
    state.counters().add(Of.REQUESTS, 1);
    state.counters().add(Of.IN_FLIGHT, 1);
    return facts;
  }

  void body(HttpContent content) {
    UpstreamHandler to = upstream();
    if (content.decoderResult().isFailure()) {
      content.release();
      refuse(400, "its body is not framed as it says");
      return;
    }
    activeNanos = state.now();
    int length = content.content().readableBytes();
    bodyBegun |= length > 0;
    record.bytesIn += length;
    if (content instanceof LastHttpContent last) {
      requestWhole = true;
      to.write(ForwardedHead.withoutTrailers(last));
    } else {
      to.write(content);
    }
    unflushed = true;
    if (!to.isWritable()) {
      client.updateReading();
    }
  }

  void flushUpstream() {
    if (unflushed && upstream != null) {
      unflushed = false;
      upstream.flush();
    }
  }

  void headTooSlow() {
    start(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "-"));
    closeAfter = true;
    fail(Failure.H28);
  }

  private void attempt(boolean fresh) {
    if (attempts.pool().routes().isEmpty()) {
      switch (attempts.pool().emptiness()) {
        case CRASHED -> fail(Failure.H10);
        case BOOTING -> holdOr(Failure.H20);
        case NO_INSTANCES, NOT_EMPTY -> fail(Failure.H14);
      }
      return;
    }
    long now = state.now();
    LoopRoute chosen = attempts.next(now);
    if (chosen == null) {
      holdOr(attempts.lastFailure());
      return;
    }
    record.tries++;
    route = chosen;
    UpstreamHandler kept =
        fresh ? null : chosen.takeIdle(now, asked().maxIdleNanos(state.timeouts()));
    if (kept != null && kept.isActive()) {
      send(kept);
      return;
    }
    phase = Phase.CONNECTING;
    record.connecting(now);
    connector.connect(chosen, this, ++turn);
  }

  private void holdOr(Failure failure) {
    if (attempts.hold(record.beganNanos())) {
      phase = Phase.HOLDING;
    } else {
      fail(failure);
    }
  }

  void connected(int ofTurn, UpstreamHandler connection) {
    boolean isAwaited = ofTurn == turn && phase == Phase.CONNECTING;
    if (!isAwaited || attempts.leaves(route())) {
      connection.release();
      if (isAwaited) {
        attempt(false);
      }
      return;
    }
    record.connected(state.now());
    send(connection);
    flushUpstream();
  }

  void connectFailed(int ofTurn, Throwable cause) {
    if (ofTurn != turn || phase != Phase.CONNECTING) {
      return;
    }
    record.blame(route(), state.now());
    attempts.failed(cause instanceof ConnectTimeoutException ? Failure.H19 : Failure.H21);
    attempt(false);
  }

  private void send(UpstreamHandler connection) {
    upstream = connection;
    phase = Phase.SENT;
    activeNanos = record.sent(state.now());
    route().load().begin();
    connection.serve(this, Objects.requireNonNull(request, TOO_EARLY), asked().head());
    unflushed = true;
    if (requestWhole) {
      connection.write(LastHttpContent.EMPTY_LAST_CONTENT);
    } else {
      client.pump();
    }
  }

  void upstreamClosed() {
    UpstreamHandler closed = upstream();
    detach();
    switch (phase) {
      case IDLE, CONNECTING, HOLDING -> throw new IllegalStateException("no answer was awaited");
      case SENT -> closedUnanswered(closed);
      case ANSWERING -> breakOff(Failure.H18);
      case TUNNEL -> {
        client.closeAfterFlush();
        finish(101, null);
      }
    }
  }

  private void closedUnanswered(UpstreamHandler closed) {
    if (!closed.isUsed()) {
      record.blame(route(), state.now());
    }
    if (bodyBegun || !asked().repeatable() || !attempts.maySendAgain(closed.isUsed())) {
      fail(Failure.H13);
      return;
    }
    attempts.failed(Failure.H13);
    attempts.refresh();
    if (attempts.hasUntried()) {
      attempt(true);
    } else if (closed.isUsed()) {
      attempts.again();
      attempt(true);
    } else {
      holdOr(Failure.H13);
    }
  }

  void upstreamWritable() {
    activeNanos = state.now();
    client.updateReading();
  }

  void answered(HttpResponse answer) {
    int status = answer.status().code();
    if (!AnswerRules.isValid(answer)) {
      boolean cut = answer.decoderResult().cause() instanceof PrematureChannelClosureException;
      fail(cut ? Failure.H13 : Failure.H17);
      return;
    }
    if (status < 200) {
      inform(status, answer);
      return;
    }
    Asked question = asked();
    phase = Phase.ANSWERING;
    activeNanos = state.now();
    route().answered(status, record.answered(activeNanos, status));
    reusable = AnswerRules.leavesConnectionOpen(answer, question.head());
    ForwardedHead.toClient(answer.headers(), question.requestId());
    closeAfter |= !AnswerRules.frame(answer, question);
    closeAfter |= state.isDraining() || !requestWhole;
    AnswerRules.setConnection(answer, question, closeAfter);
    client.write(answer);
  }

  private void inform(int status, HttpResponse answer) {
    informing = true;
    if (status == 101) {
      if (!asked().webSocket() || !AnswerRules.isWebSocket(answer)) {
        fail(Failure.H17);
        return;
      }
      switching = answer;
    } else if (!asked().http10()) {
      ForwardedHead.toClient(answer.headers(), asked().requestId());
      client.write(answer);
      client.write(LastHttpContent.EMPTY_LAST_CONTENT);
      client.flush();
    }
  }

  void answerContinued(HttpContent content) {
    if (informing) {
      informing = false;
      content.release();
      if (switching != null) {
        startTunnel(switching);
      }
      return;
    }
    if (phase != Phase.ANSWERING || content.decoderResult().isFailure()) {
      content.release();
      breakOff(Failure.H18);
      return;
    }
    activeNanos = state.now();
    record.bytesOut += content.content().readableBytes();
    boolean last = content instanceof LastHttpContent;
    client.write(content);
    if (last) {
      complete();
    } else if (!client.isWritable()) {
      upstream().read(false);
    }
  }

  private void complete() {
    UpstreamHandler done = upstream();
    detach();
    if (reusable && requestWhole) {
      done.release();
    } else {
      done.discard();
    }
    finish(record.status(), null);
    client.exchangeOver(closeAfter, requestWhole);
  }

  void flushToClient() {
    client.flush();
  }

  void clientWritable() {
    if (upstream != null) {
      activeNanos = state.now();
      upstream.read(true);
    }
  }

  private void startTunnel(HttpResponse answer) {
    switching = null;
    if (!requestWhole) {
      fail(Failure.H17);
      return;
    }
    ForwardedHead.toTunnellingClient(answer.headers(), asked().requestId());
    client.write(answer);
    client.write(LastHttpContent.EMPTY_LAST_CONTENT);
    client.flush();
    phase = Phase.TUNNEL;
    route().answered(101, record.answered(state.now(), 101));
    if (client.becomeTunnel()) {
      upstream().becomeTunnel();
    } else {
      breakOff(Failure.H26);
    }
  }

  void tunnelled(ByteBuf bytes) {
    activeNanos = state.now();
    record.bytesOut += bytes.readableBytes();
    client.write(bytes);
    if (!client.isWritable()) {
      upstream().read(false);
    }
  }

  void tunnelFromClient(ByteBuf bytes) {
    if (upstream == null) {
      bytes.release();
      return;
    }
    activeNanos = state.now();
    record.bytesIn += bytes.readableBytes();
    upstream.write(bytes);
    unflushed = true;
    if (!upstream.isWritable()) {
      client.updateReading();
    }
  }

  void clientClosed() {
    UpstreamHandler open = upstream;
    if (open != null) {
      boolean tunnel = phase == Phase.TUNNEL;
      detach();
      if (tunnel) {
        open.closeAfterFlush();
      } else {
        open.discard();
      }
    }
    switch (phase) {
      case IDLE -> {}
      case TUNNEL -> finish(101, null);
      case CONNECTING, HOLDING, SENT, ANSWERING -> finish(Failure.H27.status(), Failure.H27);
    }
  }

  void tick(long now) {
    if (phase == Phase.HOLDING) {
      tryAgain();
      return;
    }
    Failure overdue = phase.overdue(now - activeNanos, requestWhole, wantsMore(), state.timeouts());
    if (overdue != null) {
      fail(overdue);
    }
  }

  private void tryAgain() {
    attempts.again();
    attempt(false);
    flushUpstream();
  }

  private void refuse(int status, String reason) {
    closeAfter = true;
    end(Failure.H26, status, "The request was refused: " + reason + ".");
  }

  private void fail(Failure failure) {
    end(failure, failure.status(), failure.reason());
  }

  private void end(Failure failure, int status, String reason) {
    if (phase == Phase.ANSWERING || phase == Phase.TUNNEL) {
      breakOff(failure);
      return;
    }
    dropUpstream();
    Asked question = asked();
    closeAfter |= state.isDraining() || (question.hasBody() && !requestWhole);
    FullHttpResponse page =
        new ErrorPage(failure, status, reason, question.requestId()).response(question.wantsHtml());
    AnswerRules.setConnection(page, question, closeAfter);
    record.bytesOut += page.content().readableBytes();
    client.write(page);
    finish(status, failure);
    client.exchangeOver(closeAfter, requestWhole);
  }

  private void breakOff(Failure failure) {
    dropUpstream();
    finish(record.status() == 0 ? failure.status() : record.status(), failure);
    client.abort();
  }

  private void dropUpstream() {
    UpstreamHandler open = upstream;
    if (open != null) {
      detach();
      open.discard();
    }
  }

  private void detach() {
    upstream = null;
    route().load().end();
  }

  private void finish(int status, @Nullable Failure failure) {
    attempts.end();
    phase = Phase.IDLE;
    record.finish(state, asked(), new ExchangeRecord.End(client.address(), route, status, failure));
    request = null;
    route = null;
    switching = null;
    unflushed = false;
    turn++;
  }

  private Asked asked() {
    return Objects.requireNonNull(asked, TOO_EARLY);
  }

  private LoopRoute route() {
    return Objects.requireNonNull(route, TOO_EARLY);
  }

  private UpstreamHandler upstream() {
    return Objects.requireNonNull(upstream, TOO_EARLY);
  }
}
