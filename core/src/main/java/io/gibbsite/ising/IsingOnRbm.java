package io.gibbsite.ising;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.sampler.Gibbs;

/**
 * Lattices as the chains of an RBM: R1 of {@link Ising}. Of a sweep, the hidden units are the black
 * sites, the visible ones then the white ones.
 */
final class IsingOnRbm extends IsingLattices {
  private final RbmSession session;
  private final byte[] black;
  private final byte[] white;

  /** Whether the session has the spins. */
  private boolean loaded;

  IsingOnRbm(IsingShape shape, IsingParameters parameters, Backend backend) {
    super(shape, parameters);
    if (shape.sites() > IsingRbm.MOST_SITES) {
      throw new BackendUnavailableException(
          ("backend %s computes a lattice as an RBM with dense weights: at most %d sites, not %d (%s);"
                  + " take vector or scalar")
              .formatted(backend.name(), IsingRbm.MOST_SITES, shape.sites(), shape));
    }
    RbmParameters rbm = new IsingRbm(shape.rows(), shape.columns(), parameters).rbm();
    black = new byte[shape.lattices() * shape.sites() / 2];
    white = new byte[black.length];
    session = backend.open(rbm.shape(), shape.lattices());
    session.setParameters(rbm);
  }

  @Override
  public String method() {
    return "as an RBM";
  }

  @Override
  void statesSet() {
    loaded = false;
  }

  @Override
  void computeSweeps(int count, long firstSweep, long seed) {
    if (count == 0) {
      return;
    }
    if (!loaded) {
      unpack(spins[WHITE], white);
      session.setVisible(white, shape().lattices());
      loaded = true;
    }
    session.gibbs(new Gibbs(count, 1f, firstSweep), seed);
    session.readHidden(black);
    session.readVisible(white);
    pack(black, spins[BLACK]);
    pack(white, spins[WHITE]);
  }

  /** From a bit of a word to the next, in states: the sites of a colour, or of a strip's row. */
  private int step() {
    return shape().lattices() == 1 ? words : shape().sites() / 2;
  }

  private void unpack(long[] colour, byte[] states) {
    int step = step();
    for (int y = 0; y < shape().rows(); y++) {
      for (int w = 0; w < words; w++) {
        long word = colour[y * stride + 1 + w];
        int first = y * shape().columns() / 2 + w;
        for (int bit = 0; bit < IsingShape.WORD; bit++) {
          states[first + bit * step] = (byte) (word >>> bit & 1);
        }
      }
    }
  }

  private void pack(byte[] states, long[] colour) {
    int step = step();
    for (int y = 0; y < shape().rows(); y++) {
      int at = y * stride + 1;
      for (int w = 0; w < words; w++) {
        long word = 0;
        int first = y * shape().columns() / 2 + w;
        for (int bit = 0; bit < IsingShape.WORD; bit++) {
          word |= (long) states[first + bit * step] << bit;
        }
        colour[at + w] = word;
      }
      wrap(colour, at);
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
