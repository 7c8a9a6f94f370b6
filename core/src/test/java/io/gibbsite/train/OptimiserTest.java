package io.gibbsite.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OptimiserTest {
  private static final int N = 37;

  private static float gradient(int i, int t) {
    return (float) Math.sin(1.7 * i + 0.3 * t * t) * (1 + i);
  }

  /** The paper's algorithm 1, in double and with its two corrected moments written out. */
  @Test
  void adamIsThePapersAlgorithm() {
    Adam adam = new Adam(N);
    float[] theta = new float[N];
    float[] g = new float[N];
    double[] exact = new double[N];
    double[] m = new double[N];
    double[] v = new double[N];
    for (int t = 1; t <= 25; t++) {
      for (int i = 0; i < N; i++) {
        g[i] = gradient(i, t);
        m[i] = 0.9 * m[i] + 0.1 * g[i];
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
        double corrected = m[i] / (1 - Math.pow(0.9, t));
        exact[i] -= 0.01 * corrected / (Math.sqrt(v[i] / (1 - Math.pow(0.999, t))) + 1e-8);
      }
      adam.step(theta, g, 0.01f, t);
    }
    for (int i = 0; i < N; i++) {
      assertThat((double) theta[i]).isCloseTo(exact[i], within(1e-5));
    }
  }

  @Test
  void adamsFirstUpdateHasTheSizeOfTheLearningRate() {
    float[] theta = {1, 1, 1};
    new Adam(3).step(theta, new float[] {1e-3f, -50, 0}, 0.1f, 1);
    assertThat(theta[0]).isCloseTo(0.9f, within(1e-5f));
    assertThat(theta[1]).isCloseTo(1.1f, within(1e-5f));
    assertThat(theta[2]).isEqualTo(1);
  }

  @Test
  void sgdWithMomentumByHand() {
    Sgd sgd = new Sgd(2, 0.5f);
    float[] theta = {1, 2};
    sgd.step(theta, new float[] {1, -2}, 0.25f, 1);
    assertThat(theta).containsExactly(0.75f, 2.5f);
    sgd.step(theta, new float[] {1, 0}, 0.25f, 2);
    // v = 0.5 * (1, -2) + (1, 0) = (1.5, -1)
    assertThat(theta).containsExactly(0.375f, 2.75f);
  }

  @Test
  void weightDecayShrinksTheFirstParametersAloneAndLeavesTheMomentum() {
    Sgd sgd = new Sgd(2, 0.5f, 0.5f, 1);
    float[] theta = {1, 2};
    sgd.step(theta, new float[] {1, -2}, 0.25f, 1);
    assertThat(theta).containsExactly(0.875f - 0.25f, 2.5f);
    sgd.step(theta, new float[] {1, 0}, 0.25f, 1, 2);
    assertThat(theta).containsExactly(0.625f, 2.75f);
  }

  @Test
  void refilledStateGoesOnAsBefore() {
    Optimiser first = new Adam(N);
    float[] theta = new float[N];
    float[] g = new float[N];
    for (int i = 0; i < N; i++) {
      g[i] = gradient(i, 1);
    }
    first.step(theta, g, 0.1f, 1);
    Optimiser second = new Adam(N);
    first
        .state()
        .forEach((name, a) -> System.arraycopy(a, 0, second.state().get(name), 0, a.length));
    float[] other = theta.clone();
    first.step(theta, g, 0.1f, 2);
    second.step(other, g, 0.1f, 2);
    assertThat(other).containsExactly(theta);
  }

  @Test
  void wrongArgumentsAreNamed() {
    assertThatThrownBy(() -> new Adam(3).step(new float[4], new float[3], 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 parameters was given 4");
    assertThatThrownBy(() -> new Sgd(3, 1f)).hasMessageContaining("momentum");
    assertThatThrownBy(() -> new Adam(3, 1f, 0.9f, 1e-8f)).hasMessageContaining("decays");
  }
}
