package dev.berth.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminEndpointTest {
  @Test
  void metricsAndHealthAreAnsweredOnLoopback() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.counter("berth.test.passes").increment();

    try (AdminEndpoint endpoint = new AdminEndpoint(registry, 0)) {
      assertThat(get(endpoint.port(), "/metrics").body()).contains("berth_test_passes_total 1.0");
      assertThat(get(endpoint.port(), "/healthz").body()).isEqualTo("ok\n");
      assertThat(get(endpoint.port(), "/healthz/x").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void theRunFileIsOneJsonObject(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("run").resolve("agent.json");
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("pid", 42L);
    fields.put("program", "ag\"ent\n");

    RunFile.write(file, fields);

    assertThat(Files.readString(file)).isEqualTo("{\"pid\":42,\"program\":\"ag\\\"ent\\u000a\"}\n");
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://localhost:" + port + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
