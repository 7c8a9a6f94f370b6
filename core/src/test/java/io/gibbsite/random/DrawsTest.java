package io.gibbsite.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DrawsTest {
  /** Every field of the address at its place: see the layout in {@link Draws}. */
  @Test
  void addressesAreLaidOutAsStated() {
    int[] expected = new int[4];
    int[] words = new int[4];
    Draws.words(0x0123456789abcdefL, DrawStream.LANGEVIN, 0xfedcba98765432L, 77, 5, words);
    Philox4x32.block(5, 77, 0xba987654 << 8 | 0x32, 0x03fedc, 0, 0, expected, 0);
    assertThat(words).isNotEqualTo(expected);
    // step 0x00fedcba98765432: low 0x98765432, high 24 bits 0xfedcba; LANGEVIN is stream 3
    Philox4x32.block(5, 77, 0x98765432, 0x03fedcba, 0x89abcdef, 0x01234567, expected, 0);
    assertThat(words).isEqualTo(expected);
  }

  @Test
  void streamNumbersAreFixed() {
    Set<Integer> ids = new HashSet<>();
    for (DrawStream stream : DrawStream.values()) {
      assertThat(stream.id()).isBetween(1, 255);
      assertThat(ids.add(stream.id())).isTrue();
    }
    assertThat(DrawStream.LANGEVIN.id()).isEqualTo(3);
    assertThat(DrawStream.NCE_NOISE.id()).isEqualTo(6);
  }

  @Test
  void uniformsAreTheUpper24Bits() {
    assertThat(Draws.uniform(0)).isZero();
    assertThat(Draws.uniform(0xff)).isZero();
    assertThat(Draws.uniform(0x100)).isEqualTo(0x1p-24f);
    assertThat(Draws.uniform(0x80000000)).isEqualTo(0.5f);
    assertThat(Draws.uniform(-1)).isEqualTo(1 - 0x1p-24f).isLessThan(1f);
  }

  @Test
  void componentsComeFourToABlock() {
    float[] uniforms = new float[11];
    Arrays.fill(uniforms, -1f);
    Draws.uniforms(9, DrawStream.DATA, 3, 2, uniforms, 1, 9);
    float[] normals = new float[11];
    Arrays.fill(normals, 99f);
    Draws.normals(9, DrawStream.DATA, 3, 2, normals, 1, 9);
    int[] words = new int[4];
    float[] pair = new float[2];
    for (int i = 0; i < 9; i++) {
      Draws.words(9, DrawStream.DATA, 3, 2, i / 4, words);
      assertThat(uniforms[1 + i]).isEqualTo(Draws.uniform(words[i % 4]));
      BoxMuller.pair(words[i % 4 / 2 * 2], words[i % 4 / 2 * 2 + 1], pair, 0);
      assertThat(normals[1 + i]).isEqualTo(pair[i % 2]);
    }
    assertThat(new float[] {uniforms[0], uniforms[10]}).containsExactly(-1f, -1f);
    assertThat(new float[] {normals[0], normals[10]}).containsExactly(99f, 99f);
  }

  /**
   * Uniforms over rows, steps and components are uniform: Kolmogorov-Smirnov on 2^20 draws of each.
   * {@code sqrt(n) D > 2.9} has probability 2 exp(-2 * 2.9^2) = 1e-7 each; a bias of 0.3 % is seen.
   */
  @Test
  void uniformsAreUniformAlongEachPartOfTheAddress() {
    int n = 1 << 20;
    float[] rows = new float[n];
    float[] steps = new float[n];
    float[] components = new float[n];
    Draws.uniforms(1, DrawStream.DATA, 0, 0, components, 0, n);
    for (int i = 0; i < n; i++) {
      Draws.uniforms(1, DrawStream.DATA, 7, i, rows, i, 1);
      Draws.uniforms(1, DrawStream.DATA, i, 7, steps, i, 1);
    }
    for (float[] draws : new float[][] {rows, steps, components}) {
      Arrays.sort(draws);
      double distance = 0;
      for (int i = 0; i < n; i++) {
        distance = Math.max(distance, Math.abs(draws[i] - (i + 0.5) / n));
      }
      assertThat(Math.sqrt(n) * distance).isLessThan(2.9);
    }
  }
}
