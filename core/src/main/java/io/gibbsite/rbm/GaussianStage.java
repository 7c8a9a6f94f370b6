package io.gibbsite.rbm;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.rbm.BitTile.ROWS;

import jdk.incubator.vector.FloatVector;

/** H1, V2 and V3 on vectors, whose lanes are rows of a tile. */
final class GaussianStage {
  private GaussianStage() {}

  /** H1 for a tile, {@code x = v / sd}; x may be v. */
  static void standardise(float[] v, int vAt, float[] sd, float[] x, int xAt) {
    for (int i = 0; i < sd.length; i++) {
      for (int at = i * ROWS; at < (i + 1) * ROWS; at += COUNT) {
        FloatVector.fromArray(FLOAT, v, vAt + at).div(sd[i]).intoArray(x, xAt + at);
      }
    }
  }

  /** V2 for a stretch whose {@code a} has the weights' part: {@code value = m}. */
  static void mean(GibbsStage.Stretch s, float[] sd, float[] b) {
    for (int unit = 0; unit < s.units; unit++) {
      FloatVector scale = FloatVector.broadcast(FLOAT, sd[s.first + unit]);
      FloatVector bias = FloatVector.broadcast(FLOAT, b[s.first + unit]);
      for (int at = unit * ROWS; at < (unit + 1) * ROWS; at += COUNT) {
        FloatVector.fromArray(FLOAT, s.a, at).fma(scale, bias).intoArray(s.value, at);
      }
    }
  }

  /** A2's {@code m = fma(m, beta, (1 - beta) r)}, with the rows' betas from {@code at} on. */
  static void pull(GibbsStage.Stretch s, float[] betas, int betasAt, float[] r) {
    for (int unit = 0; unit < s.units; unit++) {
      float base = r[s.first + unit];
      for (int lane = 0; lane < ROWS; lane += COUNT) {
        FloatVector beta = FloatVector.fromArray(FLOAT, betas, betasAt + lane);
        FloatVector shift = FloatVector.broadcast(FLOAT, 1f).sub(beta).mul(base);
        FloatVector m = FloatVector.fromArray(FLOAT, s.value, unit * ROWS + lane);
        m.fma(beta, shift).intoArray(s.value, unit * ROWS + lane);
      }
    }
  }

  /** V3 from {@code value = m}, with normals in {@code uniform}; held units keep their state. */
  static void move(
      GibbsStage.Stretch s, float[] sd, float spread, boolean[] held, float[] v, int vAt) {
    for (int unit = 0; unit < s.units; unit++) {
      int i = s.first + unit;
      if (!held[i]) {
        FloatVector deviation = FloatVector.broadcast(FLOAT, sd[i] * spread);
        for (int lane = 0; lane < ROWS; lane += COUNT) {
          FloatVector n = FloatVector.fromArray(FLOAT, s.uniform, unit * ROWS + lane);
          FloatVector m = FloatVector.fromArray(FLOAT, s.value, unit * ROWS + lane);
          n.fma(deviation, m).intoArray(v, vAt + i * ROWS + lane);
        }
      }
    }
  }
}
