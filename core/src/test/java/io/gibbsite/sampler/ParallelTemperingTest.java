package io.gibbsite.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ParallelTemperingTest {
  private static void refuses(String said, float... betas) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ParallelTempering(betas, new float[1], 1))
        .withMessageContaining(said);
  }

  @Test
  void evenLevelsRunFromZeroToOne() {
    ParallelTempering even = ParallelTempering.even(5, new float[3]).sweeps(4);
    assertThat(even.betas()).containsExactly(0, 0.25f, 0.5f, 0.75f, 1);
    assertThat(even.levels()).isEqualTo(5);
    assertThat(even.sweeps()).isEqualTo(4);
  }

  @Test
  void badLevelsAreRefused() {
    refuses("at least 2 levels, not 1", 1);
    refuses("the last inverse temperature must be 1, not 0.9", 0, 0.9f);
    refuses("must rise, but 0.5 follows 0.5", 0, 0.5f, 0.5f, 1);
    refuses("must be in [0, 1], not NaN", Float.NaN, 1);
    refuses("must be in [0, 1], not -1.0", -1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ParallelTempering.even(1, new float[1]))
        .withMessageContaining("at least 2 levels, not 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ParallelTempering.even(2, new float[1]).sweeps(0))
        .withMessageContaining("at least 1 sweep");
  }

  @Test
  void badTemperingIsRefused() {
    float[] one = {1};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tempering(one, new float[2], one, 1, 0))
        .withMessageContaining("1 inverse temperatures, but 2 next ones");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tempering(one, new float[] {2}, one, 1, 0))
        .withMessageContaining("in [0, 1], not 2.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tempering(one, one, one, -1, 0))
        .withMessageContaining("sweeps must be at least 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tempering(one, one, one, 1, -1))
        .withMessageContaining("first sweep must be at least 0");
  }
}
