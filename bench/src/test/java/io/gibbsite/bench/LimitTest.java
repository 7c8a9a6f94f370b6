package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Precision;
import org.junit.jupiter.api.Test;

class LimitTest {
  private static final MachineLimits BARE = new MachineLimits(1, 200, 10, null, null, null);
  private static final MachineLimits TILES = new MachineLimits(1, 200, 10, 500.0, 3000.0, 1200.0);

  private static Limit limit(String name, String shape, int batch, MachineLimits machine) {
    return Limit.of(Workloads.named(name, shape, batch), Precision.FLOAT32, machine);
  }

  @Test
  void realNumbersAreMultiplied() {
    assertThat(limit("energy", "2-128-128-1", 0, TILES)).isEqualTo(new Limit("multiply-adds", 200));
    Workload workload = Workloads.named("energy", "784-512-512-1", 0);
    assertThat(Limit.of(workload, Precision.BF16X3, TILES).gflops()).isEqualTo(400);
    assertThat(Limit.of(workload, Precision.BF16X6, TILES).gflops()).isEqualTo(200);
    assertThat(Limit.of(workload, Precision.BF16X3, BARE).name()).isEqualTo("multiply-adds");
  }

  @Test
  void statesTakeTheFastestExactWay() {
    assertThat(limit("gibbs", "784x500", 0, BARE)).isEqualTo(new Limit("multiply-adds", 200));
    assertThat(limit("gibbs", "784x500", 0, TILES).gflops()).isEqualTo(1000);
    MachineLimits lookups = new MachineLimits(1, 200, 10, 500.0, 900.0, null);
    assertThat(limit("gibbs", "784x500", 0, lookups)).isEqualTo(new Limit("looked-up sums", 500));
  }

  /** Half of the operations are float products, half sums: their times add up. */
  @Test
  void realAndBinaryStatesHaveALimitEach() {
    Limit limit = limit("gibbs-gaussian", "784x500", 0, TILES);
    assertThat(limit.name()).isEqualTo("multiply-adds and int8 products, three limbs");
    assertThat(limit.gflops()).isCloseTo(2 / (1 / 200.0 + 1 / 1000.0), within(1e-9));
    assertThat(limit("gibbs-gaussian", "784x500", 0, BARE))
        .isEqualTo(new Limit("multiply-adds", 200));
  }

  /** One chain uses each of the weights once for two operations and 4 bytes. */
  @Test
  void aModelBeyondTheCachesWaitsForItsWeights() {
    Limit limit = limit("gibbs", "4096x4096", 1, TILES);
    assertThat(limit.name()).isEqualTo("memory");
    assertThat(limit.gflops()).isCloseTo(10 * 2.0 / 4.0, within(0.01));
    assertThat(limit("gibbs", "784x500", 1, TILES).name()).isNotEqualTo("memory");
    assertThat(limit("gibbs", "4096x4096", 0, TILES).name()).isNotEqualTo("memory");
  }
}
