package io.gibbsite.ising;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.Arrays;

/**
 * Ising lattices and their heat-bath sweeps; see {@link Ising}. {@link Backend#open(IsingShape,
 * IsingParameters)} opens them. Those of one method have the same bits on all backends, those of
 * different ones the same distribution; results do not depend on the number of threads. Used by one
 * thread at a time.
 */
public abstract class IsingLattices implements AutoCloseable {
  /** Colours: sites with y + x even, and the others. */
  static final int BLACK = 0;

  static final int WHITE = 1;

  /** Words behind the last row that vectors may read. */
  private static final int SLACK = 8;

  private final IsingShape shape;
  private final IsingParameters parameters;

  /**
   * {@code spins[colour][y stride + 1 + w]}: bit b is the spin of lattice or strip b, 1 for up. Of
   * black sites x is {@code 2 w + y % 2}, of white ones {@code 2 w + 1 - y % 2}. Entries 0 and
   * {@code words + 1} of a row repeat its last and first word, as the next site's neighbours.
   */
  final long[][] spins;

  final int words;
  final int stride;

  IsingLattices(IsingShape shape, IsingParameters parameters) {
    this.shape = shape;
    this.parameters = parameters;
    words = shape.words();
    stride = words + 2;
    spins = new long[2][Math.multiplyExact(shape.rows(), stride) + SLACK];
    fill(-1L);
  }

  /** By multi-spin coding in plain loops. */
  public static IsingLattices scalar(IsingShape shape, IsingParameters parameters) {
    return new IsingScalar(shape, parameters, new Workers(1, "scalar"));
  }

  /** By multi-spin coding on the Vector API: the bits of {@link #scalar}. */
  public static IsingLattices vector(
      IsingShape shape, IsingParameters parameters, Workers workers) {
    return new IsingVector(shape, parameters, workers);
  }

  /**
   * As a restricted Boltzmann machine of that backend: R1.
   *
   * @throws io.gibbsite.backend.BackendUnavailableException above {@link IsingRbm#MOST_SITES}
   */
  public static IsingLattices rbm(IsingShape shape, IsingParameters parameters, Backend backend) {
    return new IsingOnRbm(shape, parameters, backend);
  }

  /** What the sweeps are made by, such as {@code multi-spin coding}. */
  public abstract String method();

  public final IsingShape shape() {
    return shape;
  }

  public final IsingParameters parameters() {
    return parameters;
  }

  /** All spins up: the ground state of a ferromagnet. */
  public final void allUp() {
    fill(-1L);
    statesSet();
  }

  private void fill(long word) {
    Arrays.fill(spins[BLACK], word);
    Arrays.fill(spins[WHITE], word);
  }

  /** The spins are others than those of the last sweep. */
  void statesSet() {}

  /** Fair spins: word w of row y of a colour at (INITIAL_STATE, colour, y words + w). */
  public final void random(long seed) {
    int[] draw = new int[4];
    for (int colour = 0; colour < 2; colour++) {
      for (int y = 0; y < shape.rows(); y++) {
        for (int w = 0; w < words; w++) {
          Draws.words(seed, DrawStream.INITIAL_STATE, colour, y * words + w, 0, draw);
          spins[colour][y * stride + 1 + w] = draw[0] & 0xFFFFFFFFL | (long) draw[1] << 32;
        }
        wrap(spins[colour], y * stride + 1);
      }
    }
    statesSet();
  }

  /** Repeats a row's ends on the other side, in strips turned by one. */
  final void wrap(long[] row, int at) {
    boolean strips = shape.lattices() == 1;
    long last = row[at + words - 1];
    long first = row[at];
    row[at - 1] = strips ? Long.rotateLeft(last, 1) : last;
    row[at + words] = strips ? Long.rotateRight(first, 1) : first;
  }

  /**
   * Makes sweeps.
   *
   * @param count at least 0
   * @param firstSweep the address of the first: continue by adding the sweeps made so far
   */
  public final void sweep(int count, long firstSweep, long seed) {
    if (firstSweep < 0 || firstSweep + count > Draws.STEP_LIMIT) {
      throw new IllegalArgumentException("sweep " + firstSweep + " is not in 0 .. 2^56 - 1");
    }
    computeSweeps(count, firstSweep, seed);
  }

  abstract void computeSweeps(int count, long firstSweep, long seed);

  /** +1 or -1: the spin of a site. */
  public final int spin(int lattice, int y, int x) {
    int strip = shape.lattices() == 1 ? 2 * words : shape.columns();
    int bit = shape.lattices() == 1 ? x / strip : lattice;
    int word = x % strip / 2;
    return (spins[(y + x) % 2][y * stride + 1 + word] >>> bit & 1) == 1 ? 1 : -1;
  }

  /**
   * O1: {@code M} of every lattice.
   *
   * @param sums long[lattices], out
   */
  public final void magnetisation(long[] sums) {
    BitCounts up = new BitCounts();
    for (long[] colour : spins) {
      for (int y = 0; y < shape.rows(); y++) {
        for (int w = 0; w < words; w++) {
          up.add(colour[y * stride + 1 + w]);
        }
      }
    }
    perLattice(up, sums);
    for (int k = 0; k < shape.lattices(); k++) {
      sums[k] = 2 * sums[k] - shape.sites();
    }
  }

  /**
   * The bonds of every lattice whose ends differ, of {@code 2 n}.
   *
   * @param sums long[lattices], out
   */
  public final void brokenBonds(long[] sums) {
    BitCounts broken = new BitCounts();
    long[] white = spins[WHITE];
    int rows = shape.rows();
    for (int y = 0; y < rows; y++) {
      int at = y * stride + 1;
      int above = (y == 0 ? rows - 1 : y - 1) * stride + 1;
      int below = (y == rows - 1 ? 0 : y + 1) * stride + 1;
      int side = y % 2 == 0 ? -1 : 1;
      for (int w = 0; w < words; w++) {
        long s = spins[BLACK][at + w];
        broken.add(s ^ white[above + w]);
        broken.add(s ^ white[below + w]);
        broken.add(s ^ white[at + w]);
        broken.add(s ^ white[at + w + side]);
      }
    }
    perLattice(broken, sums);
  }

  private void perLattice(BitCounts counts, long[] sums) {
    long[] bits = counts.sums();
    if (shape.lattices() == 1) {
      sums[0] = Arrays.stream(bits).sum();
    } else {
      System.arraycopy(bits, 0, sums, 0, bits.length);
    }
  }

  /**
   * O1: the energy of every lattice.
   *
   * @param energies double[lattices], out
   */
  public final void energy(double[] energies) {
    long[] broken = new long[shape.lattices()];
    long[] magnetisation = new long[shape.lattices()];
    brokenBonds(broken);
    magnetisation(magnetisation);
    for (int k = 0; k < broken.length; k++) {
      energies[k] =
          -parameters.coupling() * (2.0 * shape.sites() - 2.0 * broken[k])
              - parameters.field() * magnetisation[k];
    }
  }

  /** Frees what the backend holds for them. */
  @Override
  public void close() {}
}
