package io.gibbsite.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.train.LearningRate.Schedule;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  @Test
  void schedulesByHand() {
    LearningRate cosine = new LearningRate(Schedule.COSINE, 2f, 0.1f, 100);
    assertThat(cosine.at(0)).isEqualTo(2f);
    assertThat(cosine.at(50)).isCloseTo(1.1f, within(1e-6f));
    assertThat(cosine.at(75))
        .isCloseTo((float) (2 * (0.1 + 0.45 * (1 - Math.sqrt(0.5)))), within(1e-6f));
    assertThat(cosine.at(100)).isCloseTo(0.2f, within(1e-6f));
    assertThat(cosine.at(1_000)).isCloseTo(0.2f, within(1e-6f));
    LearningRate linear = new LearningRate(Schedule.LINEAR, 2f, 0f, 100);
    assertThat(linear.at(25)).isEqualTo(1.5f);
    assertThat(linear.at(100)).isZero();
    assertThat(LearningRate.constant(0.5f).at(Long.MAX_VALUE)).isEqualTo(0.5f);
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> LearningRate.constant(0)).hasMessageContaining("learning rate");
    assertThatThrownBy(() -> LearningRate.constant(Float.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new LearningRate(Schedule.COSINE, 1, 1.5f, 1))
        .hasMessageContaining("fraction");
    assertThatThrownBy(() -> new LearningRate(Schedule.COSINE, 1, 0, 0))
        .hasMessageContaining("at least one step");
    assertThatThrownBy(() -> Schedule.of("step"))
        .hasMessage("unknown schedule 'step': constant, linear, cosine");
  }
}
