package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;

import io.gibbsite.math.FloatMathVector;
import jdk.incubator.vector.FloatVector;

/** The row terms of {@link io.gibbsite.objective.SigmoidNce}. */
final class NceRows {
  private static final Stage[] STAGES = Stage.values();

  private NceRows() {}

  /**
   * {@code loss = softplus(-s)} and, in place of s, {@code weight = scale sigmoid(-s)}, where s is
   * u on data and -u on noise.
   *
   * @param length whole vectors
   */
  static void lossAndWeights(float[] s, int length, float scale, float[] loss) {
    for (Stage stage : STAGES) {
      stage.apply(s, length, scale, loss);
    }
  }

  /**
   * A call through three classes is not inlined, so every stage is compiled on its own: inside its
   * callers it would exceed what C2 compiles without boxing vectors.
   */
  private enum Stage {
    /** {@code loss = softplus(-s)}. */
    LOSS {
      @Override
      void apply(float[] s, int length, float scale, float[] loss) {
        for (int i = 0; i < length; i += COUNT) {
          FloatMathVector.softplus(FloatVector.fromArray(FLOAT, s, i).neg()).intoArray(loss, i);
        }
      }
    },

    /** {@code s = sigmoid(-s)}. */
    SIGMOID {
      @Override
      void apply(float[] s, int length, float scale, float[] loss) {
        for (int i = 0; i < length; i += COUNT) {
          FloatMathVector.sigmoid(FloatVector.fromArray(FLOAT, s, i).neg()).intoArray(s, i);
        }
      }
    },

    /** {@code s = scale s}. */
    SCALE {
      @Override
      void apply(float[] s, int length, float scale, float[] loss) {
        for (int i = 0; i < length; i += COUNT) {
          FloatVector.fromArray(FLOAT, s, i).mul(scale).intoArray(s, i);
        }
      }
    };

    abstract void apply(float[] s, int length, float scale, float[] loss);
  }
}
