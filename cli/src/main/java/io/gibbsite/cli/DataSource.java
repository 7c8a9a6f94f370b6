package io.gibbsite.cli;

import io.gibbsite.data.BuiltInData;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.Images;
import io.gibbsite.data.Jitter;
import io.gibbsite.train.DataOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The rows that a training's options name. */
final class DataSource {
  private DataSource() {}

  /**
   * Reads or draws rows, scales and pools them if they are images, adds their labels, and shuffles
   * them.
   *
   * @throws IllegalArgumentException if they cannot be read or do not fit the options
   */
  static Dataset read(RunOptions options) {
    Dataset read = source(options);
    Dataset scaled = read.images() == null ? read : Images.scale(read);
    Dataset pooled = options.pool == 1 ? scaled : Images.pool(scaled, options.pool);
    return shuffled(options.labelled(pooled), options.seed);
  }

  /**
   * Reads the rows, and holds out as many as the options say.
   *
   * @throws IllegalArgumentException as {@link #read} and {@link #split(Dataset, RunOptions)}
   */
  static Dataset.Split split(RunOptions options) {
    return split(read(options), options);
  }

  /**
   * Holds out as many rows as the options say.
   *
   * @throws IllegalArgumentException if fewer than a minibatch are left
   */
  static Dataset.Split split(Dataset all, RunOptions options) {
    Dataset.Split split = all.split(options.heldOutRows(all.rows()));
    if (options.batch > split.training().rows()) {
      throw new IllegalArgumentException(
          "--batch %d is larger than the %d training rows"
              .formatted(options.batch, split.training().rows()));
    }
    return split;
  }

  private static Dataset source(RunOptions options) {
    return source(options.data, options.rows, options.builtInRows(), options.seed);
  }

  /**
   * Reads or draws rows as they are.
   *
   * @param data a built-in name or a file
   * @param rows to take from a file; null for all
   * @param builtInRows to draw of built-in data
   * @throws IllegalArgumentException if they cannot be read
   */
  static Dataset source(String data, Integer rows, int builtInRows, long seed) {
    Optional<Dataset> builtIn = BuiltInData.draw(data, builtInRows, seed);
    if (builtIn.isPresent()) {
      return builtIn.get();
    }
    Path file = Path.of(data);
    if (file.getNameCount() == 1 && !data.contains(".") && !Files.exists(file)) {
      throw new IllegalArgumentException(
          "there are no built-in data '%s': %s"
              .formatted(data, String.join(", ", BuiltInData.names())));
    }
    Dataset read = ModelAndData.finite(file);
    return rows == null ? read : read.take(rows);
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
}
