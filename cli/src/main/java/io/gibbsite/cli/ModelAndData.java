package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.data.BuiltInData;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.DatasetReader;
import io.gibbsite.data.Images;
import io.gibbsite.mlp.ConditionalModel;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.ConditionalEnergy;
import io.gibbsite.sampler.EnergyFunction;
import java.io.IOException;
import java.nio.file.Files;
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
      paramLabel = "RUN|M.safetensors",
      converter = ModelFile.class,
      description = "The folder of a training run, or a model file.")
  private Path modelFile;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "X",
      description = "Rows: .npy, .npz (FILE.npz:NAME names an array), IDX or CSV.")
  private Path dataFile;

  @Option(
      names = "--sigma",
      paramLabel = "S",
      description = "The level of noise of a noise-conditional model, or the noise of dsm.")
  private Float sigma;

  private MlpModel model;

  /** Null unless the model is noise-conditional. */
  private ConditionalModel conditional;

  private Dataset data;

  /**
   * Reads both files, and checks that they fit each other, that every value is finite, and that
   * there is a level of noise if and only if the model has levels.
   */
  void read() {
    readForLoss();
    require(
        conditional != null || sigma == null,
        "--sigma is of noise-conditional models, and %s is none".formatted(modelFile));
  }

  /** As {@link #read}, but any model may come with {@code --sigma}. */
  void readForLoss() {
    if (ModelKind.isConditional(modelFile)) {
      conditional = read(modelFile, ConditionalModel::read);
      float[] ladder = conditional.sigmas();
      float least = ladder[ladder.length - 1];
      require(
          sigma != null && sigma >= least && sigma <= ladder[0],
          "%s: a noise-conditional model has levels of noise: --sigma must be from %s to %s%s"
              .formatted(modelFile, least, ladder[0], sigma == null ? "" : ", not " + sigma));
      model = new MlpModel(conditional.parameters(), 0);
    } else {
      model = read(modelFile, MlpModel::read);
    }
    int columns = model.parameters().shape().inputs() - (conditional == null ? 0 : 1);
    data = rows(dataFile, modelFile, columns);
  }

  /** The energy, at its level of noise if it has any, by a session that gets its parameters. */
  EnergyFunction energy(MlpSession session) {
    session.setParameters(model.parameters());
    if (conditional == null) {
      return session;
    }
    ConditionalEnergy energy = conditional.energy(session);
    energy.sigma(sigma);
    return energy;
  }

  /**
   * Checks what was computed of every row.
   *
   * @param what it is
   * @param results so many values of each row
   * @throws ArithmeticException naming the first row that left the range of float32
   */
  void requireFinite(String what, float[] results, int values) {
    for (int i = 0; i < results.length; i++) {
      if (!Float.isFinite(results[i])) {
        throw new ArithmeticException(
            "%s: the %s of row %d (from 0) is %s: it leaves the range of float32"
                .formatted(dataFile, what, i / values, results[i]));
      }
    }
  }

  /** The noise-conditional model; null if it is none. */
  ConditionalModel conditional() {
    return conditional;
  }

  /** As given, or null. */
  Float sigma() {
    return sigma;
  }

  /**
   * Reads rows, and checks that they fit the model and that every value is finite.
   *
   * @throws IllegalArgumentException if not
   */
  static Dataset rows(Path dataFile, Path modelFile, int inputs) {
    Dataset data = finite(dataFile);
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

  /**
   * Reads rows.
   *
   * @throws IllegalArgumentException if they cannot be read, or one is not finite
   */
  static Dataset finite(Path file) {
    String name = file.toString();
    if (!Files.exists(file) && BuiltInData.draw(name, 1, 0).isPresent()) {
      throw new IllegalArgumentException(
          name + ": no such file, and built-in data are for training alone: name a file of rows");
    }
    return read(file, DatasetReader::read).requireFinite();
  }

  /**
   * Rows for a model of units with two states; images are scaled to greys from 0 to 1.
   *
   * @param visible units
   * @param labels last visible units that the rows may lack
   * @throws IllegalArgumentException if they cannot be read, or do not fit
   */
  static Dataset scaled(Path file, int visible, int labels) {
    Dataset read = finite(file);
    Dataset data = read.images() == null ? read : Images.scale(read);
    if (data.columns() != visible && data.columns() != visible - labels) {
      throw new IllegalArgumentException(
          "%s: %d columns, but the model has %d visible units"
              .formatted(file, data.columns(), visible));
    }
    return data;
  }

  /** The network, whose last input is the level of noise if it is noise-conditional. */
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
