package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
  private static final Dataset ROWS = new Dataset(new float[] {1, 2, 3, 4, 5, 6}, 3, 2, "rows");

  private static Dataset labels(float... values) {
    return new Dataset(values, values.length, 1, "labels");
  }

  @Test
  void labelsBecomeTheLastColumns() {
    Dataset all = Labels.append(ROWS, labels(2, 0, 1), 3);
    assertThat(all.values()).containsExactly(1, 2, 0, 0, 1, 3, 4, 1, 0, 0, 5, 6, 0, 1, 0);
    assertThat(all.columns()).isEqualTo(5);
    assertThat(all.labels()).isEqualTo(3);
    assertThat(all.split(1).heldOut().labels()).isEqualTo(3);
    assertThat(all.with(all.values().clone()).labels()).isEqualTo(3);
  }

  @Test
  void imagesStayImages() {
    Dataset images = new Dataset(ROWS.values(), 3, 2, "images", new ImageLayout(1, 2, 1));
    assertThat(Labels.append(images, labels(0, 1, 1), 2).images()).isEqualTo(images.images());
  }

  @Test
  void classesAreCountedFromZero() {
    assertThat(Labels.classes(labels(0, 4, 2))).isEqualTo(5);
    assertThat(Labels.classes(labels(0))).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, 0.5f, 1000, Float.NaN})
  void whatIsNoLabelIsNamed(float value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Labels.classes(labels(0, value)))
        .withMessageContaining("labels: row 1 (from 0) is " + value);
  }

  @Test
  void labelsThatDoNotMatchAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Labels.append(ROWS, labels(0, 1), 2))
        .withMessageContaining("2 rows of 1 columns are no labels of the 3 rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Labels.append(ROWS, labels(0, 1, 2), 2))
        .withMessageContaining("row 2 (from 0) is 2.0: labels are whole numbers from 0 to 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Labels.classes(ROWS))
        .withMessageContaining("labels are one column, not 2");
  }
}
