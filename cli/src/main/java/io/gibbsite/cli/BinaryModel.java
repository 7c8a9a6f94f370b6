package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.dbm.DbmBlocks;
import io.gibbsite.dbm.DbmModel;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A model of binary units that is sampled as one RBM: an RBM itself, or a deep Boltzmann machine,
 * whose even layers are the visible units and whose odd ones are the hidden units.
 *
 * @param rbm whose first visible units are the model's own
 * @param layout of the model's own visible units
 * @param deep the deep machine, or null
 */
record BinaryModel(RbmParameters rbm, VisibleLayout layout, DbmParameters deep) {
  static BinaryModel rbm(Path file) {
    RbmParameters parameters = ModelAndData.read(file, RbmModel::read).parameters();
    return new BinaryModel(parameters, layout(file, parameters.shape().visible()), null);
  }

  static BinaryModel deep(Path file) {
    DbmParameters parameters = ModelAndData.read(file, DbmModel::read).parameters();
    return new BinaryModel(
        DbmBlocks.join(parameters), layout(file, parameters.shape().visible()), parameters);
  }

  private static VisibleLayout layout(Path file, int visible) {
    return VisibleLayout.of(GibbsChains.metadata(file), visible);
  }

  /** The model's own visible units. */
  int columns() {
    return layout.visible();
  }

  /** Of the RBM's visible units: those beyond the model's own are no part of the image. */
  VisibleLayout wholeLayout() {
    return layout.followedBy(rbm.shape().visible() - columns());
  }

  /**
   * The chains' first states of the model's own visible units, byte[chains * columns].
   *
   * @param data byte[rows * columns] to start from, or null
   * @throws IllegalArgumentException if the options do not fit the model
   */
  byte[] start(ChainStart start, byte[] data, int chains, long seed) {
    float[] bias = Arrays.copyOf(rbm.visibleBias(), columns());
    return start.states(bias, data, layout, chains, seed);
  }

  /**
   * The same of all visible units of the RBM. A deep machine's hidden layers start at what the mean
   * field says of given rows, else at their biases.
   *
   * @param v from {@link #start}
   * @param given whether they are of rows
   */
  byte[] whole(byte[] v, boolean given, int chains, long seed, Backend backend) {
    if (deep == null) {
      return v;
    }
    if (given) {
      BinaryRows rows = new BinaryRows(v, chains);
      return DbmPosterior.of(deep, rows, chains, DbmPosterior.QUICK, backend).evenStates().states();
    }
    byte[] all = BaseRates.sample(rbm.visibleBias(), chains, seed);
    for (int c = 0; c < chains; c++) {
      System.arraycopy(v, c * columns(), all, c * rbm.shape().visible(), columns());
    }
    return all;
  }

  /**
   * The RBM's visible units to hold, or null for none.
   *
   * @throws IllegalArgumentException if the options do not fit the model
   */
  boolean[] held(ChainStart start) {
    boolean[] held = start.held(layout);
    return held == null ? null : Arrays.copyOf(held, rbm.shape().visible());
  }
}
