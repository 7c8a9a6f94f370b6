package io.gibbsite.cli;

import io.gibbsite.data.BuiltIn;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.DatasetReader;
import io.gibbsite.data.ImageLayout;
import io.gibbsite.data.Images;
import io.gibbsite.data.Jitter;
import io.gibbsite.data.Standardiser;
import io.gibbsite.train.DataOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Rows made ready for training: read or drawn, scaled and pooled if they are images, shuffled,
 * split, jittered and standardised.
 *
 * @param training rows without jitter, which the trainer adds afresh at every visit
 * @param jittered the same rows with jitter that is drawn once: what densities are fitted to
 * @param heldOut the held-out rows with jitter that is drawn once
 * @param jitterSd float[columns] in the rows' units; null for none
 * @param standardiser that was applied; null for none
 */
record TrainingData(
    Dataset training,
    Dataset jittered,
    Dataset heldOut,
    float[] jitterSd,
    Standardiser standardiser) {

  /**
   * Prepares the data that the options name.
   *
   * @throws IllegalArgumentException if they cannot be read or do not fit the options
   */
  static TrainingData prepare(MlpTrainingOptions options) {
    Dataset all = shuffled(images(source(options), options), options.seed);
    int heldOutRows = options.heldOutRows(all.rows());
    Dataset.Split clean = all.split(heldOutRows);
    if (options.batch > clean.training().rows()) {
      throw new IllegalArgumentException(
          "--batch %d is larger than the %d training rows"
              .formatted(options.batch, clean.training().rows()));
    }
    Dataset.Split noisy = jittered(all, options).split(heldOutRows);
    Standardiser standardiser = null;
    if (options.standardise == null ? all.images() != null : options.standardise) {
      standardiser = Standardiser.fit(noisy.training());
      for (Dataset rows : List.of(clean.training(), noisy.training(), noisy.heldOut())) {
        standardiser.apply(rows.values(), rows.rows());
      }
    }
    return new TrainingData(
        clean.training(),
        noisy.training(),
        noisy.heldOut(),
        jitterSd(options.jitter, all.columns(), standardiser),
        standardiser);
  }

  private static Dataset source(MlpTrainingOptions options) {
    for (BuiltIn builtIn : BuiltIn.values()) {
      if (builtIn.label().equals(options.data)) {
        return builtIn.dataset(options.builtInRows(), options.seed);
      }
    }
    Path file = Path.of(options.data);
    if (file.getNameCount() == 1 && !options.data.contains(".") && !Files.exists(file)) {
      // Neither a built-in name nor a file: list the names.
      BuiltIn.of(options.data);
    }
    Dataset read = ModelAndData.read(file, DatasetReader::read).requireFinite();
    return options.rows == null ? read : read.take(options.rows);
  }

  private static Dataset images(Dataset read, MlpTrainingOptions options) {
    Dataset scaled = read.images() == null ? read : Images.scale(read);
    return options.pool == 1 ? scaled : Images.pool(scaled, options.pool);
  }

  /** Files are often sorted in some way: held-out rows are to be like the others. */
  private static Dataset shuffled(Dataset all, long seed) {
    int[] order = new int[all.rows()];
    // The epoch of an address that no training run reaches.
    new DataOrder(all.rows(), all.rows(), seed).rows(Jitter.FIXED, order);
    int columns = all.columns();
    float[] values = new float[all.values().length];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(all.values(), order[i] * columns, values, i * columns, columns);
    }
    return all.with(values);
  }

  private static Dataset jittered(Dataset all, MlpTrainingOptions options) {
    float[] values = all.values().clone();
    float[] sd = jitterSd(options.jitter, all.columns(), null);
    if (sd != null) {
      Jitter jitter = new Jitter(sd, options.seed);
      for (int i = 0; i < all.rows(); i++) {
        jitter.add(Jitter.FIXED, i, values, i * all.columns());
      }
    }
    return all.with(values);
  }

  private static float[] jitterSd(float jitter, int columns, Standardiser standardiser) {
    if (jitter == 0) {
      return null;
    }
    float[] sd = new float[columns];
    Arrays.fill(sd, jitter);
    for (int j = 0; standardiser != null && j < columns; j++) {
      sd[j] /= standardiser.sd()[j];
    }
    return sd;
  }

  int columns() {
    return training.columns();
  }

  /** How a row is an image, or null. */
  ImageLayout images() {
    return training.images();
  }
}
