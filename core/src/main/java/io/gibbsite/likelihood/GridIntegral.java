package io.gibbsite.likelihood;

import io.gibbsite.density.UniformBox;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.sampler.EnergyFunction;

/**
 * The log partition function of a two-dimensional energy by the midpoint rule on a box.
 *
 * @param logZ {@code log} of the integral of {@code exp(-E)} over the box
 * @param borderShare the share of the integral in the outermost ring of cells: where it is not
 *     negligible, the box is too small
 * @param cells in each direction
 */
public record GridIntegral(double logZ, double borderShare, int cells) {
  /** The largest border share that passes for negligible. */
  public static final double NEGLIGIBLE = 1e-6;

  /** Whether the box holds all of the density that matters. */
  public boolean borderNegligible() {
    return borderShare <= NEGLIGIBLE;
  }

  /**
   * Integrates the energy whose parameters the session holds.
   *
   * @param cells in each direction, at least 3
   * @throws IllegalArgumentException if the session or the box is not two-dimensional
   */
  public static GridIntegral integrate(MlpSession session, UniformBox box, int cells) {
    return integrate(session, session.rows(), box, cells);
  }

  /**
   * Integrates an energy.
   *
   * @param block the most rows of a call
   * @param cells in each direction, at least 3
   * @throws IllegalArgumentException if the energy or the box is not two-dimensional
   */
  public static GridIntegral integrate(
      EnergyFunction function, int block, UniformBox box, int cells) {
    if (cells < 3) {
      throw new IllegalArgumentException("a grid needs at least 3 cells a side, not " + cells);
    }
    float[] energy = energies(function, block, box, cells);
    double lowest = Double.POSITIVE_INFINITY;
    for (float e : energy) {
      lowest = Math.min(lowest, e);
    }
    double sum = 0;
    double border = 0;
    for (int i = 0; i < cells; i++) {
      for (int j = 0; j < cells; j++) {
        double p = Math.exp(lowest - energy[i * cells + j]);
        sum += p;
        if (i == 0 || j == 0 || i == cells - 1 || j == cells - 1) {
          border += p;
        }
      }
    }
    double cell = (double) box.extent(0) / cells * (box.extent(1) / cells);
    return new GridIntegral(-lowest + Math.log(sum * cell), border / sum, cells);
  }

  /**
   * The energy at the midpoints of the cells.
   *
   * @return float[cells * cells], row-major: the second column of x over the rows, from its lower
   *     side; the first column of x within a row
   */
  public static float[] energies(MlpSession session, UniformBox box, int cells) {
    return energies(session, session.rows(), box, cells);
  }

  /**
   * The same of any energy.
   *
   * @param most rows of a call
   */
  public static float[] energies(EnergyFunction function, int most, UniformBox box, int cells) {
    if (function.columns() != 2 || box.columns() != 2) {
      throw new IllegalArgumentException(
          "a grid has two dimensions; the energy has %d and the box %d"
              .formatted(function.columns(), box.columns()));
    }
    int total = Math.multiplyExact(cells, cells);
    int block = Math.min(most, total);
    float[] x = new float[block * 2];
    float[] energy = new float[block];
    float[] all = new float[total];
    for (int first = 0; first < total; first += block) {
      int rows = Math.min(block, total - first);
      for (int r = 0; r < rows; r++) {
        int cell = first + r;
        x[2 * r] = box.low(0) + box.extent(0) * ((cell % cells + 0.5f) / cells);
        x[2 * r + 1] = box.low(1) + box.extent(1) * ((cell / cells + 0.5f) / cells);
      }
      function.energy(x, rows, energy);
      System.arraycopy(energy, 0, all, first, rows);
    }
    return all;
  }
}
