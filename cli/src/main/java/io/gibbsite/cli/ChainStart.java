package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.data.Dataset;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.GaussianBase;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.spin.SpinStates;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Option;

/** Where the chains of a Boltzmann machine start, and which of its visible units they hold. */
final class ChainStart {
  @Option(
      names = "--from",
      paramLabel = "X",
      description =
          "Boltzmann machines: chains start from these rows, one after the other (.npy, .npz, IDX or CSV).")
  private Path from;

  @Option(
      names = "--hold",
      paramLabel = "H",
      description =
          "Boltzmann machines: fill in the rest: hold visible units where the chains start, columns such as"
              + " 0-391,500, or of images the top, bottom, left or right half.")
  private String hold;

  @Option(
      names = "--label",
      paramLabel = "N",
      description = "Boltzmann machines trained with labels: sample rows of this one.")
  private Integer label;

  /** Names of options that were given, each of which needs a Boltzmann machine. */
  List<String> given() {
    List<String> names = new ArrayList<>();
    if (from != null) {
      names.add("--from");
    }
    if (hold != null) {
      names.add("--hold");
    }
    if (label != null) {
      names.add("--label");
    }
    return names;
  }

  /** Whether rows of a file are given to start from. */
  boolean hasRows() {
    return from != null;
  }

  /**
   * The chains' first visible states, byte[chains * visible].
   *
   * @param bias float[visible]: where no rows are given, chains start from these alone
   * @param data byte[rows * visible]: rows to start from, or null
   * @throws IllegalArgumentException if the options do not fit the model
   */
  byte[] states(float[] bias, byte[] data, VisibleLayout layout, int chains, long seed) {
    check(layout, data != null);
    byte[] states;
    if (data != null) {
      states = cycled(data, layout, chains);
    } else if (from != null) {
      states = cycled(rows(layout), layout, chains);
    } else {
      states = BaseRates.sample(bias, chains, seed);
    }
    if (label != null) {
      layout.labelUnits().set(states, chains, label);
    }
    return states;
  }

  private void check(VisibleLayout layout, boolean data) {
    require(!data || from == null, "--init data and --from name two starts: leave one out");
    require(
        label == null || layout.labels() > 0,
        "--label needs a model that was trained with --labels");
    require(
        hold == null || data || from != null,
        "--hold needs rows to hold: add --from X or --init data");
  }

  /**
   * The same for units -1 and +1, byte[chains * visible].
   *
   * @param bias float[visible]: where no rows are given, chains start from these alone
   * @param data byte[rows * visible]: rows to start from, or null
   */
  byte[] spins(float[] bias, byte[] data, VisibleLayout layout, int chains, long seed) {
    check(layout, data != null);
    byte[] v = data == null ? new byte[chains * layout.visible()] : cycled(data, layout, chains);
    if (data == null && from == null) {
      System.arraycopy(SpinStates.sample(bias, chains, seed), 0, v, 0, v.length);
    } else if (from != null) {
      Dataset read = ModelAndData.scaled(from, layout.visible(), layout.labels());
      byte[] rows = Spins.above(read, Threshold.middle(read, from.toString()));
      Arrays.fill(v, (byte) -1);
      for (int c = 0; c < chains; c++) {
        int row = c % read.rows() * read.columns();
        System.arraycopy(rows, row, v, c * layout.visible(), read.columns());
      }
    }
    if (label != null) {
      Spins.label(v, chains, layout, label);
    }
    return v;
  }

  /** The same for real visible units, float[chains * visible]. */
  float[] states(
      GaussianRbmParameters parameters,
      VisibleLayout layout,
      int chains,
      TrainRbmOptions run,
      long seed) {
    check(layout, run != null);
    if (run == null && from == null) {
      return GaussianBase.sample(parameters.visibleBias(), parameters.visibleSd(), chains, seed);
    }
    float[] rows =
        run == null
            ? EvaluateCommand.rows(from, parameters.shape()).values()
            : TrainRbmCommand.split(run).training().values();
    float[] states = new float[chains * layout.visible()];
    for (int k = 0; k < states.length; k++) {
      states[k] = rows[k % rows.length];
    }
    return states;
  }

  private static byte[] cycled(byte[] rows, VisibleLayout layout, int chains) {
    byte[] states = new byte[chains * layout.visible()];
    for (int k = 0; k < states.length; k++) {
      states[k] = rows[k % rows.length];
    }
    return states;
  }

  /** The rows of the file; without labels, the label units start at 0. */
  private byte[] rows(VisibleLayout layout) {
    Dataset read = ModelAndData.scaled(from, layout.visible(), layout.labels());
    byte[] states = BinaryRows.above(read, Threshold.middle(read, from.toString())).states();
    if (read.columns() == layout.visible()) {
      return states;
    }
    byte[] all = new byte[read.rows() * layout.visible()];
    for (int i = 0; i < read.rows(); i++) {
      System.arraycopy(states, i * read.columns(), all, i * layout.visible(), layout.unlabelled());
    }
    return all;
  }

  /**
   * The units to hold, boolean[visible], or null for none.
   *
   * @throws IllegalArgumentException if the options do not fit the model
   */
  boolean[] held(VisibleLayout layout) {
    if (hold == null && label == null) {
      return null;
    }
    boolean[] held = new boolean[layout.visible()];
    if (label != null) {
      Arrays.fill(held, layout.unlabelled(), layout.visible(), true);
    }
    if (hold != null) {
      switch (hold) {
        case "top", "bottom", "left", "right" -> holdHalf(layout, held);
        default -> holdColumns(held);
      }
    }
    return held;
  }

  private void holdHalf(VisibleLayout layout, boolean[] held) {
    require(
        layout.images() != null,
        "--hold %s needs a model that was trained on images".formatted(hold));
    int height = layout.images().height();
    int width = layout.images().width();
    for (int pixel = 0; pixel < height * width; pixel++) {
      int x = pixel % width;
      int y = pixel / width;
      held[pixel] |=
          switch (hold) {
            case "top" -> y < height / 2;
            case "bottom" -> y >= height / 2;
            case "left" -> x < width / 2;
            default -> x >= width / 2;
          };
    }
  }

  private void holdColumns(boolean[] held) {
    require(
        hold.matches("\\d{1,7}(-\\d{1,7})?(,\\d{1,7}(-\\d{1,7})?)*"),
        "--hold must be columns such as 0-391,500, or top, bottom, left or right, not '%s'"
            .formatted(hold));
    for (String range : hold.split(",")) {
      String[] ends = range.split("-");
      int first = Integer.parseInt(ends[0]);
      int last = Integer.parseInt(ends[ends.length - 1]);
      require(
          first <= last && last < held.length,
          "--hold %s: the columns run from 0 to %d".formatted(range, held.length - 1));
      Arrays.fill(held, first, last + 1, true);
    }
  }
}
