package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.RunningMean;
import io.gibbsite.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A training in a run folder: begun or resumed, stepped, measured and saved. */
abstract class Training implements AutoCloseable {
  private final RunOptions options;
  private final Backend backend;
  private final RunFolder folder;
  private final List<String> columns;

  /** Of what the trainer's steps returned since the last line of metrics. */
  private final RunningMean objective = new RunningMean();

  private double secondsBefore;
  private double seconds;

  /**
   * @param options checked
   * @param backend that trains
   * @param columns of metrics.csv, of which the first is {@code step} and the last {@code seconds}
   */
  Training(RunOptions options, Backend backend, RunFolder folder, List<String> columns) {
    this.options = options;
    this.backend = backend;
    this.folder = folder;
    this.columns = columns;
  }

  abstract Trainer trainer();

  /** Writes what a new run starts with. */
  void begin() throws IOException {
    options.begunOn = backend.name();
    RunFolder.writeJson(folder.config(), options);
  }

  /**
   * Appends a line of metrics.
   *
   * @param objective mean of what the trainer's steps returned since the last line; NaN before the
   *     first
   * @return the line in a few words
   */
  abstract String measure(MetricsCsv metrics, double objective) throws IOException;

  /** Writes the model as trained so far. */
  abstract void writeModel() throws IOException;

  /**
   * Measures what the model is worth, once all steps are made; saves it where that adds to it.
   *
   * @param common options of the command, which says how far it has come
   */
  abstract RunFigures finish(CommonOptions common) throws IOException;

  /**
   * Draws all that fit the data, after {@link #finish}.
   *
   * @param note told why a picture is left out
   * @return the files
   */
  abstract List<Path> draw(Consumer<String> note) throws IOException;

  RunFolder folder() {
    return folder;
  }

  /** Seconds spent on steps, those before a resumption included. */
  double seconds() {
    return seconds;
  }

  /** Goes to the folder's checkpoint, or to the start if there is none yet. */
  void resume() throws IOException {
    if (Files.exists(folder.checkpoint())) {
      Checkpoint.resume(folder.checkpoint(), trainer(), objective);
    } else {
      begin();
    }
  }

  /**
   * Makes the steps that are left, and saves on the way.
   *
   * @param stop is asked after every step
   * @return whether all steps are made
   */
  boolean train(Progress progress, BooleanSupplier stop) throws IOException {
    long resumed = trainer().stepsDone() == 0 ? -1 : trainer().stepsDone();
    try (MetricsCsv metrics = MetricsCsv.open(folder.metrics(), columns, resumed)) {
      secondsBefore = resumed < 0 ? 0 : lastSeconds();
      seconds = secondsBefore;
      if (resumed < 0) {
        measure(metrics, Double.NaN);
      }
      return steps(metrics, progress, stop);
    }
  }

  private boolean steps(MetricsCsv metrics, Progress progress, BooleanSupplier stop)
      throws IOException {
    long start = System.nanoTime();
    String note = "";
    boolean stopped = false;
    while (trainer().stepsDone() < options.steps && !stopped) {
      objective.add(trainer().step());
      long step = trainer().stepsDone();
      seconds = secondsBefore + (System.nanoTime() - start) * 1e-9;
      boolean last = step == options.steps;
      if (last || step % options.evaluateEvery == 0) {
        note = measure(metrics, objective.value());
        objective.clear();
      }
      stopped = stop.getAsBoolean();
      if (last || stopped || step % options.checkpointEvery == 0) {
        writeModel();
        Checkpoint.write(folder.checkpoint(), trainer(), objective);
      }
      progress.at(step, note);
    }
    return trainer().stepsDone() == options.steps;
  }

  private double lastSeconds() throws IOException {
    List<double[]> rows = MetricsCsv.read(folder.metrics());
    return rows.isEmpty() ? 0 : rows.get(rows.size() - 1)[columns.indexOf("seconds")];
  }

  @Override
  public void close() {
    trainer().close();
  }
}
