package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BarsAndStripesTest {
  private static Set<String> distinct(Dataset data) {
    Set<String> rows = new HashSet<>();
    for (int i = 0; i < data.rows(); i++) {
      int d = data.columns();
      rows.add(Arrays.toString(Arrays.copyOfRange(data.values(), i * d, (i + 1) * d)));
    }
    return rows;
  }

  @Test
  void twoByTwoHasItsSixPatterns() {
    assertThat(distinct(new BarsAndStripes(2).all()))
        .containsExactlyInAnyOrder(
            "[0.0, 0.0, 0.0, 0.0]",
            "[1.0, 1.0, 0.0, 0.0]",
            "[0.0, 0.0, 1.0, 1.0]",
            "[1.0, 1.0, 1.0, 1.0]",
            "[1.0, 0.0, 1.0, 0.0]",
            "[0.0, 1.0, 0.0, 1.0]");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void allPatternsAreDistinctAndHaveConstantLinesOrColumns(int n) {
    BarsAndStripes bars = new BarsAndStripes(n);
    Dataset all = bars.all();
    assertThat(distinct(all)).hasSize(all.rows()).hasSize(bars.patterns());
    for (int i = 0; i < all.rows(); i++) {
      boolean stripes = true;
      boolean columns = true;
      for (int y = 0; y < n; y++) {
        for (int x = 0; x < n; x++) {
          float pixel = all.values()[i * n * n + y * n + x];
          assertThat(pixel).isIn(0f, 1f);
          stripes &= pixel == all.values()[i * n * n + y * n];
          columns &= pixel == all.values()[i * n * n + x];
        }
      }
      assertThat(stripes || columns).isTrue();
    }
  }

  /**
   * Each of 30 patterns 1000 times in 30,000 rows, sd 31.1: a count beyond 6.2 sd has a chance of
   * 6e-10, of any of them 2e-8. A pattern left out or drawn twice as often would be 30 sd off.
   */
  @Test
  void samplesTakeEveryPatternEquallyOften() {
    BarsAndStripes bars = new BarsAndStripes(4);
    Dataset sample = bars.sample(30_000, 5);
    Dataset all = bars.all();
    for (int p = 0; p < bars.patterns(); p++) {
      int count = 0;
      for (int i = 0; i < sample.rows(); i++) {
        if (Arrays.equals(
            sample.values(), 16 * i, 16 * i + 16, all.values(), 16 * p, 16 * p + 16)) {
          count++;
        }
      }
      assertThat(count).isBetween(1000 - 193, 1000 + 193);
    }
  }

  @Test
  void rowsDependOnTheirNumberAndTheSeedAlone() {
    BarsAndStripes bars = new BarsAndStripes(3);
    float[] few = bars.sample(10, 7).values();
    assertThat(Arrays.copyOf(bars.sample(50, 7).values(), few.length)).isEqualTo(few);
    assertThat(bars.sample(10, 8).values()).isNotEqualTo(few);
  }

  @Test
  void aSideOutOfRangeIsRefused() {
    assertThatThrownBy(() -> new BarsAndStripes(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 23, not 0");
    assertThatThrownBy(() -> new BarsAndStripes(24)).hasMessageContaining("not 24");
  }
}
