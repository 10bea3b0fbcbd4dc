package dev.berth.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that two parsers could read differently, sent byte for byte. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrictParsingTest {
  private static final String HOST = "Host: " + RouterUnderTest.HOST + "\r\n";
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

  private final RouterUnderTest router = new RouterUnderTest();
  private final List<String> arrived = new CopyOnWriteArrayList<>();
  private final Upstream upstream =
      new Upstream(connection -> {
        for (String head = connection.head(); !head.isEmpty(); head = connection.head()) {
          arrived.add(head);
          connection.answer("ok");
        }
      });

  @BeforeAll
  void route() {
    router.routing(upstream.route(1));
  }

  @BeforeEach
  void forget() {
    arrived.clear();
  }

  @AfterAll
  void stop() {
    upstream.close();
    router.close();
  }

  static Stream<Arguments> ambiguousFraming() {
    return Stream.of(
        probe("two Hosts", "GET / HTTP/1.1\r\n" + HOST + HOST + "\r\n"),
        probe("two different Hosts", "GET / HTTP/1.1\r\n" + HOST + "Host: other\r\n\r\n"),
        probe("no Host", "GET / HTTP/1.1\r\n\r\n"),
        probe("no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"),
        probe("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        probe("a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        probe("a Host with user info", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        probe("a Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        probe("a Host with a bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n"),
        probe("length and encoding", post("Content-Length: 5\r\n" + CHUNKED) + "0\r\n\r\n"),
        probe("encoding and length", post(CHUNKED + "Content-Length: 5\r\n") + "0\r\n\r\n"),
        probe("two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n") + "hello"),
        probe(
            "the same length twice", post("Content-Length: 5\r\nContent-Length: 5\r\n") + "hello"),
        probe("a list of lengths", post("Content-Length: 5, 5\r\n") + "hello"),
        probe("a signed length", post("Content-Length: +5\r\n") + "hello"),
        probe("a negative length", post("Content-Length: -5\r\n") + "hello"),
        probe("a length in hex", post("Content-Length: 0x5\r\n") + "hello"),
        probe("an empty length", post("Content-Length:\r\n") + "hello"),
        probe("a length with a space", post("Content-Length: 5 5\r\n") + "hello"),
        probe("a length beyond a long", post("Content-Length: 99999999999999999999\r\n") + "hello"),
        probe("gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n"),
        probe("chunked,", post("Transfer-Encoding: chunked,\r\n") + "0\r\n\r\n"),
        probe(",chunked", post("Transfer-Encoding: ,chunked\r\n") + "0\r\n\r\n"),
        probe("chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n") + "0\r\n\r\n"),
        probe("chunked, identity", post("Transfer-Encoding: chunked, identity\r\n") + "0\r\n\r\n"),
        probe("identity", post("Transfer-Encoding: identity\r\n") + "0\r\n\r\n"),
        probe("xchunked", post("Transfer-Encoding: xchunked\r\n") + "0\r\n\r\n"),
        probe("quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n") + "0\r\n\r\n"),
        probe("chunked with a parameter", post("Transfer-Encoding: chunked;a=b\r\n") + "0\r\n\r\n"),
        probe("two encodings", post(CHUNKED + CHUNKED) + "0\r\n\r\n"),
        probe("two mixed encodings", post(CHUNKED + "Transfer-Encoding: x\r\n") + "0\r\n\r\n"),
        probe("an empty encoding", post("Transfer-Encoding:\r\n") + "0\r\n\r\n"),
        probe("vertical tab", post("Transfer-Encoding: \u000bchunked\r\n") + "0\r\n\r\n"),
        probe("encoding in HTTP/1.0", "POST / HTTP/1.0\r\n" + HOST + CHUNKED + "\r\n0\r\n\r\n"));
  }

  static Stream<Arguments> ambiguousHeads() {
    return Stream.of(
        probe("space before the colon", post("Transfer-Encoding : chunked\r\n") + "0\r\n\r\n"),
        probe("length, space, colon", post("Content-Length : 5\r\n") + "hello"),
        probe("tab before the colon", post("Content-Length\t: 5\r\n") + "hello"),
        probe("a name with NUL", post("Content-Length\0: 5\r\n") + "hello"),
        probe("a value with NUL", "GET / HTTP/1.1\r\n" + HOST + "X: a\0b\r\n\r\n"),
        probe("a value with bare CR", "GET / HTTP/1.1\r\n" + HOST + "X: a\rY: b\r\n\r\n"),
        probe("bare LF after a header", "GET / HTTP/1.1\r\n" + HOST + "X: a\nY: b\r\n\r\n"),
        probe("bare LF after the first line", "GET / HTTP/1.1\n" + HOST + "\r\n"),
        probe("bare LF at the end", "GET / HTTP/1.1\r\n" + HOST + "\n\r\n"),
        probe("a folded value", "GET / HTTP/1.1\r\n" + HOST + "X: a\r\n b\r\n\r\n"),
        probe("a tab fold", "GET / HTTP/1.1\r\n" + HOST + "X: a\r\n\tb\r\n\r\n"),
        probe("a folded encoding", post("Transfer-Encoding:\r\n chunked\r\n") + "0\r\n\r\n"),
        probe("a folded Host", "GET / HTTP/1.1\r\nX: y\r\n " + HOST + "\r\n"),
        probe("a first header that is folded", "GET / HTTP/1.1\r\n " + HOST + "\r\n"),
        probe("no colon", "GET / HTTP/1.1\r\n" + HOST + "nonsense\r\n\r\n"),
        probe("an empty name", "GET / HTTP/1.1\r\n" + HOST + ": x\r\n\r\n"),
        probe("a name with a space", "GET / HTTP/1.1\r\n" + HOST + "X Y: x\r\n\r\n"),
        probe("a name with a parenthesis", "GET / HTTP/1.1\r\n" + HOST + "X(: x\r\n\r\n"),
        probe("a name beyond ASCII", "GET / HTTP/1.1\r\n" + HOST + "X\u00e4: x\r\n\r\n"),
        probe("HTTP/1.2", "GET / HTTP/1.2\r\n" + HOST + "\r\n"),
        probe("HTTP/2.0", "GET / HTTP/2.0\r\n" + HOST + "\r\n"),
        probe("HTTP/0.9", "GET /\r\n\r\n"),
        probe("http in small letters", "GET / http/1.1\r\n" + HOST + "\r\n"),
        probe("HTTP/01.1", "GET / HTTP/01.1\r\n" + HOST + "\r\n"),
        probe("another protocol", "GET / RTSP/1.0\r\n" + HOST + "\r\n"),
        probe("a word too many", "GET / HTTP/1.1 x\r\n" + HOST + "\r\n"),
        probe("a blank in the target", "GET /a b HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("a method in small letters", "get / HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("a method with a colon", "GE:T / HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
        probe("TRACE", "TRACE / HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("a target without slash", "GET a HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("a target with a fragment", "GET /a#b HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("a target beyond ASCII", "GET /\u00e4 HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("an asterisk for GET", "GET * HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("another scheme", "GET ftp://a/ HTTP/1.1\r\n" + HOST + "\r\n"),
        probe(
            "Connection names the length",
            post("Connection: Content-Length\r\nContent-Length: 5\r\n") + "hello"),
        probe(
            "Connection names the encoding",
            post("Connection: transfer-encoding\r\n" + CHUNKED) + "0\r\n\r\n"),
        probe("Connection names Host", "GET / HTTP/1.1\r\n" + HOST + "Connection: x, host\r\n\r\n"),
        probe("an unknown expectation", post("Expect: wonders\r\nContent-Length: 5\r\n") + "hello"),
        probe("a TLS hello", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\r\n\r\n"),
        probe("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"ambiguousFraming", "ambiguousHeads"})
  void aRequestThatCanBeReadInTwoWaysIsRefused(String name, String bytes) throws IOException {
    try (Client client = router.client()) {
      client.send(bytes + "GET /smuggled HTTP/1.1\r\n" + HOST + "\r\n");

      Client.Answer answer = client.answer();
      assertThat(answer.status()).as(name).isBetween(400, 505);
      assertThat(answer.header("Berth-Error")).isEqualTo("H26");
      assertThat(answer.header("Connection")).isEqualTo("close");
      assertThat(client.isClosedByRouter()).isTrue();
      assertThat(arrived).isEmpty();
    }
  }

  static Stream<Arguments> brokenBodies() {
    return Stream.of(
        probe("a chunk size that is none", "zz\r\n"),
        probe("an empty chunk size", "\r\n"),
        probe("a signed chunk size", "+5\r\nhello\r\n0\r\n\r\n"),
        probe("a chunk size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"),
        probe("a huge chunk size", "fffffffffffffffff5\r\nhello\r\n0\r\n\r\n"),
        probe("a chunk size with an underscore", "1_0\r\nhello\r\n0\r\n\r\n"),
        probe("a chunk that is too long", "5\r\nhelloX\r\n0\r\n\r\n"),
        probe("a chunk that ends in LF", "5\r\nhello\n0\r\n\r\n"),
        probe("a chunk size that ends in LF", "5\nhello\r\n0\r\n\r\n"),
        probe("an extension with LF", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
        probe("an extension with CR", "5;a\rb\r\nhello\r\n0\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenBodies")
  void aBodyThatIsNotFramedAsItSaysEndsTheConnection(String name, String body) throws IOException {
    try (Client client = router.client()) {
      client.send(post(CHUNKED) + body + "GET /smuggled HTTP/1.1\r\n" + HOST + "\r\n");
      client.answer();

      assertThat(client.isClosedByRouter()).isTrue();
      assertThat(arrived).as(name).noneMatch(head -> head.startsWith("GET /smuggled"));
    }
  }

  static Stream<Arguments> plain() {
    return Stream.of(
        probe("HTTP/1.0", "GET / HTTP/1.0\r\n" + HOST + "\r\n"),
        probe("a port", "GET / HTTP/1.1\r\nHost: " + RouterUnderTest.HOST + ":8080\r\n\r\n"),
        probe(
            "absolute form",
            "GET http://" + RouterUnderTest.HOST + "/a HTTP/1.1\r\nHost: x\r\n\r\n"),
        probe("an empty line before", "\r\nGET / HTTP/1.1\r\n" + HOST + "\r\n"),
        probe(
            "Chunked in capitals",
            "POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n"),
        probe("OPTIONS for all", "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("an unknown method", "PURGE / HTTP/1.1\r\n" + HOST + "\r\n"),
        probe("a header without value", "GET / HTTP/1.1\r\n" + HOST + "X:\r\n\r\n"),
        probe("a value beyond ASCII", "GET / HTTP/1.1\r\n" + HOST + "X: \u00e4\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("plain")
  void aPlainRequestPasses(String name, String bytes) throws IOException {
    try (Client client = router.client()) {
      assertThat(client.send(bytes).answer().status()).as(name).isEqualTo(200);
    }
  }

  @Test
  void aHeadThatIsTooLargeIsRefusedWithItsLimit() throws IOException {
    try (Client line = router.client();
        Client head = router.client();
        Client count = router.client()) {
      String request = "GET /%s HTTP/1.1\r\n" + HOST + "%s\r\n";

      Client.Answer longLine = line.send(request.formatted("x".repeat(9_000), "")).answer();
      Client.Answer longHead =
          head.send(request.formatted("", "X: %s\r\n".formatted("y".repeat(8_000)).repeat(9)))
              .answer();
      Client.Answer many = count.send(request.formatted("", "X: y\r\n".repeat(101))).answer();

      assertThat(longLine.status()).isEqualTo(414);
      assertThat(longLine.text()).contains("8192 bytes");
      assertThat(longHead.status()).isEqualTo(431);
      assertThat(longHead.text()).contains("65536 bytes");
      assertThat(many.status()).isEqualTo(431);
      assertThat(many.text()).contains("at most 100");
    }
  }

  private static String post(String headers) {
    return "POST / HTTP/1.1\r\n" + HOST + headers + "\r\n";
  }

  private static Arguments probe(String name, String bytes) {
    return Arguments.of(name, bytes);
  }
}
