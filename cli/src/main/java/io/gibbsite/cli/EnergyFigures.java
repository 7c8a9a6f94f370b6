package io.gibbsite.cli;

import io.gibbsite.diagnostics.MaximumMeanDiscrepancy;
import io.gibbsite.likelihood.HeldOut;
import java.io.PrintWriter;

/** What the training of an MLP energy came to, whatever its objective. */
interface EnergyFigures extends RunFigures {
  /** Steps made. */
  long steps();

  /** Rows trained on. */
  int trainingRows();

  /** Rows measured on. */
  int heldOutRows();

  /** Seconds spent on the steps. */
  double seconds();

  /** Mean log-density of held-out rows, in nats; null if it is not known. */
  HeldOut.Mean logDensity();

  /** Between samples of the model and held-out rows; null if samples ran away. */
  MaximumMeanDiscrepancy discrepancy();

  /** Prints what all of them end with. */
  default void printTraining(PrintWriter out) {
    if (discrepancy() != null) {
      RunFigures.line(
          out,
          "squared MMD of samples",
          "%.5f (bandwidth %.3f)",
          discrepancy().squared(),
          discrepancy().bandwidth());
    }
    RunFigures.line(
        out,
        "training",
        "%.1f s, %d steps on %d rows; held out: %d",
        seconds(),
        steps(),
        trainingRows(),
        heldOutRows());
  }
}
