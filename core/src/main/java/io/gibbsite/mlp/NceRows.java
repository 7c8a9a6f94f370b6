package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;

import io.gibbsite.math.FloatMathVector;
import jdk.incubator.vector.FloatVector;

/** The row terms of {@link io.gibbsite.objective.SigmoidNce}. */
final class NceRows {
  private NceRows() {}

  /**
   * {@code loss = softplus(-s)} and, in place of s, {@code weight = scale sigmoid(-s)}, where s is
   * u on data and -u on noise.
   *
   * @param length whole vectors
   */
  static void lossAndWeights(float[] s, int length, float scale, float[] loss) {
    for (int i = 0; i < length; i += COUNT) {
      FloatVector minus = FloatVector.fromArray(FLOAT, s, i).neg();
      FloatMathVector.softplus(minus).intoArray(loss, i);
      FloatMathVector.sigmoid(minus).mul(scale).intoArray(s, i);
    }
  }
}
