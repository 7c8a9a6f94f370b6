package io.gibbsite.random;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.math.Lanes;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Draws on vectors are the scalar draws at the same addresses, bit for bit. */
@Tag("vector-width")
class DrawsVectorTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 1",
    "1, 7, 3, 2",
    "-1, 4294967296, 2147483640, 4",
    "81985529216486895, 72057594037927935, 2147483600, 13",
    "-9223372036854775808, 4294967295, 16777216, 49"
  })
  void sameBits(long seed, long step, int row, int components) {
    int stride = Lanes.COUNT + 3;
    int rounded = (components + 3) / 4 * 4;
    long[] words = new long[DrawsVector.SCRATCH];
    for (DrawStream stream : DrawStream.values()) {
      float[] uniforms = new float[5 + rounded * stride];
      float[] normals = new float[5 + rounded * stride];
      DrawsVector.uniforms(seed, stream, step, row, components, uniforms, 5, stride, words);
      DrawsVector.normals(seed, stream, step, row, components, normals, 5, stride, words);
      float[] one = new float[components];
      for (int lane = 0; lane < Lanes.COUNT; lane++) {
        Draws.uniforms(seed, stream, step, row + lane, one, 0, components);
        assertColumn(uniforms, lane, stride, one);
        Draws.normals(seed, stream, step, row + lane, one, 0, components);
        assertColumn(normals, lane, stride, one);
      }
    }
  }

  @Test
  void sameBitsFromALaterComponentOn() {
    int stride = Lanes.COUNT;
    long[] words = new long[DrawsVector.SCRATCH];
    float[] uniforms = new float[5 + 8 * stride];
    DrawsVector.uniforms(5, DrawStream.DATA, 6, 7, 12, 7, uniforms, 5, stride, words);
    float[] one = new float[19];
    for (int lane = 0; lane < Lanes.COUNT; lane++) {
      Draws.uniforms(5, DrawStream.DATA, 6, 7 + lane, one, 0, 19);
      assertColumn(uniforms, lane, stride, Arrays.copyOfRange(one, 12, 19));
    }
  }

  private static void assertColumn(float[] tile, int lane, int stride, float[] expected) {
    for (int j = 0; j < expected.length; j++) {
      int bits = Float.floatToRawIntBits(tile[5 + j * stride + lane]);
      assertThat(bits).isEqualTo(Float.floatToRawIntBits(expected[j]));
    }
  }
}
