package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void medianIsTheMiddle() {
    assertThat(Samples.of(9, 1, 2).median()).isEqualTo(2);
    assertThat(Samples.of(9, 1, 2, 4).median()).isEqualTo(3);
    assertThat(Samples.of(7)).isEqualTo(new Samples(7, 0, 1));
  }

  @Test
  void spreadIsTheDistanceOfTheQuartiles() {
    Samples samples = Samples.of(5, 1, 4, 2, 3);
    assertThat(samples.spread()).isCloseTo((4.0 - 2.0) / 3.0, within(1e-15));
    assertThat(Samples.of(1, 1, 1, 1, 1, 1, 1, 100).spread()).isZero();
  }
}
