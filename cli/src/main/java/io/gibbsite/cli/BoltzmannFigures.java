package io.gibbsite.cli;

import static io.gibbsite.cli.RunFigures.line;

import java.io.PrintWriter;

/**
 * What the training of a Boltzmann machine came to.
 *
 * @param steps made
 * @param trainingRows how many
 * @param heldOut likelihood of the held-out rows
 * @param training likelihood of the training rows
 * @param independent mean log-likelihood of the held-out rows if columns were independent
 * @param seconds of all steps and measurements
 */
record BoltzmannFigures(
    long steps,
    int trainingRows,
    SpinLikelihood heldOut,
    SpinLikelihood training,
    double independent,
    double seconds)
    implements RunFigures {
  @Override
  public void print(PrintWriter out) {
    likelihood(out, "held-out", heldOut);
    line(out, "  of independent units", "%.4f nats a row", independent);
    likelihood(out, "training", training);
    if (heldOut.labelError() != null) {
      line(out, "held-out label error", "%.2f %%", 100 * heldOut.labelError());
    }
    heldOut.likelihood().logZ().print(out);
    line(
        out,
        "training",
        "%.1f s; %d steps on %d rows; held out: %d",
        seconds,
        steps,
        trainingRows,
        heldOut.likelihood().rows());
  }

  private static void likelihood(PrintWriter out, String rows, SpinLikelihood of) {
    boolean exact = of.freeEnergy().equals("exact");
    of.likelihood().print(out, rows + (exact ? " log-likelihood" : " lower bound"));
  }
}
