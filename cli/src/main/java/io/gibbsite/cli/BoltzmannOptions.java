package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import io.gibbsite.data.DatasetReader;
import io.gibbsite.data.Labels;
import io.gibbsite.data.Strokes;
import io.gibbsite.sampler.AisOptions;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What the training of Boltzmann machines depends on, restricted, deep or with all couplings. */
abstract class BoltzmannOptions extends RunOptions {
  private static final String BUILT_IN = "built-in";

  @Option(
      names = "--labels",
      paramLabel = "L",
      description =
          "A file with a label for each row, from 0 up (IDX, .npy or CSV), or built-in for those of"
              + " strokes: more visible units, to sample by label and to classify with.")
  String labels;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description =
          "Values above it turn a unit on, others off (default 0.5, for states and greys from 0 to"
              + " 1; other values need it).")
  Float threshold;

  @Option(
      names = "--sweeps",
      paramLabel = "K",
      description = "Sweeps of the chains in an update (default ${DEFAULT-VALUE}).")
  int sweeps = 1;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description = "Of the updates (default ${DEFAULT-VALUE}).")
  float momentum;

  @Option(
      names = "--ais-chains",
      paramLabel = "N",
      description = "For log Z at the end, where it is not exact (default ${DEFAULT-VALUE}).")
  int aisChains = 100;

  @Option(
      names = "--temperatures",
      paramLabel = "K",
      description = "For log Z at the end, where it is not exact (default ${DEFAULT-VALUE}).")
  int temperatures = 1_000;

  /** {@link #check} of these options. */
  final void checkBoltzmann() {
    Threshold.check(threshold);
    require(sweeps >= 1, "--sweeps must be at least 1, not " + sweeps);
    require(
        momentum >= 0 && momentum < 1,
        "--momentum must be at least 0 and below 1, not " + momentum);
    require(aisChains >= 2, "--ais-chains must be at least 2, not " + aisChains);
    require(temperatures >= 1, "--temperatures must be at least 1, not " + temperatures);
  }

  /**
   * Where the rows are cut into states.
   *
   * @throws IllegalArgumentException if they need a threshold and none was given
   */
  final float threshold(Dataset rows) {
    return Threshold.of(threshold, rows, data);
  }

  /** The annealing of log Z at the end, from units of these log-odds. */
  final AisOptions annealing(float[] base) {
    return new AisOptions(base, aisChains, temperatures, temperatures, seed);
  }

  @Override
  final Dataset labelled(Dataset all) {
    if (labels == null) {
      return all;
    }
    Dataset read = readLabels();
    return Labels.append(all, rows == null ? read : read.take(rows), Labels.classes(read));
  }

  private Dataset readLabels() {
    if (!labels.equals(BUILT_IN)) {
      return ModelAndData.read(Path.of(labels), DatasetReader::read);
    }
    require(data.equals(Strokes.LABEL), "--labels built-in is of the strokes, not of " + data);
    int[] digits = Strokes.labels(builtInRows(), seed);
    float[] values = new float[digits.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = digits[i];
    }
    return new Dataset(values, values.length, 1, "the labels of " + Strokes.LABEL);
  }
}
