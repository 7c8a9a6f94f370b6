package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DatasetTest {
  private static final Dataset DATA = new Dataset(new float[] {1, 2, 3, 4, 5, 6}, 3, 2, "x.csv");

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> new Dataset(new float[5], 3, 2, "x.csv"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x.csv: 5 values are not 3 rows of 2 columns");
    assertThatThrownBy(() -> new Dataset(new float[0], 0, 2, "x.csv"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Dataset(new float[6], 1, 6, "x.npy", new ImageLayout(2, 2, 255)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x.npy: 6 columns are not images of 2 x 2 pixels");
    assertThatThrownBy(() -> new ImageLayout(0, 2, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void holdsTheLastRowsOut() {
    Dataset.Split split = DATA.split(1);
    assertThat(split.training().values()).containsExactly(1, 2, 3, 4);
    assertThat(split.heldOut().values()).containsExactly(5, 6);
    for (int rows : new int[] {0, 3, -1}) {
      assertThatThrownBy(() -> DATA.split(rows))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("x.csv: " + rows + " of 3 rows cannot be held out");
    }
  }

  @Test
  void takesTheFirstRows() {
    assertThat(DATA.take(2).values()).containsExactly(1, 2, 3, 4);
    assertThat(DATA.take(3)).isSameAs(DATA);
    assertThatThrownBy(() -> DATA.take(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x.csv: 4 rows were asked for of 3");
  }

  @Test
  void saysWhereAValueIsNotFinite() {
    assertThat(DATA.requireFinite()).isSameAs(DATA);
    assertThatThrownBy(() -> DATA.with(new float[] {0, 0, 0, Float.NaN, 0, 0}).requireFinite())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x.csv: row 1, column 1 (from 0) is NaN: remove such rows or fill them in");
  }
}
