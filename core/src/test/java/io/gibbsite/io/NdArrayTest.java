package io.gibbsite.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NdArrayTest {
  @Test
  void wrapsWithoutACopy() {
    float[] floats = {1, 2};
    double[] doubles = {1, 2};
    long[] longs = {1, 2};
    assertThat(NdArray.of(floats, 2).floats()).isSameAs(floats);
    assertThat(NdArray.of(doubles, 2).doubles()).isSameAs(doubles);
    assertThat(NdArray.of(longs, 2).longs()).isSameAs(longs);
  }

  @Test
  void convertsEveryType() throws IOException {
    assertThat(read(DType.BOOL, 0, 2).doubles()).containsExactly(0, 1);
    assertThat(read(DType.U8, 255).longs()).containsExactly(255);
    assertThat(read(DType.I8, 255).longs()).containsExactly(-1);
    assertThat(read(DType.U16, 0xFE, 0xFF).longs()).containsExactly(65534);
    assertThat(read(DType.I16, 0xFE, 0xFF).longs()).containsExactly(-2);
    assertThat(read(DType.U32, 0, 0, 0, 0x80).longs()).containsExactly(1L << 31);
    assertThat(read(DType.I32, 0, 0, 0, 0x80).longs()).containsExactly(-1L << 31);
    assertThat(read(DType.I64, 255, 255, 255, 255, 255, 255, 255, 255).doubles())
        .containsExactly(-1);
    assertThat(read(DType.U64, 0, 0, 0, 0, 0, 0, 0, 0x80).doubles()).containsExactly(0x1p63);
    assertThat(read(DType.F16, 0x00, 0xC0, 0x01, 0x00).floats()).containsExactly(-2f, 0x1p-24f);
    assertThat(read(DType.BF16, 0x80, 0x3F, 0x80, 0xFF).floats())
        .containsExactly(1f, Float.NEGATIVE_INFINITY);
    assertThat(NdArray.of(new double[] {1 / 3.0, 1e300}, 2).floats())
        .containsExactly(1 / 3f, Float.POSITIVE_INFINITY);
    assertThat(NdArray.of(new float[] {0.1f}, 1).doubles()).containsExactly((double) 0.1f);
  }

  @Test
  void refusesIntegersOfFloatsAndTooLargeOnes() throws IOException {
    assertThatThrownBy(() -> NdArray.of(new float[1], 1).longs())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("F32 values are not integers");
    NdArray large = read(DType.U64, 0, 0, 0, 0, 0, 0, 0, 0x80);
    assertThatThrownBy(large::longs).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesShapesThatDoNotFit() {
    assertThatThrownBy(() -> NdArray.of(new float[5], 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("5 values do not fill the shape [2, 3]");
    for (int[] shape : new int[][] {{-1}, {1 << 16, 1 << 15}, new int[33], {-1, 0}}) {
      assertThatThrownBy(() -> NdArray.size(shape)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(NdArray.size(new int[0])).isEqualTo(1);
    assertThat(NdArray.size(Integer.MAX_VALUE - 8, 2, 0)).isZero();
  }

  /** Sizes on both sides of the chunk in which values are read and written. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void readsWhatItWrites(DType dtype) throws IOException {
    int chunk = (1 << 17) / dtype.bytes();
    for (int size : new int[] {0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk + 3}) {
      byte[] bytes = new byte[size * dtype.bytes()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (i * 31 + i / 251);
      }
      NdArray array =
          NdArray.read(
              new ByteArrayInputStream(bytes), dtype, new int[] {size}, ByteOrder.LITTLE_ENDIAN);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      array.writeTo(out);
      assertThat(out.toByteArray()).isEqualTo(bytes);
      assertThat(array.bytes()).isEqualTo(bytes.length);
    }
  }

  @Test
  void saysWhenValuesEndTooEarly() {
    assertThatThrownBy(() -> readShape(DType.F32, new int[] {2}, new byte[7]))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void transposesEveryAxis() {
    int[] values = new int[24];
    Arrays.setAll(values, i -> i);
    NdArray transposed = NdArray.of(values, 2, 3, 4).transpose();
    assertThat(transposed.shape()).containsExactly(4, 3, 2);
    long[] longs = transposed.longs();
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 4; k++) {
          assertThat(longs[(k * 3 + j) * 2 + i]).isEqualTo((i * 3 + j) * 4 + k);
        }
      }
    }
    assertThat(NdArray.of(new int[0], 0, 3).transpose().shape()).containsExactly(3, 0);
    assertThat(NdArray.of(new int[] {7}).transpose().longs()).containsExactly(7);
  }

  private static NdArray read(DType dtype, int... bytes) throws IOException {
    byte[] content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    return readShape(dtype, new int[] {bytes.length / dtype.bytes()}, content);
  }

  private static NdArray readShape(DType dtype, int[] shape, byte[] content) throws IOException {
    return NdArray.read(new ByteArrayInputStream(content), dtype, shape, ByteOrder.LITTLE_ENDIAN);
  }
}
