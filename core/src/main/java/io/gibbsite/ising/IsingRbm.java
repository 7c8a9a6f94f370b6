package io.gibbsite.ising;

import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmShape;

/**
 * R1 of {@link Ising}: a lattice as a restricted Boltzmann machine, whose visible units are the
 * white sites, row by row, and whose hidden units are the black ones, 1 for up: its Gibbs sweeps
 * draw the black sites first, as the card has it.
 *
 * @param rows R, even, at least 4
 * @param columns C, even, at least 4
 * @param parameters of the model
 */
public record IsingRbm(int rows, int columns, IsingParameters parameters) {
  /** The largest lattice that is run so: its weights, a quarter of n squared, take 16 MiB. */
  public static final int MOST_SITES = 4_096;

  /** Checked as {@link IsingShape} is. */
  public IsingRbm {
    new IsingShape(rows, columns, IsingShape.WORD);
  }

  private int sites() {
    return rows * columns;
  }

  /** The RBM's parameters. */
  public RbmParameters rbm() {
    int half = sites() / 2;
    RbmShape shape = new RbmShape(half, half);
    float[] values = new float[shape.parameterCount()];
    double t = parameters.temperature();
    for (int y = 0; y < rows; y++) {
      for (int x = 1 - y % 2; x < columns; x += 2) {
        int white = (y * columns + x) / 2 * half;
        values[white + ((y + 1) % rows * columns + x) / 2] =
            (float) (4 * parameters.coupling() / t);
        values[white + ((y + rows - 1) % rows * columns + x) / 2] =
            (float) (4 * parameters.coupling() / t);
        values[white + (y * columns + (x + 1) % columns) / 2] =
            (float) (4 * parameters.coupling() / t);
        values[white + (y * columns + (x + columns - 1) % columns) / 2] =
            (float) (4 * parameters.coupling() / t);
      }
    }
    for (int k = shape.visibleBiasOffset(); k < values.length; k++) {
      values[k] = (float) ((2 * parameters.field() - 8 * parameters.coupling()) / t);
    }
    return new RbmParameters(shape, values);
  }

  /** What {@code log Z} of the lattice has more than that of the RBM. */
  public double logZOffset() {
    return sites() * (2 * parameters.coupling() - parameters.field()) / parameters.temperature();
  }

  /**
   * The energies of states.
   *
   * @param v byte[chains * white sites]
   * @param h byte[chains * black sites]
   * @param energies double[chains], out
   */
  public void energy(byte[] v, byte[] h, int chains, double[] energies) {
    int half = sites() / 2;
    for (int chain = 0; chain < chains; chain++) {
      long bonds = 0;
      long up = 0;
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
          int s = spin(v, h, chain * half, y, x);
          up += s;
          bonds += s * spin(v, h, chain * half, (y + 1) % rows, x);
          bonds += s * spin(v, h, chain * half, y, (x + 1) % columns);
        }
      }
      energies[chain] = -parameters.coupling() * bonds - parameters.field() * up;
    }
  }

  private int spin(byte[] v, byte[] h, int first, int y, int x) {
    byte[] states = (y + x) % 2 == 0 ? h : v;
    return 2 * states[first + (y * columns + x) / 2] - 1;
  }
}
