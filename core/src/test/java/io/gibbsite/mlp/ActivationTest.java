package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationTest {
  @ParameterizedTest
  @EnumSource(Activation.class)
  void doubleDerivativesAreTheCentralDifferencesOfEachOther(Activation activation) {
    double h = 1e-4;
    double[] jet = new double[4];
    double[] left = new double[4];
    double[] right = new double[4];
    for (double z = -12; z <= 12; z += 0.037) {
      activation.jet(z, jet);
      activation.jet(z - h, left);
      activation.jet(z + h, right);
      assertThat(jet[0]).isEqualTo(activation.value(z));
      for (int order = 1; order <= 3; order++) {
        double difference = (right[order - 1] - left[order - 1]) / (2 * h);
        assertThat(Math.abs(jet[order] - difference) < 1e-7)
            .as("order %d at %g: %g, difference %g", order, z, jet[order], difference)
            .isTrue();
      }
    }
  }

  /**
   * The widest is tanh's third derivative: 1 - t^2 loses 2 * 2.6 ulp of t, and 4 times that is
   * left.
   */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void floatJetsFollowTheDoubleOnes(Activation activation) {
    float[] jet = new float[4];
    double[] exact = new double[4];
    for (float z = -30; z <= 30; z += 0.0017f) {
      activation.jet(z, jet);
      activation.jet((double) z, exact);
      assertThat(jet[0]).isEqualTo(activation.value(z));
      for (int order = 0; order <= 3; order++) {
        double error = Math.abs(jet[order] - exact[order]);
        assertThat(error <= 11 * 0x1p-23 * (1 + Math.abs(exact[order])))
            .as("order %d at %g: error %g", order, z, error)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void largeArgumentsGiveTheAsymptote(Activation activation) {
    float[] jet = new float[4];
    double[] exact = new double[4];
    for (float size : new float[] {50f, 1e4f, 1e9f}) {
      for (float z : new float[] {size, -size}) {
        activation.jet(z, jet);
        activation.jet((double) z, exact);
        float top = activation == Activation.TANH ? Math.copySign(1f, z) : Math.max(z, 0f);
        assertThat(Math.abs(jet[0] - top)).isLessThan(1e-9f);
        assertThat(Math.abs(exact[0] - top)).isLessThan(1e-9);
        for (int order = 1; order <= 3; order++) {
          float slope = order == 1 && activation != Activation.TANH && z > 0 ? 1f : 0f;
          assertThat(Math.abs(jet[order] - slope)).as("order %d at %g", order, z).isLessThan(1e-9f);
          assertThat(Math.abs(exact[order] - slope)).isLessThan(1e-9);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void nanStaysNan(Activation activation) {
    float[] jet = new float[4];
    activation.jet(Float.NaN, jet);
    assertThat(jet).containsOnly(Float.NaN);
    double[] exact = new double[4];
    activation.jet(Double.NaN, exact);
    assertThat(exact).containsOnly(Double.NaN);
  }

  @Test
  void labelsAreReadBack() {
    for (Activation activation : Activation.values()) {
      assertThat(Activation.of(activation.label())).isEqualTo(activation);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Activation.of("relu"))
        .withMessageContaining("relu")
        .withMessageContaining("softplus");
  }
}
