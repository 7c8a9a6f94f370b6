package io.gibbsite.dbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Workers;
import io.gibbsite.rbm.LogPartition;
import io.gibbsite.rbm.RbmParameters;
import java.util.List;
import org.junit.jupiter.api.Test;

class DbmBlocksTest {
  static final List<DbmShape> SHAPES =
      List.of(
          DbmShape.of(3, 2, 4),
          DbmShape.of(1, 1, 1),
          DbmShape.of(3, 2, 4, 2),
          DbmShape.of(2, 3, 1, 2, 3));

  @Test
  void theRbmHasTheSameEnergyInEveryState() {
    for (DbmShape shape : SHAPES) {
      DbmParameters p = Machines.random(shape, 1, 7);
      RbmParameters rbm = DbmBlocks.join(p);
      for (long s = 0; s < 1L << Machines.units(shape); s++) {
        double[][] x = Machines.layers(shape, s);
        assertThat(minusEnergy(rbm, side(shape, x, 0), side(shape, x, 1)))
            .describedAs("%s, state %d", shape, s)
            .isCloseTo(Machines.minusEnergy(p, x), within(1e-9));
      }
    }
  }

  private static double[] side(DbmShape shape, double[][] x, int parity) {
    double[] units = new double[parity == 0 ? shape.rbm().visible() : shape.rbm().hidden()];
    for (int l = parity; l < x.length; l += 2) {
      System.arraycopy(x[l], 0, units, shape.sideOffset(l), x[l].length);
    }
    return units;
  }

  private static double minusEnergy(RbmParameters p, double[] v, double[] h) {
    double sum = 0;
    for (int i = 0; i < v.length; i++) {
      sum += v[i] * p.visibleBias(i);
      for (int j = 0; j < h.length; j++) {
        sum += v[i] * p.weight(i, j) * h[j];
      }
    }
    for (int j = 0; j < h.length; j++) {
      sum += h[j] * p.hiddenBias(j);
    }
    return sum;
  }

  @Test
  void splittingUndoesJoining() {
    for (DbmShape shape : SHAPES) {
      DbmParameters p = Machines.random(shape, 1, 8);
      float[] back = new float[shape.parameterCount()];
      DbmBlocks.split(shape, DbmBlocks.join(p).values(), back);
      assertThat(back).isEqualTo(p.values());
    }
  }

  @Test
  void logZAndLikelihoodsAreThoseOfTheEnergy() {
    try (Workers workers = new Workers(1, "test")) {
      for (DbmShape shape : SHAPES) {
        DbmParameters p = Machines.random(shape, 1.5, 9);
        assertThat(LogPartition.exact(DbmBlocks.join(p), workers))
            .isCloseTo(Machines.logSum(p, null, 0), within(1e-9));
        byte[] v = Machines.states(3 * shape.visible(), 1);
        for (int row = 0; row < 3; row++) {
          assertThat(VariationalBound.exact(p, v, row, workers))
              .isCloseTo(Machines.logSum(p, v, row), within(1e-5));
        }
      }
    }
  }

  @Test
  void evenLayersAreTakenOutAndPutTogether() {
    DbmShape shape = DbmShape.of(2, 3, 1, 2, 3);
    byte[] v = {1, 0, 0, 1};
    float[] mu = new float[2 * 9];
    mu[3] = 0.9f; // row 0, layer 2
    mu[9 + 6] = 0.6f; // row 1, layer 4, unit 0
    byte[] states = DbmBlocks.evenStates(shape, v, mu, 2);
    assertThat(states).containsExactly(1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0);
    assertThat(DbmBlocks.layer(shape, 0, states, 2)).isEqualTo(v);
    assertThat(DbmBlocks.layer(shape, 4, states, 2)).containsExactly(0, 0, 0, 1, 0, 0);
  }

  @Test
  void layersAreCheckedAndPlaced() {
    DbmShape shape = DbmShape.of(784, 500, 1000);
    assertThat(shape).hasToString("784-500-1000");
    assertThat(shape.rbm()).hasToString("1784x500");
    assertThat(shape.weightOffset(2)).isEqualTo(784 * 500);
    assertThat(shape.biasOffset(1)).isEqualTo(784 * 500 + 500 * 1000 + 784);
    assertThat(shape.parameterCount()).isEqualTo(784 * 500 + 500 * 1000 + 784 + 500 + 1000);
    assertThat(shape.hiddenOffset(2)).isEqualTo(500);
    assertThatThrownBy(() -> DbmShape.of(784, 500))
        .hasMessage("a deep Boltzmann machine has at least two hidden layers, not 1");
    assertThatThrownBy(() -> DbmShape.of(784, 0, 3)).hasMessageContaining("between 1 and");
    assertThatThrownBy(() -> new DbmParameters(shape, new float[3]))
        .hasMessage("shape 784-500-1000 has 894284 parameters, not 3");
  }
}
