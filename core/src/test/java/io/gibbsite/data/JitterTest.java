package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import org.junit.jupiter.api.Test;

class JitterTest {
  @Test
  void addsTheNormalsOfItsAddresses() {
    float[] x = new float[10];
    new Jitter(0.5f).add(x, 2, 5, 3, 1L << 40);
    float[] normals = new float[10];
    Draws.normals(3, DrawStream.JITTER, 1L << 40, 0, normals, 0, 5);
    Draws.normals(3, DrawStream.JITTER, 1L << 40, 1, normals, 5, 5);
    for (int i = 0; i < 10; i++) {
      assertThat(x[i]).isEqualTo(0.5f * normals[i]);
    }
  }

  @Test
  void leavesDataAloneWithoutDeviation() {
    float[] x = {1, Float.NaN};
    new Jitter(0).add(x, 1, 2, 3, 4);
    assertThat(x).containsExactly(1, Float.NaN);
    for (float sd : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new Jitter(sd))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the jitter must be at least 0, not " + sd);
    }
  }
}
