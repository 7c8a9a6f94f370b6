package io.gibbsite.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DataOrderTest {
  @Test
  void anEpochTakesEveryRowOnce() {
    DataOrder order = new DataOrder(60, 7, 3);
    assertThat(order.stepsPerEpoch()).isEqualTo(8);
    for (int epoch = 0; epoch < 3; epoch++) {
      boolean[] seen = new boolean[60];
      int[] rows = new int[7];
      for (int s = 0; s < 8; s++) {
        order.rows(epoch * 8L + s, rows);
        for (int row : rows) {
          assertThat(seen[row]).isFalse();
          seen[row] = true;
        }
      }
    }
  }

  @Test
  void aStepsRowsDependOnItsNumberAlone() {
    int[] later = new int[5];
    int[] jumped = new int[5];
    DataOrder walked = new DataOrder(23, 5, 11);
    for (long step = 0; step <= 37; step++) {
      walked.rows(step, later);
    }
    new DataOrder(23, 5, 11).rows(37, jumped);
    assertThat(jumped).containsExactly(later);
    new DataOrder(23, 5, 12).rows(37, jumped);
    assertThat(jumped).isNotEqualTo(later);
  }

  /**
   * The six orders of three rows are equally likely: chi-square with 5 degrees of freedom over
   * 12,000 epochs, whose 1e-6 quantile is 35.9. It would catch the common slip of drawing every
   * swap from all rows, where the orders have probabilities 4/27 and 5/27: chi-square about 150.
   */
  @Test
  void ordersAreUniform() {
    DataOrder order = new DataOrder(3, 3, 5);
    int[] counts = new int[9];
    int[] rows = new int[3];
    for (int epoch = 0; epoch < 12_000; epoch++) {
      order.rows(epoch, rows);
      counts[rows[0] * 3 + rows[1]]++;
    }
    double chiSquare =
        Arrays.stream(counts)
            .filter(c -> c > 0)
            .mapToDouble(c -> Math.pow(c - 2000, 2) / 2000)
            .sum();
    assertThat(Arrays.stream(counts).filter(c -> c > 0).count()).isEqualTo(6);
    assertThat(chiSquare).isLessThan(35.9);
  }

  @Test
  void aBatchLargerThanTheDataIsRefused() {
    assertThatThrownBy(() -> new DataOrder(10, 11, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a batch of 11 from 10 training rows: choose between 1 and 10");
    assertThatThrownBy(() -> new DataOrder(10, 0, 0)).hasMessageContaining("batch of 0");
  }
}
