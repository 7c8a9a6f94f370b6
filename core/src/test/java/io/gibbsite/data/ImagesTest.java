package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ImagesTest {
  @Test
  void poolsEachSquareToItsMean() {
    float[] pixels = {
      0, 4, 8, 8, 1, 1,
      8, 0, 8, 8, 1, 5,
      //
      255, 255, 0, 0, 0, 0,
      255, 255, 0, 1, 0, 0
    };
    Dataset pooled = Images.pool(new Dataset(pixels, 2, 12, "x", new ImageLayout(2, 6, 255)), 2);
    assertThat(pooled.values()).containsExactly(3, 8, 2, 255, 0.25f, 0);
    assertThat(pooled.images()).isEqualTo(new ImageLayout(1, 3, 255));
  }

  @Test
  void poolsTheDigitsToSeven() {
    Dataset digits = new Dataset(new float[3 * 784], 3, 784, "x", new ImageLayout(28, 28, 255));
    assertThat(Images.pool(digits, 4).columns()).isEqualTo(49);
    assertThatThrownBy(() -> Images.pool(digits, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x: images of 28 x 28 pixels cannot be pooled by 5: it must divide both");
  }

  @Test
  void scalesWhiteToOne() {
    Dataset bytes =
        new Dataset(new float[] {0, 51, 255, 102}, 1, 4, "x", new ImageLayout(2, 2, 255));
    Dataset scaled = Images.scale(bytes);
    assertThat(scaled.values()).containsExactly(0, 0.2f, 1, 0.4f);
    assertThat(scaled.images().white()).isEqualTo(1);
    assertThat(Images.scale(scaled).values()).isEqualTo(scaled.values());
    assertThat(bytes.values()[2]).isEqualTo(255);
  }

  @Test
  void refusesRowsThatAreNoImages() {
    Dataset rows = new Dataset(new float[4], 1, 4, "x.csv");
    assertThatThrownBy(() -> Images.scale(rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x.csv: its rows are no images: [rows, height, width] is needed");
  }
}
