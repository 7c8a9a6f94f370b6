package io.gibbsite.cli;

import static io.gibbsite.cli.RunFigures.line;

import io.gibbsite.diagnostics.MaximumMeanDiscrepancy;
import io.gibbsite.likelihood.GridIntegral;
import io.gibbsite.likelihood.HeldOut;
import io.gibbsite.likelihood.ImportanceLogZ;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * What a training run comes to.
 *
 * @param objective trained by
 * @param steps made
 * @param trainingRows trained on
 * @param heldOutRows measured on
 * @param heldOutName what the objective measures on held-out rows
 * @param heldOutValue that measure
 * @param learnedLogZ {@code c}, or null if the objective learns none
 * @param importance log Z by importance sampling from the fitted Gaussian
 * @param integral log Z by numerical integration: of plane data whose box is large enough, else
 *     null
 * @param heldOut log-likelihoods in nats a row, with log Z of the integral if there is one, else of
 *     importance sampling; the reference is the fitted Gaussian
 * @param discrepancy between samples of the model and held-out rows; null if samples ran away
 * @param standardised whether log-densities are of standardised rows
 * @param seconds spent on the steps
 */
record TrainingFigures(
    String objective,
    long steps,
    int trainingRows,
    int heldOutRows,
    String heldOutName,
    double heldOutValue,
    Double learnedLogZ,
    ImportanceLogZ importance,
    GridIntegral integral,
    HeldOut heldOut,
    MaximumMeanDiscrepancy discrepancy,
    boolean standardised,
    double seconds)
    implements EnergyFigures {

  @Override
  public HeldOut.Mean logDensity() {
    return heldOut.model();
  }

  /** log Z: as learned, else by integration, else by importance sampling. */
  double logZ() {
    if (learnedLogZ != null) {
      return learnedLogZ;
    }
    return integral == null ? importance.logZ() : integral.logZ();
  }

  @Override
  public void print(PrintWriter out) {
    line(out, heldOutName.replace("held_out", "held-out").replace('_', ' '), "%.4f", heldOutValue);
    if (learnedLogZ != null) {
      line(out, "learned c", "%.4f", learnedLogZ);
    }
    line(
        out,
        "log Z, importance",
        "%.4f ± %.4f (effective samples: %.0f of %d)",
        importance.logZ(),
        importance.standardError(),
        importance.effectiveSamples(),
        importance.samples());
    if (integral != null) {
      line(
          out,
          "log Z, integrated",
          "%.4f (%d x %d cells)",
          integral.logZ(),
          integral.cells(),
          integral.cells());
    }
    mean(out, "held-out log-likelihood", heldOut.model(), "nats a row");
    mean(out, "  of the Gaussian", heldOut.reference(), standardised ? "standardised rows" : "");
    mean(out, "  gain", heldOut.gain(), "");
    printTraining(out);
  }

  private static void mean(PrintWriter out, String name, HeldOut.Mean mean, String unit) {
    String text =
        String.format(Locale.ROOT, "%.4f ± %.4f %s", mean.value(), mean.standardError(), unit);
    line(out, name, "%s", text.strip());
  }
}
