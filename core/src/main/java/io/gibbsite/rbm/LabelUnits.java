package io.gibbsite.rbm;

import java.util.Arrays;

/**
 * The last visible units as a label: unit {@code first() + k} is 1 for class k, the others 0.
 *
 * <p>They are binary units like all others, so nothing of {@link Rbm} changes for them: likelihoods
 * are those of rows with their labels, chains that hold them sample {@code p(v | label)}, and
 *
 * <pre>
 *   P(k | v) = exp(-F(v, k)) / sum_l exp(-F(v, l))
 * </pre>
 *
 * <p>where F(v, k) is the free energy of the row with label k. Source: Larochelle and Bengio,
 * "Classification using discriminative restricted Boltzmann machines", ICML 2008.
 *
 * @param visible units of the RBM, those of the label included
 * @param classes 1 to {@code visible}
 */
public record LabelUnits(int visible, int classes) {
  public LabelUnits {
    if (classes < 1 || classes > visible) {
      throw new IllegalArgumentException(
          "%d of %d visible units cannot be a label".formatted(classes, visible));
    }
  }

  /** Free energies of rows, or bounds on them. */
  @FunctionalInterface
  public interface FreeEnergy {
    /**
     * @param v byte[rows * visible]
     * @param energy double[rows], out
     */
    void of(byte[] v, int rows, double[] energy);
  }

  /** The unit of class 0. */
  public int first() {
    return visible - classes;
  }

  /**
   * Gives rows a label.
   *
   * @param v byte[rows * visible]
   * @throws IllegalArgumentException if there is no such class
   */
  public void set(byte[] v, int rows, int label) {
    if (label < 0 || label >= classes) {
      throw new IllegalArgumentException(
          "there is no label %d: the model has 0 to %d".formatted(label, classes - 1));
    }
    for (int row = 0; row < rows; row++) {
      int end = (row + 1) * visible;
      Arrays.fill(v, end - classes, end, (byte) 0);
      v[end - classes + label] = 1;
    }
  }

  /** The class of a row: the first label unit that is 1, or -1. */
  public int label(byte[] v, int row) {
    for (int k = 0; k < classes; k++) {
      if (v[row * visible + first() + k] == 1) {
        return k;
      }
    }
    return -1;
  }

  /**
   * {@code log P(k | v)} for every class; the rows' own labels are not looked at.
   *
   * @param model whose free energies they are, such as {@code session::freeEnergy}
   * @param v byte[rows * visible]
   * @param rows at most as many as the model takes
   * @param logProbability double[rows * classes], out
   */
  public void logProbabilities(FreeEnergy model, byte[] v, int rows, double[] logProbability) {
    byte[] labelled = Arrays.copyOf(v, rows * visible);
    double[] energy = new double[rows];
    for (int k = 0; k < classes; k++) {
      set(labelled, rows, k);
      model.of(labelled, rows, energy);
      for (int row = 0; row < rows; row++) {
        logProbability[row * classes + k] = -energy[row];
      }
    }
    for (int row = 0; row < rows; row++) {
      normalise(logProbability, row * classes);
    }
  }

  private void normalise(double[] logs, int from) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      largest = Math.max(largest, logs[from + k]);
    }
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += Math.exp(logs[from + k] - largest);
    }
    for (int k = 0; k < classes; k++) {
      logs[from + k] -= largest + Math.log(sum);
    }
  }

  /**
   * The share of rows whose most probable label is not their own.
   *
   * @param model whose free energies they are, such as {@code session::freeEnergy}
   * @param v byte[rows * visible]
   * @param most rows that the model takes at once
   */
  public double errorRate(FreeEnergy model, byte[] v, int rows, int most) {
    int block = Math.min(most, rows);
    double[] logs = new double[block * classes];
    int wrong = 0;
    for (int first = 0; first < rows; first += block) {
      int n = Math.min(block, rows - first);
      byte[] part = Arrays.copyOfRange(v, first * visible, (first + n) * visible);
      logProbabilities(model, part, n, logs);
      for (int row = 0; row < n; row++) {
        int best = 0;
        for (int k = 1; k < classes; k++) {
          best = logs[row * classes + k] > logs[row * classes + best] ? k : best;
        }
        wrong += best == label(part, row) ? 0 : 1;
      }
    }
    return (double) wrong / rows;
  }
}
