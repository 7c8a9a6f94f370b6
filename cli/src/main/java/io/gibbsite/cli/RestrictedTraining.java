package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.rbm.ContrastiveDivergenceTrainer;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** The training of an RBM, whatever its visible units are. */
abstract class RestrictedTraining extends Training {
  static final List<String> METRICS =
      List.of(
          "step",
          "epoch",
          "training_free_energy",
          "held_out_free_energy",
          "held_out_log_likelihood",
          "gradient_norm",
          "learning_rate",
          "seconds");

  /** Up to so many enumerated units, log Z is worked out at every measurement. */
  static final int MONITORED_UNITS = 16;

  private final TrainRbmOptions options;
  private final VisibleLayout layout;
  private double monitoringSeconds;

  RestrictedTraining(
      TrainRbmOptions options, VisibleLayout layout, Backend backend, RunFolder folder) {
    super(options, backend, folder, METRICS);
    this.options = options;
    this.layout = layout;
  }

  @Override
  abstract ContrastiveDivergenceTrainer trainer();

  /** The mean over as many training rows as there are held-out ones. */
  abstract double trainingFreeEnergy();

  abstract double heldOutFreeEnergy();

  /** The exact log Z, or null if it takes too long to know it at every measurement. */
  abstract Double monitoredLogZ();

  @Override
  abstract RbmFigures finish(CommonOptions common);

  /** What the columns are. */
  final VisibleLayout layout() {
    return layout;
  }

  /** Seconds spent on measurements since the last resumption. */
  final double monitoringSeconds() {
    return monitoringSeconds;
  }

  @Override
  final String measure(MetricsCsv metrics, double objective) throws IOException {
    long start = System.nanoTime();
    double seen = trainingFreeEnergy();
    double unseen = heldOutFreeEnergy();
    Double logZ = monitoredLogZ();
    double logLikelihood = logZ == null ? Double.NaN : -unseen - logZ;
    monitoringSeconds += (System.nanoTime() - start) * 1e-9;
    metrics.append(
        trainer().stepsDone(),
        trainer().epoch(),
        seen,
        unseen,
        logLikelihood,
        trainer().gradientNorm(),
        options.learningRate().at(trainer().stepsDone()),
        seconds());
    return logZ == null
        ? String.format(Locale.ROOT, "free energy %.2f, held out %.2f", seen, unseen)
        : String.format(Locale.ROOT, "held-out log-likelihood %.4f", logLikelihood);
  }
}
