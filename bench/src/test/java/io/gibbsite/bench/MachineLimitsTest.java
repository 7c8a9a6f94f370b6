package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backends;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MachineLimitsTest {
  @Test
  void limitsArePlausible() {
    MachineLimits one = MachineLimits.measure(1);
    // From one scalar multiply-add every other cycle at 1 GHz to two 512-bit ones at 8 GHz.
    assertThat(one.fmaGflops()).isBetween(1.0, 512.0);
    assertThat(one.copyGigabytesPerSecond()).isBetween(0.5, 2000.0);
    // A lookup is one permutation at most for each multiply-add's issue slot, of 64 multiply-adds.
    assertThat(one.lookupGops() == null)
        .isEqualTo(
            Backends.report().stream().noneMatch(s -> s.name().equals("native") && s.available()));
    for (Double gops : Arrays.asList(one.lookupGops(), one.int8Gops(), one.bf16Gflops())) {
      if (gops != null) {
        assertThat(gops).isBetween(1.0, 50_000.0);
      }
    }
    assertThat(BenchTable.limit(one)).startsWith("measured limit of 1 thread: ");
  }
}
