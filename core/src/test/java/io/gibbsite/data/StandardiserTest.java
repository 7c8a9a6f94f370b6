package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.io.NdArray;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StandardiserTest {
  private static final Dataset DATA =
      new Dataset(new float[] {1, 1000, 3, 1002, 5, 1004, 7, 1006}, 4, 2, "x.csv");

  @Test
  void fitsMeanAndDeviation() {
    Standardiser standardiser = Standardiser.fit(DATA);
    assertThat(standardiser.mean()).containsExactly(4, 1003);
    assertThat(standardiser.sd()).containsExactly((float) Math.sqrt(5), (float) Math.sqrt(5));
    assertThat(standardiser.logJacobian()).isCloseTo(-Math.log(5), within(1e-6));
  }

  @Test
  void appliesAndInverts() {
    Standardiser standardiser = Standardiser.fit(DATA);
    float[] x = DATA.values().clone();
    standardiser.apply(x, 4);
    float first = -3 / (float) Math.sqrt(5);
    assertThat(x[0]).isEqualTo(first);
    assertThat(x[1]).isEqualTo(first);
    standardiser.invert(x, 4);
    for (int i = 0; i < x.length; i++) {
      assertThat(x[i]).isCloseTo(DATA.values()[i], within(1e-4f));
    }
  }

  @Test
  void survivesARun() {
    Standardiser standardiser = Standardiser.fit(DATA);
    assertThat(Standardiser.from(standardiser.tensors())).isEqualTo(standardiser);
    assertThat(Standardiser.from(Map.of())).isNull();
    assertThatThrownBy(
            () -> Standardiser.from(Map.of("standardise.sd", NdArray.of(new float[1], 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("one of standardise.mean and standardise.sd is missing");
  }

  @Test
  void refusesConstantColumns() {
    float[] constant = new float[3000];
    Arrays.fill(constant, 0.1f);
    for (int i = 0; i < constant.length; i += 3) {
      constant[i] = i;
    }
    assertThatThrownBy(() -> Standardiser.fit(new Dataset(constant, 1000, 3, "x.csv")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("x.csv: column 1 (from 0) is constant or not finite");
    assertThatThrownBy(() -> Standardiser.fit(new Dataset(new float[4], 4, 1, "x.csv")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> Standardiser.fit(new Dataset(new float[] {1, Float.NaN}, 2, 1, "x.csv")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
