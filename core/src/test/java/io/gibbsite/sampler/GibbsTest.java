package io.gibbsite.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GibbsTest {
  @Test
  void continuesWhereItIsToldTo() {
    Gibbs gibbs = Gibbs.sweeps(5).temperature(2f);
    assertThat(gibbs).isEqualTo(new Gibbs(5, 2f, 0));
    assertThat(gibbs.from(7, 3)).isEqualTo(new Gibbs(3, 2f, 7));
    assertThat(gibbs.beta()).isEqualTo(0.5f);
  }

  @ParameterizedTest
  @ValueSource(floats = {0f, -1f, Float.NaN, 1e-40f})
  void refusesATemperatureWithoutAnInverse(float temperature) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gibbs.sweeps(1).temperature(temperature))
        .withMessageContaining("temperature");
  }

  @Test
  void refusesNegativeCounts() {
    assertThatIllegalArgumentException().isThrownBy(() -> Gibbs.sweeps(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> Gibbs.sweeps(1).from(-1, 1));
  }

  @Test
  void annealingCountsItsStepsAndRefusesOtherBetas() {
    assertThat(new Annealing(new float[] {0, 0.5f, 1}, new float[1], 0).sweeps()).isEqualTo(2);
    assertThat(new Annealing(new float[0], new float[1], 0).sweeps()).isZero();
    for (float beta : new float[] {-0.1f, 1.1f, Float.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Annealing(new float[] {0, beta}, new float[1], 0))
          .withMessageContaining(Float.toString(beta));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Annealing(new float[0], new float[1], -1));
  }
}
