package io.gibbsite.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmScalar;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every tile of the Gibbs kernels against the plain loops, with fibres in both orders, so that a
 * missing barrier shows.
 */
class RbmTilesTest {
  private static final long SEED = -3;

  private final EmulatedDevice device = new EmulatedDevice();

  private static RbmParameters model(RbmShape shape, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[shape.parameterCount()];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (0.2 * random.nextGaussian());
    }
    return new RbmParameters(shape, values);
  }

  private static byte[] states(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] states = new byte[count];
    for (int k = 0; k < count; k++) {
      states[k] = (byte) random.nextInt(2);
    }
    return states;
  }

  /** Every result of a session, one after the other. */
  private static double[] everything(RbmSession session, RbmParameters model, int n) {
    RbmShape shape = model.shape();
    session.setParameters(model);
    byte[] data = states(n * shape.visible(), 4);
    double[] energy = new double[n];
    session.freeEnergy(data, n, energy);
    float[] sums = new float[shape.parameterCount()];
    session.statistics(data, n, sums);
    session.setVisible(data, n);
    session.gibbs(Gibbs.sweeps(3).temperature(1.3f), SEED);
    float[] chainSums = new float[shape.parameterCount()];
    session.chainStatistics(chainSums);
    double[] weights = new double[n];
    float[] base = new float[shape.visible()];
    Arrays.fill(base, 0.1f);
    session.anneal(new Annealing(new float[] {0f, 0.5f, 1f}, base, 7), SEED, weights);
    byte[] v = new byte[n * shape.visible()];
    session.readVisible(v);
    byte[] h = new byte[n * shape.hidden()];
    session.readHidden(h);
    double[] all = new double[2 * n + 2 * sums.length + v.length + h.length];
    int at = 0;
    for (int k = 0; k < n; k++) {
      all[at++] = energy[k];
      all[at++] = weights[k];
    }
    for (int k = 0; k < sums.length; k++) {
      all[at++] = sums[k];
      all[at++] = chainSums[k];
    }
    for (byte state : v) {
      all[at++] = state;
    }
    for (byte state : h) {
      all[at++] = state;
    }
    return all;
  }

  private void check(RbmShape shape, int rows, RbmKernels.Tile tile, long chunkEntries) {
    RbmParameters model = model(shape, 9);
    double[] expected;
    try (RbmSession scalar = new RbmScalar(shape, rows)) {
      expected = everything(scalar, model, rows);
    }
    for (boolean descending : new boolean[] {false, true}) {
      device.descending(descending);
      try (RbmSession session = new RbmCuda(device, shape, rows, tile, chunkEntries)) {
        assertThat(everything(session, model, rows))
            .as("%s, descending: %s", tile, descending)
            .isEqualTo(expected);
      } finally {
        device.descending(false);
      }
    }
  }

  /** Two tiles of rows and of units, and more inputs than the stages of a tile hold. */
  @ParameterizedTest
  @EnumSource(RbmKernels.Tile.class)
  void tilesHaveTheBitsOfThePlainLoops(RbmKernels.Tile tile) {
    check(new RbmShape(tile.units + 300, tile.units + 10), tile.rows + 5, tile, Long.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "128, 64, 128", "129, 65, 129", "33, 130, 64"})
  void wholeTilesAndOneMore(int visible, int hidden, int rows) {
    check(new RbmShape(visible, hidden), rows, RbmKernels.Tile.ROWS_128, Long.MAX_VALUE);
  }

  /** On 16 multiprocessors. */
  @ParameterizedTest
  @CsvSource({"16384, HALF_128", "512, ROWS_128", "100, ROWS_64", "10, ROWS_16"})
  void theLargestTileIsTakenThatLeavesFewMultiprocessorsIdle(int rows, RbmKernels.Tile tile) {
    assertThat(RbmKernels.Tile.choose(device, rows, 784, 500)).isEqualTo(tile);
  }

  @Test
  void rowsPassInChunks() {
    check(new RbmShape(20, 9), 300, RbmKernels.Tile.ROWS_16, 1);
  }
}
