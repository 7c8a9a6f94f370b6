package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineLimitsTest {
  @Test
  void limitsArePlausible() {
    MachineLimits one = MachineLimits.measure(1);
    // From one scalar multiply-add every other cycle at 1 GHz to two 512-bit ones at 8 GHz.
    assertThat(one.fmaGflops()).isBetween(1.0, 512.0);
    assertThat(one.copyGigabytesPerSecond()).isBetween(0.5, 2000.0);
    assertThat(BenchTable.limit(one)).startsWith("measured limit of 1 thread: ");
  }
}
