package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import io.gibbsite.data.DatasetReader;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The model and the rows that a pass is computed from. */
final class ModelAndData {
  /**
   * Rows of one call: enough to fill every core, few enough that memory does not grow with the
   * file.
   */
  private static final int BLOCK_ROWS = 1 << 16;

  private static final int BLOCK_VALUES = 1 << 24;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "M.safetensors",
      description = "The model file.")
  private Path modelFile;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "X",
      description = "Rows: .npy, .npz (FILE.npz:NAME names an array), IDX or CSV.")
  private Path dataFile;

  private MlpModel model;
  private Dataset data;

  /** Reads both files, and checks that they fit each other and that every value is finite. */
  void read() {
    model = read(modelFile, MlpModel::read);
    data = rows(dataFile, modelFile, model.parameters());
  }

  /**
   * Reads rows, and checks that they fit the model and that every value is finite.
   *
   * @throws IllegalArgumentException if not
   */
  static Dataset rows(Path dataFile, Path modelFile, MlpParameters parameters) {
    Dataset data = read(dataFile, DatasetReader::read).requireFinite();
    int inputs = parameters.shape().inputs();
    if (data.columns() != inputs) {
      throw new IllegalArgumentException(
          "%s: %d columns, but the model %s takes %d"
              .formatted(dataFile, data.columns(), modelFile, inputs));
    }
    return data;
  }

  /** Reads a file. */
  @FunctionalInterface
  interface Reader<T> {
    T read(Path file) throws IOException;
  }

  /**
   * Reads an input file: whatever is wrong with it is bad input.
   *
   * @throws IllegalArgumentException if it cannot be read, naming it
   */
  static <T> T read(Path file, Reader<T> reader) {
    try {
      return reader.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(ErrorLine.of(e).text(), e);
    }
  }

  MlpModel model() {
    return model;
  }

  Dataset data() {
    return data;
  }

  /** The most rows to compute at once. */
  int blockRows() {
    return blockRows(data);
  }

  /** The most of these rows to compute at once. */
  static int blockRows(Dataset data) {
    return Math.min(data.rows(), Math.clamp(BLOCK_VALUES / data.columns(), 1, BLOCK_ROWS));
  }
}
