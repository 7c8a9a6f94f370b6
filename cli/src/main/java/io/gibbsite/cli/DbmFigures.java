package io.gibbsite.cli;

import static io.gibbsite.cli.RunFigures.line;

import java.io.PrintWriter;

/**
 * What the training of a deep Boltzmann machine came to.
 *
 * @param steps made
 * @param trainingRows how many
 * @param heldOut bound of the held-out rows
 * @param training bound of as many training rows
 * @param seconds of all steps and measurements
 */
record DbmFigures(
    long steps, int trainingRows, DbmLikelihood heldOut, DbmLikelihood training, double seconds)
    implements RunFigures {
  @Override
  public void print(PrintWriter out) {
    bound(out, "held-out lower bound", heldOut);
    if (heldOut.meanLogLikelihood() != null) {
      line(out, "  log-likelihood itself", "%.4f nats a row", heldOut.meanLogLikelihood());
    }
    bound(out, "training lower bound", training);
    if (heldOut.labelError() != null) {
      line(out, "held-out label error", "%.2f %%", 100 * heldOut.labelError());
    }
    heldOut.logZ().print(out);
    line(
        out,
        "training",
        "%.1f s, %d steps on %d rows; held out: %d; %.1f mean-field sweeps a row",
        seconds,
        steps,
        trainingRows,
        heldOut.rows(),
        heldOut.meanFieldSweeps());
  }

  private static void bound(PrintWriter out, String name, DbmLikelihood of) {
    RunFigures.interval(out, name, of.lower(), of.upper(), " nats a row");
  }
}
