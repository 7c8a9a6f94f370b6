package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import io.gibbsite.data.ImageLayout;
import io.gibbsite.data.Jitter;
import io.gibbsite.data.Standardiser;
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
    Dataset all = DataSource.read(options);
    options.images = all.images() != null;
    float jitter = options.jitter();
    Dataset.Split clean = DataSource.split(all, options);
    Dataset.Split noisy = DataSource.split(jittered(all, jitter, options.seed), options);
    Standardiser standardiser = null;
    if (options.standardise == null
        ? all.images() != null && !options.conditional()
        : options.standardise) {
      standardiser = Standardiser.fit(noisy.training());
      for (Dataset rows : List.of(clean.training(), noisy.training(), noisy.heldOut())) {
        standardiser.apply(rows.values(), rows.rows());
      }
    }
    return new TrainingData(
        clean.training(),
        noisy.training(),
        noisy.heldOut(),
        jitterSd(jitter, all.columns(), standardiser),
        standardiser);
  }

  /** The rows with noise of this deviation, drawn once. */
  static Dataset jittered(Dataset all, float deviation, long seed) {
    float[] values = all.values().clone();
    float[] sd = jitterSd(deviation, all.columns(), null);
    if (sd != null) {
      Jitter jitter = new Jitter(sd, seed);
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
