package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.density.Gaussian;
import io.gibbsite.objective.SigmoidNce;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * One network worked out by hand: 1-2-1 with tanh at x = 2, so that z_0 = (0, ln 2).
 *
 * <pre>
 *   W_0 = (3, -1)   b_0 = (-6, 2 + ln 2)   W_1 = (5, 10)   b_1 = -1
 *
 *   z      tanh   f' = 1 - t^2   f'' = -2 t f'   f''' = f' (6 t^2 - 2)
 *   0      0      1              0               -2
 *   ln 2   3/5    16/25          -96/125         64/625 = 0.1024
 *
 *   E      = 5 * 0 + 10 * 3/5 - 1                                    = 5
 *   dE/dx  = 5 * 1 * 3 + 10 * 16/25 * (-1)                           = 8.6
 *   E''    = 5 * 0 * 9 + 10 * (-96/125) * 1                          = -7.68
 *
 *   base N(1, 1/4): R = 2, y = 2: E += 2 + ln(1/2) + ln(2 pi) / 2, dE/dx += y R = 4, E'' += R^2 = 4
 * </pre>
 */
class MlpHandTest {
  private static final double LN2 = Math.log(2);
  private static final MlpShape SHAPE = MlpShape.of(Activation.TANH, 1, 2);
  private static final double[] VALUES = {3, -1, -6, 2 + LN2, 5, 10, -1};
  private static final Gaussian BASE = new Gaussian(new float[] {1}, new float[] {0.5f});
  private static final double BASE_ENERGY = 2 - LN2 + 0.5 * Math.log(2 * Math.PI);

  /** d E / d theta: u_o = W_1, then dW_0 = u f' x, db_0 = u f', dW_1 = f, db_1 = 1. */
  private static final double[] ENERGY_GRADIENT = {10, 12.8, 5, 6.4, 0, 0.6, 1};

  /** d E' / d theta: dW_0 = u (f'' w x + f'), db_0 = u f'' w, dW_1 = f' w, db_1 = 0. */
  private static final double[] SLOPE_GRADIENT = {5, 21.76, 0, 7.68, 3, -0.64, 0};

  /**
   * d E'' / d theta: dW_0 = u (f''' w^2 x + 2 f'' w), db_0 = u f''' w^2, dW_1 = f'' w^2, db_1 = 0.
   */
  private static final double[] CURVATURE_GRADIENT = {-180, 17.408, -90, 1.024, 0, -0.768, 0};

  @Test
  void doublePassesGiveTheHandValues() {
    double[] x = {2};
    for (boolean base : new boolean[] {false, true}) {
      MlpDouble mlp = new MlpDouble(SHAPE, VALUES, base ? BASE : null);
      double[] energy = {Double.NaN};
      double[] result = {Double.NaN};
      double[] curvature = {Double.NaN};
      mlp.energy(x, 1, energy);
      assertClose(energy, 1e-13, 5 + (base ? BASE_ENERGY : 0));
      mlp.inputGradient(x, 1, energy, result);
      assertClose(energy, 1e-13, 5 + (base ? BASE_ENERGY : 0));
      assertClose(result, 1e-13, 8.6 + (base ? 4 : 0));
      mlp.directional(x, new double[] {2}, 1, null, result, curvature);
      assertClose(result, 1e-13, 2 * (8.6 + (base ? 4 : 0)));
      assertClose(curvature, 1e-12, 4 * (-7.68 + (base ? 4 : 0)));

      double[] gradient = new double[SHAPE.parameterCount()];
      mlp.parameterGradient(x, new double[] {1}, 1, gradient);
      assertClose(gradient, 1e-12, ENERGY_GRADIENT);
      double[][] weights = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
      double[][] expected = {ENERGY_GRADIENT, SLOPE_GRADIENT, CURVATURE_GRADIENT};
      for (int i = 0; i < 3; i++) {
        double[] w = {weights[i][0]};
        double[] a = {weights[i][1]};
        double[] b = {weights[i][2]};
        mlp.directionalParameterGradient(x, new double[] {1}, w, a, b, 1, gradient);
        assertClose(gradient, 1e-11, expected[i]);
      }
    }
  }

  @Test
  void floatPassesGiveTheHandValues() {
    float[] x = {2};
    try (MlpScalar mlp = session(BASE)) {
      float[] energy = {Float.NaN};
      float[] result = {Float.NaN};
      float[] curvature = {Float.NaN};
      mlp.inputGradient(x, 1, energy, result);
      assertClose(energy, 1e-5, 5 + BASE_ENERGY);
      assertClose(result, 1e-5, 12.6);
      mlp.directional(x, new float[] {2}, 1, energy, result, curvature);
      assertClose(energy, 1e-5, 5 + BASE_ENERGY);
      assertClose(result, 1e-5, 25.2);
      assertClose(curvature, 1e-4, 4 * -3.68);
      float[] gradient = new float[SHAPE.parameterCount()];
      mlp.parameterGradient(x, new float[] {2}, 1, gradient);
      for (int i = 0; i < gradient.length; i++) {
        assertThat((double) gradient[i]).isEqualTo(2 * ENERGY_GRADIENT[i], within(1e-4));
      }
      float[] b = {1};
      mlp.directionalParameterGradient(x, b, new float[1], new float[1], b, 1, gradient);
      assertClose(gradient, 1e-3, CURVATURE_GRADIENT);
    }
  }

  /**
   * One data row at x = 2 and one noise row at x = 2 under N(2, 1), so log p_n = -ln(2 pi) / 2.
   * With c = -5 - log p_n, u = 0 on both: loss = 2 ln 2, and the weights 1/2 and -1/2 cancel.
   */
  @Test
  void nceAtZeroLogit() {
    Gaussian noise = new Gaussian(new float[] {2}, new float[] {1});
    SigmoidNce nce = new SigmoidNce(1, noise);
    double c = -5 + 0.5 * Math.log(2 * Math.PI);
    double[] gradient = new double[SHAPE.parameterCount() + 1];
    MlpDouble mlp = new MlpDouble(SHAPE, VALUES, null);
    double loss = mlp.nce(nce, c, new float[] {2}, 1, new float[] {2}, gradient);
    assertThat(loss).isEqualTo(2 * LN2, within(1e-13));
    assertClose(gradient, 1e-12, new double[SHAPE.parameterCount() + 1]);
    // With k = 2 and c lower by ln 2, u = 0 again: loss 3 ln 2, weights 1/2, -1/2, -1/2.
    loss =
        mlp.nce(
            new SigmoidNce(2, noise), c - LN2, new float[] {2}, 1, new float[] {2, 2}, gradient);
    assertThat(loss).isEqualTo(3 * LN2, within(1e-13));
    for (int i = 0; i < SHAPE.parameterCount(); i++) {
      assertThat(gradient[i]).isEqualTo(-0.5 * ENERGY_GRADIENT[i], within(1e-12));
    }
    assertThat(gradient[SHAPE.parameterCount()]).isEqualTo(-0.5, within(1e-13));
  }

  @Test
  void stagesCarryTheCardsLabels() {
    List<String> seen = new ArrayList<>();
    try (MlpScalar mlp = session(BASE)) {
      mlp.listen(
          (label, layer, firstRow, values) -> {
            StringBuilder line = new StringBuilder(label + layer + "@" + firstRow);
            for (float value : values[0]) {
              line.append(" ").append(Math.round(1000 * value) / 1000.0);
            }
            seen.add(line.toString().replace("-0.0", "0.0"));
          });
      mlp.inputGradient(new float[] {2}, 1, null, new float[1]);
      assertThat(seen)
          .containsExactly(
              "F20@0 0.0 0.693",
              "F30@0 0.0 0.6",
              "F21@0 5.0",
              "F41@0 5.0",
              "B11@0 1.0",
              "B41@0 5.0 6.4",
              "B50@0 12.6");
      seen.clear();
      float[] one = {1};
      mlp.directionalParameterGradient(
          new float[] {2}, one, new float[1], new float[1], one, 1, new float[7]);
      assertThat(seen.subList(4, seen.size()))
          .containsExactly(
              "T20@0 3.0 -1.0 0.0 0.0",
              "T30@0 3.0 -0.64 0.0 -0.768",
              "T21@0 8.6 -7.68",
              "D41@0 -90.0 1.024 0.0 15.36 5.0 6.4");
      seen.clear();
      mlp.listen(null);
      mlp.energy(new float[] {2}, 1, new float[1]);
      assertThat(seen).isEmpty();
    }
  }

  private static MlpScalar session(Gaussian base) {
    float[] values = new float[VALUES.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) VALUES[i];
    }
    MlpScalar mlp = new MlpScalar(SHAPE, 1);
    mlp.setParameters(new MlpParameters(SHAPE, values, base));
    return mlp;
  }

  private static void assertClose(double[] got, double tolerance, double... expected) {
    assertThat(got).containsExactly(expected, within(tolerance));
  }

  private static void assertClose(float[] got, double tolerance, double... expected) {
    assertClose(Samples.wide(got, got.length), tolerance, expected);
  }
}
