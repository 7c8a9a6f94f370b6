package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.HeatMap;
import io.gibbsite.cli.picture.Panel;
import io.gibbsite.cli.picture.PanelGrid;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.cli.picture.ScatterPlot;
import io.gibbsite.data.BuiltIn;
import io.gibbsite.data.Dataset;
import io.gibbsite.likelihood.HeldOut;
import io.gibbsite.train.DivergedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares objectives on two moons, whose density is known. */
@Command(
    name = "objectives",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Trains the same energy on two moons by every objective, with the objective's defaults, and"
            + " compares what they learn.",
    footer = {
      "",
      "The folder gets a run for each objective and one picture of all, objectives.png. The table is",
      "in Markdown: the log-density of held-out rows, whose log Z is integrated on a grid; the squared",
      "maximum mean discrepancy between Langevin samples of the model and held-out rows, 0 in the mean",
      "if they have one distribution; the seconds of all updates, and the milliseconds of one.",
      "",
      "Examples:",
      "  gibbsite bench objectives --out objectives",
      "  gibbsite bench objectives --objectives nce,pcd --steps 500 --out objectives"
    })
final class BenchObjectivesCommand implements Callable<Integer> {
  /** Pairs of density and samples. */
  private static final int COLUMNS = 6;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the runs and the picture; must be new or empty.")
  private Path out;

  @Option(
      names = "--objectives",
      split = ",",
      paramLabel = "O",
      description = "Of those of gibbsite train mlp (default: all).")
  private List<String> objectives = MlpObjectiveOptions.all();

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Updates by each objective (default ${DEFAULT-VALUE}).")
  private long steps = 1000;

  @Option(
      names = "--hidden",
      split = ",",
      paramLabel = "W",
      description = "Widths of the hidden layers (default 64,64).")
  private int[] hidden = {64, 64};

  @Option(names = "--json", description = "One JSON object a line in place of the table.")
  private boolean json;

  @Mixin private CommonOptions common;

  /** One line of the table: of nothing but its name, if the training diverged. */
  private record Line(
      String objective,
      long steps,
      Double heldOutLogDensity,
      Double standardError,
      Double squaredMmd,
      Double seconds,
      Double millisecondsPerStep) {
    static Line of(String objective, EnergyFigures figures) {
      HeldOut.Mean logDensity = figures.logDensity();
      return new Line(
          objective,
          figures.steps(),
          logDensity == null ? null : logDensity.value(),
          logDensity == null ? null : logDensity.standardError(),
          figures.discrepancy() == null ? null : figures.discrepancy().squared(),
          figures.seconds(),
          1e3 * figures.seconds() / figures.steps());
    }

    String markdown() {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %s | %s | %s |",
          objective,
          text("%.3f", heldOutLogDensity)
              + (standardError == null ? "" : text(" ± %.3f", standardError)),
          text("%.5f", squaredMmd),
          text("%.1f", seconds),
          text("%.2f", millisecondsPerStep));
    }

    private static String text(String format, Double value) {
      return value == null ? "–" : String.format(Locale.ROOT, format, value).replace("-", "−");
    }
  }

  @Override
  public Integer call() throws IOException {
    for (String objective : objectives) {
      require(
          MlpObjectiveOptions.all().contains(objective),
          "unknown objective '%s': %s"
              .formatted(objective, String.join(", ", MlpObjectiveOptions.all())));
    }
    objectives.forEach(objective -> options(objective).check());
    TrainingData data = TrainingData.prepare(options(objectives.get(0)));
    RunFolder folder = RunFolder.create(out);
    List<Panel> panels = new ArrayList<>();
    if (!json) {
      common
          .out()
          .println("| objective | held-out log-density | squared MMD | seconds | ms a step |");
      common.out().println("|---|---|---|---|---|");
      print(truth(data.heldOut()));
    }
    try (Backend backend = common.openBackend()) {
      for (String objective : objectives) {
        MlpTrainingOptions options = options(objective);
        RunFolder own = RunFolder.make(folder.file(objective));
        try {
          print(train(options, data, backend, own, panels));
        } catch (DivergedException e) {
          common.note(objective + ": " + e.getMessage());
          print(new Line(objective, e.step(), null, null, null, null, null));
        }
      }
    }
    Path picture = folder.file("objectives.png");
    Png.write(picture, PanelGrid.draw(panels, COLUMNS));
    common.note("drew " + picture);
    return 0;
  }

  private void print(Line line) {
    common.out().println(json ? Json.line(line) : line.markdown());
    common.out().flush();
  }

  private MlpTrainingOptions options(String objective) {
    MlpTrainingOptions options = new MlpTrainingOptions();
    options.data = "two-moons";
    options.objective = objective;
    options.hidden = hidden;
    options.steps = steps;
    // Nothing but updates in the time of the updates.
    options.evaluateEvery = Math.max(1, steps);
    options.checkpointEvery = Math.max(1, steps);
    options.importanceSamples = 100_000;
    options.seed = common.seed();
    return options;
  }

  private static Line truth(Dataset heldOut) {
    double sum = 0;
    for (int i = 0; i < heldOut.rows(); i++) {
      sum += BuiltIn.TWO_MOONS.logDensity(heldOut.values()[2 * i], heldOut.values()[2 * i + 1]);
    }
    return new Line("the density itself", 0, sum / heldOut.rows(), null, null, null, null);
  }

  private Line train(
      MlpTrainingOptions options,
      TrainingData data,
      Backend backend,
      RunFolder own,
      List<Panel> panels)
      throws IOException {
    try (EnergyTraining training = EnergyTraining.of(options, data, backend, own);
        Progress progress = common.progress(options.objective, steps)) {
      training.begin();
      training.train(progress, () -> false);
      EnergyFigures figures = training.finish(common);
      RunFolder.writeJson(own.report(), TrainingReport.of(figures, options, backend));
      Line line = Line.of(options.objective, figures);
      TrainingPictures.PlanePanels plane = training.planePanels();
      if (plane != null) {
        add(plane, line, panels);
      }
      return line;
    }
  }

  /** Adds density and samples, under their figures; before the first ones the data. */
  private static void add(TrainingPictures.PlanePanels plane, Line line, List<Panel> panels) {
    HeatMap density = plane.density();
    ScatterPlot samples = plane.samples();
    if (panels.isEmpty()) {
      panels.add(new HeatMap("two moons", density.plane(), truth(density), density.cells()));
      panels.add(plane.data());
    }
    String name = line.objective() + ": " + Line.text("%.3f", line.heldOutLogDensity());
    panels.add(new HeatMap(name, density.plane(), density.values(), density.cells()));
    String title = "samples, MMD² " + Line.text("%.4f", line.squaredMmd());
    panels.add(new ScatterPlot(title, samples.plane(), samples.x(), samples.rows()));
  }

  /** The built-in density on the cells of the map. */
  private static float[] truth(HeatMap map) {
    int n = map.cells();
    float[] values = new float[n * n];
    double width = (map.plane().right() - map.plane().left()) / n;
    double height = (map.plane().top() - map.plane().bottom()) / n;
    for (int i = 0; i < values.length; i++) {
      double x = map.plane().left() + width * (i % n + 0.5);
      double y = map.plane().bottom() + height * (i / n + 0.5);
      values[i] = (float) Math.exp(BuiltIn.TWO_MOONS.logDensity((float) x, (float) y));
    }
    return values;
  }
}
