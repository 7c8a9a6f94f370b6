package io.gibbsite.dbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Workers;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MeanFieldTest {
  private static final MeanField.Stop CONVERGED = new MeanField.Stop(2_000, 1e-7f);

  private static float[] infer(MeanField field, DbmParameters p, byte[] v, MeanField.Stop stop) {
    int rows = v.length / p.shape().visible();
    float[] mu = new float[rows * p.shape().hidden()];
    Arrays.fill(mu, Float.NaN);
    field.setParameters(p);
    field.infer(v, rows, stop, mu);
    return mu;
  }

  private static double[] bounds(DbmParameters p, byte[] v, float[] mu) {
    double[] bound = new double[v.length / p.shape().visible()];
    try (Workers workers = new Workers(1, "test")) {
      VariationalBound.of(p, v, mu, bound.length, bound, workers);
    }
    return bound;
  }

  @Test
  @Tag("vector-width")
  void vectorsGiveTheBitsOfPlainLoopsForAnyNumberOfRowsAndThreads() {
    List<DbmShape> shapes =
        List.of(DbmShape.of(1, 1, 1), DbmShape.of(31, 17, 33), DbmShape.of(7, 9, 8, 16));
    for (DbmShape shape : shapes) {
      DbmParameters p = Machines.random(shape, 0.6, 3);
      for (int rows : new int[] {1, 3, 31, 32, 33, 100}) {
        byte[] v = Machines.states(rows * shape.visible(), rows);
        for (MeanField.Stop stop :
            List.of(
                new MeanField.Stop(0, 0),
                new MeanField.Stop(5, 0),
                new MeanField.Stop(50, 1e-3f))) {
          float[] reference = infer(new MeanFieldScalar(shape, new Workers(1, "test")), p, v, stop);
          for (int threads : new int[] {1, 2, 5}) {
            try (Workers workers = new Workers(threads, "test")) {
              assertThat(infer(new MeanFieldVector(shape, workers), p, v, stop))
                  .describedAs("%s, %d rows, %s, %d threads", shape, rows, stop, threads)
                  .isEqualTo(reference);
            }
          }
        }
      }
    }
  }

  @Test
  void aRowDependsOnNoOtherRow() {
    DbmShape shape = DbmShape.of(12, 9, 7);
    DbmParameters p = Machines.random(shape, 1, 5);
    byte[] v = Machines.states(40 * 12, 2);
    MeanField.Stop stop = new MeanField.Stop(30, 1e-3f);
    try (Workers workers = new Workers(1, "test")) {
      MeanField field = MeanField.of(shape, workers);
      float[] all = infer(field, p, v, stop);
      for (int row = 0; row < 40; row++) {
        float[] one = infer(field, p, Arrays.copyOfRange(v, row * 12, (row + 1) * 12), stop);
        assertThat(one).isEqualTo(Arrays.copyOfRange(all, row * 16, (row + 1) * 16));
      }
    }
  }

  @Test
  void theBoundNeverFallsAndEndsBelowTheExactLikelihood() {
    try (Workers workers = new Workers(1, "test")) {
      double gap = 0;
      for (DbmShape shape : DbmBlocksTest.SHAPES) {
        DbmParameters p = Machines.random(shape, 1.2, 11);
        byte[] v = Machines.states(6 * shape.visible(), 4);
        MeanField field = MeanField.of(shape, workers);
        double[] before = bounds(p, v, infer(field, p, v, new MeanField.Stop(0, 0)));
        for (int sweeps = 1; sweeps < 40; sweeps++) {
          double[] after = bounds(p, v, infer(field, p, v, new MeanField.Stop(sweeps, 0)));
          for (int row = 0; row < after.length; row++) {
            // float32 means: the bound is flat at its maximum, and known to about 1e-6.
            assertThat(after[row]).isGreaterThanOrEqualTo(before[row] - 1e-6);
          }
          before = after;
        }
        for (int row = 0; row < before.length; row++) {
          double exact = Machines.logSum(p, v, row);
          assertThat(before[row]).isLessThanOrEqualTo(exact + 1e-6);
          gap = Math.max(gap, exact - before[row]);
        }
      }
      // Not by being exact: hidden layers that touch are not independent.
      assertThat(gap).isGreaterThan(0.01);
    }
  }

  @Test
  void withoutWeightsBetweenHiddenLayersTheBoundIsExact() {
    DbmShape shape = DbmShape.of(3, 2, 4);
    DbmParameters p = Machines.random(shape, 1.2, 12);
    Arrays.fill(p.values(), shape.weightOffset(2), shape.biasOffset(0), 0f);
    byte[] v = Machines.states(5 * 3, 6);
    try (Workers workers = new Workers(1, "test")) {
      double[] bound = bounds(p, v, infer(MeanField.of(shape, workers), p, v, CONVERGED));
      for (int row = 0; row < 5; row++) {
        assertThat(bound[row]).isCloseTo(Machines.logSum(p, v, row), within(1e-5));
      }
    }
  }

  /** P1 is the derivative of V1 at given means, so of the bound where the mean field converged. */
  @Test
  void statisticsAreTheDerivativeOfTheBound() {
    try (Workers workers = new Workers(2, "test")) {
      for (DbmShape shape : DbmBlocksTest.SHAPES) {
        DbmParameters p = Machines.random(shape, 0.7, 13);
        int rows = 5;
        byte[] v = Machines.states(rows * shape.visible(), 7);
        MeanField field = MeanField.of(shape, workers);
        float[] mu = infer(field, p, v, CONVERGED);
        float[] sums = new float[shape.parameterCount()];
        Arrays.fill(sums, Float.NaN);
        DbmStatistics.sums(shape, v, mu, rows, sums, workers);
        float step = 1f / 64;
        for (int k = 0; k < sums.length; k++) {
          double[] ends = new double[2];
          for (int side = 0; side < 2; side++) {
            DbmParameters moved = p.copy();
            moved.values()[k] += side == 0 ? -step : step;
            // The mean field follows: its own derivative is 0 at the maximum.
            ends[side] = Arrays.stream(bounds(moved, v, infer(field, moved, v, CONVERGED))).sum();
          }
          double span = (double) (p.values()[k] + step) - (p.values()[k] - step);
          assertThat((double) sums[k])
              .describedAs("%s, parameter %d", shape, k)
              .isCloseTo((ends[1] - ends[0]) / span, within(2e-3));
        }
      }
    }
  }

  @Test
  void wrongUseIsRefused() {
    DbmShape shape = DbmShape.of(2, 2, 2);
    try (Workers workers = new Workers(1, "test")) {
      MeanField field = MeanField.of(shape, workers);
      assertThatThrownBy(() -> field.infer(new byte[2], 1, CONVERGED, new float[4]))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> field.setParameters(Machines.random(DbmShape.of(2, 2, 3), 1, 1)))
          .hasMessageContaining("2-2-3");
      field.setParameters(Machines.random(shape, 1, 1));
      assertThatThrownBy(() -> field.infer(new byte[2], 2, CONVERGED, new float[8]))
          .hasMessageContaining("2 rows");
      assertThatThrownBy(() -> new MeanField.Stop(3, Float.NaN)).hasMessageContaining("tolerance");
    }
  }
}
