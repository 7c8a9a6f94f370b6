package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RbmShapeTest {
  @Test
  void readsAndPrintsItsText() {
    assertThat(RbmShape.parse("784x500")).isEqualTo(new RbmShape(784, 500)).hasToString("784x500");
    assertThat(new RbmShape(3, 2).parameterCount()).isEqualTo(11);
  }

  @Test
  void namesWhatItRefuses() {
    for (String text : new String[] {"784", "784-500", "x5", "3x", "3x4x5", "-1x2", "3 x 4"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RbmShape.parse(text))
          .withMessageContaining("'" + text + "'")
          .withMessageContaining("784x500");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RbmShape(0, 3))
        .withMessage("the visible units must be between 1 and 262144, not 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RbmShape(3, 262145))
        .withMessageContaining("hidden");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RbmShape(100_000, 100_000))
        .withMessageContaining("100000x100000");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> RbmParameters.of(new RbmShape(2, 3), new float[6], new float[3], new float[3]))
        .withMessage("the visible bias of a 2x3 RBM has 2 entries, not 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RbmParameters(new RbmShape(2, 3), new float[6]))
        .withMessageContaining("11 parameters, not 6");
  }
}
