package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import org.junit.jupiter.api.Test;

class JitterTest {
  @Test
  void addsTheNormalsOfItsAddressTimesEachColumnsDeviation() {
    float[] sd = {0.5f, 0, 2, 1, 0.25f};
    float[] x = new float[7];
    new Jitter(sd, 3).add(1L << 40, 9, x, 1);
    float[] normals = new float[5];
    Draws.normals(3, DrawStream.JITTER, 1L << 40, 9, normals, 0, 5);
    for (int j = 0; j < 5; j++) {
      assertThat(x[1 + j]).isEqualTo(sd[j] * normals[j]);
    }
    assertThat(x[0]).isZero();
    assertThat(x[6]).isZero();
  }

  @Test
  void deviationsMustBeNumbers() {
    for (float sd : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new Jitter(new float[] {1, sd}, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the jitter must be at least 0, not " + sd);
    }
  }
}
