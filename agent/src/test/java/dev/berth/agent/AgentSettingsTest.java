package dev.berth.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.agent.runtime.Capacity;
import dev.berth.settings.Settings;
import dev.berth.settings.SettingsException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentSettingsTest {
  private final Map<String, String> values =
      new HashMap<>(
          Map.of(
              "cluster.id", "abcdef",
              "node.name", "node-2",
              "node.number", "2",
              "scheduler.address", "127.0.0.1:7000",
              "identity.directory", "/i",
              "state.directory", "/s",
              "network.subnet", "10.88.4.0/22",
              "run.file", "/r"));

  @Test
  void whatIsNotSetIsMeasured() {
    values.put("capacity.memory-mib", "512");

    AgentSettings settings = AgentSettings.read(Settings.of(values));

    assertThat(settings.host().capacity()).isEmpty();
    assertThat(settings.capacity().over(new Capacity(1, 2, 3, 4)))
        .isEqualTo(new Capacity(512, 2, 3, 4));
  }

  @Test
  void allMistakesAreToldAtOnce() {
    values.remove("node.name");
    values.put("capacity.pids", "many");
    values.put("colour", "blue");

    assertThatThrownBy(() -> AgentSettings.read(Settings.of(values)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContainingAll("node.name", "capacity.pids", "colour");
  }

  @Test
  void aMetronomeMayBeAbsentButNotTooFast() {
    values.put("metronome.micros", "0");
    assertThat(AgentSettings.read(Settings.of(values)).beatMicros()).isZero();

    values.put("metronome.micros", "99");
    assertThatThrownBy(() -> AgentSettings.read(Settings.of(values)))
        .hasMessage("metronome.micros must be 0 for none, or at least 100, not 99");
  }

  @Test
  void whatIsForbiddenIsAListOfNetworks() {
    values.put("network.forbidden", "10.0.0.0/8, 192.0.2.17/32");

    assertThat(AgentSettings.read(Settings.of(values)).host().forbidden())
        .containsExactly("10.0.0.0/8", "192.0.2.17/32");
  }

  @Test
  void aForbiddenNetworkThatIsNoneIsNamed() {
    values.put("network.forbidden", "10.0.0.0/8,10.0.0.1");

    assertThatThrownBy(() -> AgentSettings.read(Settings.of(values)))
        .hasMessage(
            "network.forbidden has '10.0.0.1', which is no IPv4 network such as 192.0.2.0/24");
  }

  @Test
  void routersCallFromNetworksThatAreNamed() {
    assertThat(AgentSettings.read(Settings.of(values)).host().routers()).isEmpty();

    values.put("network.routers", "192.0.2.7/32,192.0.2.8/32");
    assertThat(AgentSettings.read(Settings.of(values)).host().routers())
        .containsExactly("192.0.2.7/32", "192.0.2.8/32");

    values.put("network.routers", "router-1");
    assertThatThrownBy(() -> AgentSettings.read(Settings.of(values)))
        .hasMessage(
            "network.routers has 'router-1', which is no IPv4 network such as 192.0.2.1/32");
  }

  @Test
  void atMost256NetworksAreForbidden() {
    values.put("network.forbidden", "10.0.0.0/8,".repeat(257));

    assertThatThrownBy(() -> AgentSettings.read(Settings.of(values)))
        .hasMessage("network.forbidden has 257 networks; at most 256 are allowed");
  }
}
