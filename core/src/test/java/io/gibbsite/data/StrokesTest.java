package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StrokesTest {
  private static final int PIXELS = 28 * 28;
  private static final int ROWS = 2_000;
  private static final Dataset DATA = Strokes.dataset(ROWS, 1);
  private static final int[] LABELS = Strokes.labels(ROWS, 1);

  @Test
  void imagesAreGreyFromBlackToWhiteAndAntiAliased() {
    assertThat(DATA.images()).isEqualTo(new ImageLayout(28, 28, 1));
    int between = 0;
    for (float pixel : DATA.values()) {
      assertThat(pixel).isBetween(0f, 1f);
      between += pixel > 0 && pixel < 1 ? 1 : 0;
    }
    assertThat((double) between / DATA.values().length).isBetween(0.02, 0.3);
    for (int i = 0; i < ROWS; i++) {
      double ink = 0;
      for (int p = 0; p < PIXELS; p++) {
        ink += DATA.values()[i * PIXELS + p];
      }
      assertThat(ink).describedAs("image %d of a %d", i, LABELS[i]).isBetween(15.0, 350.0);
    }
  }

  /** Nothing is cut off: the outermost pixels are nearly black in all images. */
  @Test
  void imagesLieWithinTheirFrame() {
    double border = 0;
    for (int i = 0; i < ROWS; i++) {
      for (int p = 0; p < PIXELS; p++) {
        boolean outermost = p / 28 % 27 == 0 || p % 28 % 27 == 0;
        border += outermost ? DATA.values()[i * PIXELS + p] : 0;
      }
    }
    assertThat(border / ROWS).isLessThan(0.5);
  }

  /** 200 of each digit, sd 13.4: beyond 6.5 sd has a chance of 8e-11 a digit. */
  @Test
  void digitsAreEquallyOften() {
    int[] counts = new int[10];
    for (int label : LABELS) {
      counts[label]++;
    }
    assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(200 - 88);
    assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThan(200 + 88);
  }

  /** The nearest mean image, of 1,500, names the digit of most of the other 500. */
  @Test
  void labelsNameWhatIsDrawn() {
    double[][] mean = new double[10][PIXELS];
    int[] counts = new int[10];
    for (int i = 0; i < 1_500; i++) {
      counts[LABELS[i]]++;
      for (int p = 0; p < PIXELS; p++) {
        mean[LABELS[i]][p] += DATA.values()[i * PIXELS + p];
      }
    }
    int right = 0;
    for (int i = 1_500; i < ROWS; i++) {
      int nearest = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int k = 0; k < 10; k++) {
        double distance = 0;
        for (int p = 0; p < PIXELS; p++) {
          double difference = mean[k][p] / counts[k] - DATA.values()[i * PIXELS + p];
          distance += difference * difference;
        }
        if (distance < least) {
          least = distance;
          nearest = k;
        }
      }
      right += nearest == LABELS[i] ? 1 : 0;
    }
    assertThat(right / 500.0).isGreaterThan(0.7);
  }

  @Test
  void imagesDependOnTheirNumberAndTheSeedAlone() {
    float[] few = Strokes.dataset(3, 1).values();
    assertThat(Arrays.copyOf(DATA.values(), few.length)).isEqualTo(few);
    assertThat(Strokes.dataset(3, 2).values()).isNotEqualTo(few);
    assertThat(Strokes.labels(5, 1)).isEqualTo(Arrays.copyOf(LABELS, 5));
  }

  @Test
  void everyNameDrawsItsData() {
    for (String name : BuiltInData.names()) {
      String label = name.replace("N", "3");
      Dataset data = BuiltInData.draw(label, 4, 9).orElseThrow();
      assertThat(data.rows()).isEqualTo(4);
      assertThat(data.description()).isEqualTo(label);
    }
    assertThat(BuiltInData.draw("bars", 4, 9)).isEmpty();
  }

  @Test
  void rowsBeyondOneArrayAreRefused() {
    for (String name : List.of("two-moons", "bars-and-stripes-3", "strokes")) {
      assertThatThrownBy(() -> BuiltInData.draw(name, 2_000_000_000, 9))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(name + ": 2000000000 rows are too many for one array");
    }
  }
}
