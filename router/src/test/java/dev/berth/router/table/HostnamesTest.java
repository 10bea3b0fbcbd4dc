package dev.berth.router.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostnamesTest {
  @ParameterizedTest
  @CsvSource({
    "shop.acme.localhost, shop.acme.localhost",
    "Shop.ACME.localhost, shop.acme.localhost",
    "shop.acme.localhost:8080, shop.acme.localhost",
    "shop.acme.localhost., shop.acme.localhost",
    "SHOP.acme.localhost.:80, shop.acme.localhost",
    "shop:, shop",
    "my_app.test, my_app.test",
    "127.0.0.1:80, 127.0.0.1",
    "[::1]:80, [::1]",
    "[FE80::1], [fe80::1]"
  })
  void aHostnameHasOneWrittenForm(String written, String normalised) {
    assertThat(Hostnames.normalised(written)).isEqualTo(normalised);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        ":80",
        "a..b",
        ".a",
        "a b",
        "a/b",
        "a@b",
        "a,b",
        "a:80:80",
        "a:x",
        "a:123456",
        "[::1",
        "[]",
        "[::g]",
        "[::1]x",
        "a\u00e4",
        "a\0",
        "a%41"
      })
  void whatIsNoHostnameHasNone(String written) {
    assertThat(Hostnames.normalised(written)).isNull();
  }
}
