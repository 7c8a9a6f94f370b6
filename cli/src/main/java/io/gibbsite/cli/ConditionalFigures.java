package io.gibbsite.cli;

import static io.gibbsite.cli.RunFigures.line;

import io.gibbsite.diagnostics.MaximumMeanDiscrepancy;
import io.gibbsite.likelihood.HeldOut;
import java.io.PrintWriter;

/**
 * What the training of a noise-conditional energy comes to.
 *
 * @param steps made
 * @param trainingRows trained on
 * @param heldOutRows measured on
 * @param heldOutLoss mean over rows and levels
 * @param levels of noise
 * @param firstSigma deviation of the largest noise
 * @param lastSigma deviation of the least
 * @param heldOut mean log-density of held-out rows by the energy at the least noise, its log Z
 *     integrated; null unless the rows lie in a plane
 * @param discrepancy between samples of the model and held-out rows; null if samples ran away
 * @param seconds spent on the steps
 */
record ConditionalFigures(
    long steps,
    int trainingRows,
    int heldOutRows,
    double heldOutLoss,
    int levels,
    float firstSigma,
    float lastSigma,
    HeldOut.Mean heldOut,
    MaximumMeanDiscrepancy discrepancy,
    double seconds)
    implements EnergyFigures {

  @Override
  public HeldOut.Mean logDensity() {
    return heldOut;
  }

  @Override
  public void print(PrintWriter out) {
    line(out, "held-out loss", "%.4f", heldOutLoss);
    line(out, "noise", "%d levels from %.4g to %.4g", levels, firstSigma, lastSigma);
    if (heldOut != null) {
      line(
          out,
          "held-out log-density",
          "%.4f +- %.4f, at the least noise",
          heldOut.value(),
          heldOut.standardError());
    }
    printTraining(out);
  }
}
