package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.ImageGrid;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.data.ImageLayout;
import io.gibbsite.hopfield.HopfieldModel;
import io.gibbsite.hopfield.Patterns;
import io.gibbsite.hopfield.StorageRule;
import io.gibbsite.io.AtomicFile;
import io.gibbsite.io.Safetensors;
import io.gibbsite.spin.Scan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Recalls corrupted patterns from a Hopfield network. */
@Command(
    name = "recall",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Recalls corrupted patterns from a Hopfield network.",
    footer = {
      "",
      "Beside a network of another rule, one that stores the same patterns by the hebbian rule is shown.",
      "An overlap of 1 is the pattern itself, 0 is chance. Spurious states are distinct states that",
      "copies settled in which are neither a pattern nor the negative of one.",
      "",
      "Examples:",
      "  gibbsite recall --model run --flip 0.3",
      "  gibbsite recall --model run --flip 0.2 --scan random --picture recall.png",
    })
final class RecallCommand implements Callable<Integer> {
  private static final int MOST_IMAGES_ACROSS = 6;
  private static final int MOST_LINES = 40;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "RUN|M.safetensors",
      description = "The folder of a run of train hopfield, or its model file.")
  private Path source;

  @Option(
      names = "--flip",
      paramLabel = "F",
      description = "The share of units to flip (default ${DEFAULT-VALUE}).")
  private float flip = 0.3f;

  @Option(
      names = "--trials",
      paramLabel = "N",
      description = "Corrupted copies of each pattern (default ${DEFAULT-VALUE}).")
  private int trials = 10;

  @Option(
      names = "--scan",
      paramLabel = "S",
      description = "The order of the updates: sequential (default) or random.")
  private String scan = "sequential";

  @Option(
      names = "--picture",
      paramLabel = "P.png",
      description = "Draw patterns, copies and what they became (default: recall.png in the run).")
  private Path picture;

  @Option(names = "--json", description = "Print the figures as JSON, a line for each rule.")
  private boolean json;

  @Mixin private CommonOptions common;

  /** One line of JSON. */
  private record Line(float flip, int trials, @JsonUnwrapped PatternRecall recall) {}

  @Override
  public Integer call() throws IOException {
    require(flip >= 0 && flip <= 1, "--flip must be between 0 and 1, not " + flip);
    require(trials >= 1, "--trials must be at least 1, not " + trials);
    RunOptions.oneOf("--scan", scan, List.of("sequential", "random"));
    Path file = ModelFile.in(source);
    HopfieldModel model = ModelAndData.read(file, HopfieldModel::read);
    Patterns patterns = model.patterns();
    ImageLayout images =
        VisibleLayout.of(ModelAndData.read(file, Safetensors::read).metadata(), patterns.units())
            .images();
    Path drawn = drawn(images);
    long values = (long) trials * patterns.y().length;
    require(
        values <= Integer.MAX_VALUE - 64,
        "--trials %d of %d patterns are too many".formatted(trials, patterns.count()));
    byte[] corrupted = corrupted(patterns);
    List<PatternRecall> recalls = new ArrayList<>();
    try (Backend backend = common.openSpinBackend()) {
      recalls.add(recall(model, corrupted, backend));
      String hebbian = StorageRule.HEBBIAN.label();
      if (!model.rule().equals(hebbian)) {
        HopfieldModel plain =
            new HopfieldModel(patterns, hebbian, StorageRule.hebbian(patterns, backend), 0);
        recalls.add(recall(plain, corrupted, backend));
      }
      if (json) {
        recalls.forEach(recall -> common.print(new Line(flip, trials, recall), backend));
      } else {
        print(recalls, patterns.count());
        common.out().println("computed by " + backend.description());
      }
    }
    if (drawn != null) {
      draw(drawn, patterns, corrupted, recalls, images);
      common.note("drew " + drawn);
    }
    return 0;
  }

  /** Where to draw, or null. */
  private Path drawn(ImageLayout images) throws IOException {
    if (picture != null) {
      require(images != null, "--picture needs patterns that are images");
      AtomicFile.requirePlace(picture);
      return picture;
    }
    return images != null && Files.isDirectory(source) ? source.resolve("recall.png") : null;
  }

  private byte[] corrupted(Patterns patterns) {
    byte[] y = new byte[trials * patterns.y().length];
    for (int trial = 0; trial < trials; trial++) {
      byte[] copies = patterns.corrupted(flip, trial, common.seed());
      System.arraycopy(copies, 0, y, trial * copies.length, copies.length);
    }
    return y;
  }

  private PatternRecall recall(HopfieldModel model, byte[] corrupted, Backend backend) {
    Scan order = Scan.valueOf(scan.toUpperCase(Locale.ROOT));
    return PatternRecall.of(model, corrupted, trials, order, common.seed(), backend);
  }

  private void print(List<PatternRecall> recalls, int count) {
    common
        .out()
        .printf(
            Locale.ROOT,
            "mean overlap with the pattern, of %d copies of each of %d with %.1f %% of the units"
                + " flipped%n",
            trials,
            count,
            100 * flip);
    common
        .out()
        .printf(
            Locale.ROOT,
            "%-15s %8s %-17s %8s %8s %8s  %s%n",
            "rule",
            "before",
            "   after",
            "exact",
            "sweeps",
            "found",
            "spurious states");
    for (PatternRecall recall : recalls) {
      common
          .out()
          .printf(
              Locale.ROOT,
              "%-15s %8.4f %-17s %7.1f%% %8d %5d/%-2d  %d, in %.1f%% of the copies%n",
              recall.rule(),
              recall.meanBefore(),
              after(recall),
              100 * recall.exact(),
              recall.sweeps(),
              recall.fixedPoints().patterns(),
              count,
              recall.fixedPoints().spurious(),
              100.0 * recall.fixedPoints().spuriousRows() / (trials * (double) count));
    }
    common.out().println();
    common.out().println("pattern by pattern");
    common.out().printf("%-8s %8s", "pattern", "before");
    recalls.forEach(recall -> common.out().printf(" %15s", recall.rule()));
    common.out().println();
    for (int m = 0; m < Math.min(count, MOST_LINES); m++) {
      common.out().printf(Locale.ROOT, "%-8d %8.4f", m, recalls.get(0).overlapBefore()[m]);
      for (PatternRecall recall : recalls) {
        common.out().printf(Locale.ROOT, " %15.4f", recall.overlapAfter()[m]);
      }
      common.out().println();
    }
    if (count > MOST_LINES) {
      common.out().println("and " + (count - MOST_LINES) + " more: --json has them all");
    }
  }

  private static String after(PatternRecall recall) {
    String mean = String.format(Locale.ROOT, "%8.4f", recall.meanAfter());
    Double error = recall.standardError();
    return error == null ? mean : String.format(Locale.ROOT, "%s ± %.4f", mean, error);
  }

  private static void draw(
      Path file,
      Patterns patterns,
      byte[] corrupted,
      List<PatternRecall> recalls,
      ImageLayout images)
      throws IOException {
    int side = (int) Math.min(MOST_IMAGES_ACROSS, Math.ceil(Math.sqrt(patterns.count())));
    List<ImageGrid> grids = new ArrayList<>();
    grids.add(grid("patterns", patterns.y(), patterns, images, side));
    grids.add(grid("corrupted", corrupted, patterns, images, side));
    for (PatternRecall recall : recalls) {
      grids.add(grid("recalled, " + recall.rule(), recall.states(), patterns, images, side));
    }
    Png.write(file, PanelRow.draw(grids));
  }

  /** The first trial's rows. */
  private static ImageGrid grid(
      String title, byte[] states, Patterns patterns, ImageLayout images, int side) {
    float[] greys = Spins.greys(Arrays.copyOf(states, patterns.y().length));
    return RbmImages.grid(title, greys, images, side);
  }
}
