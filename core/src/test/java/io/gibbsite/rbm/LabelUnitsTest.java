package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LabelUnitsTest {
  private static final RbmShape SHAPE = new RbmShape(7, 4);
  private static final LabelUnits LABELS = new LabelUnits(7, 3);
  private static final RbmParameters MODEL = Models.random(SHAPE, 1, 5);

  /** All 16 states of the first four units, with label 0 and no label in turn. */
  private static byte[] rows() {
    byte[] v = new byte[16 * 7];
    for (int row = 0; row < 16; row++) {
      System.arraycopy(Models.bits(row, 4), 0, v, row * 7, 4);
      v[row * 7 + 4] = (byte) (row % 2);
    }
    return v;
  }

  /** P(k | v) as a ratio of sums of exp(-E(v, k, h)) over h. */
  private static double probability(byte[] v, int row, int k) {
    RbmDouble exact = RbmDouble.rounded(MODEL);
    double[] sums = new double[3];
    byte[] labelled = new byte[7];
    System.arraycopy(v, row * 7, labelled, 0, 4);
    for (int l = 0; l < 3; l++) {
      LABELS.set(labelled, 1, l);
      for (int state = 0; state < 16; state++) {
        sums[l] += Math.exp(-exact.energy(labelled, 0, Models.bits(state, 4)));
      }
    }
    return sums[k] / (sums[0] + sums[1] + sums[2]);
  }

  @Test
  void probabilitiesAreRatiosOfSumsOverHiddenStates() {
    byte[] v = rows();
    double[] logs = new double[16 * 3];
    try (RbmSession session = new RbmScalar(SHAPE, 16)) {
      session.setParameters(MODEL);
      LABELS.logProbabilities(session::freeEnergy, v, 16, logs);
    }
    for (int row = 0; row < 16; row++) {
      for (int k = 0; k < 3; k++) {
        assertThat(Math.exp(logs[row * 3 + k])).isCloseTo(probability(v, row, k), within(1e-5));
      }
    }
    assertThat(v).as("the rows' own labels stay").isEqualTo(rows());
  }

  @Test
  void errorsAreRowsWhoseLabelIsNotTheMostProbable() {
    byte[] v = rows();
    for (int row = 0; row < 16; row++) {
      int best = 0;
      for (int k = 1; k < 3; k++) {
        best = probability(v, row, k) > probability(v, row, best) ? k : best;
      }
      byte[] own = Arrays.copyOfRange(v, row * 7, row * 7 + 7);
      LABELS.set(own, 1, row % 4 == 0 ? (best + 1) % 3 : best);
      System.arraycopy(own, 0, v, row * 7, 7);
    }
    for (int block : new int[] {1, 5, 16}) {
      try (RbmSession session = new RbmScalar(SHAPE, block)) {
        session.setParameters(MODEL);
        assertThat(LABELS.errorRate(session::freeEnergy, v, 16, session.rows())).isEqualTo(0.25);
      }
    }
  }

  @Test
  void aLabelIsOneHot() {
    byte[] v = {1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0};
    assertThat(LABELS.label(v, 1)).isEqualTo(-1);
    LABELS.set(v, 2, 1);
    assertThat(v).containsExactly(1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0);
    assertThat(LABELS.label(v, 0)).isEqualTo(1);
    assertThat(LABELS.first()).isEqualTo(4);
  }

  @Test
  void whatIsNoLabelIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LABELS.set(new byte[7], 1, 3))
        .withMessage("there is no label 3: the model has 0 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LabelUnits(3, 4))
        .withMessageContaining("4 of 3 visible units");
  }
}
