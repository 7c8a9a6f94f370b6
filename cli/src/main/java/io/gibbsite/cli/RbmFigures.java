package io.gibbsite.cli;

import static io.gibbsite.cli.RunFigures.line;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.PrintWriter;

/**
 * What an RBM's training came to.
 *
 * @param steps made
 * @param trainingRows how many
 * @param heldOut likelihood of the held-out rows
 * @param training likelihood of the training rows
 * @param gaussianLogLikelihood mean of the held-out rows under the Gaussian fitted to the training
 *     rows; null for binary ones
 * @param labelError share of held-out rows whose most probable label is another; null without
 *     labels
 * @param seconds of all steps and measurements
 * @param monitoringSeconds of them, spent on measurements since the last resumption
 * @param secondsPerEpoch of a pass over the training rows
 */
record RbmFigures(
    long steps,
    int trainingRows,
    Likelihood heldOut,
    Likelihood training,
    @JsonInclude(JsonInclude.Include.NON_NULL) Double gaussianLogLikelihood,
    @JsonInclude(JsonInclude.Include.NON_NULL) Double labelError,
    double seconds,
    double monitoringSeconds,
    double secondsPerEpoch)
    implements RunFigures {

  @Override
  public void print(PrintWriter out, String backend) {
    likelihood(out, "held-out log-likelihood", heldOut);
    if (gaussianLogLikelihood != null) {
      line(out, "  of a Gaussian", "%.4f", gaussianLogLikelihood);
    }
    likelihood(out, "training log-likelihood", training);
    if (labelError != null) {
      line(out, "held-out label error", "%.2f %%", 100 * labelError);
    }
    LogZ logZ = heldOut.logZ();
    line(
        out,
        "log Z, " + logZ.method(),
        logZ.logZ() == null ? "%.4f to %.4f" : "%.4f",
        logZ.logZ() == null ? logZ.lower() : logZ.logZ(),
        logZ.upper());
    line(
        out,
        "training",
        "%.1f s, %.1f s of them to measure; %.2f s an epoch; %d steps on %d rows; held out: %d",
        seconds,
        monitoringSeconds,
        secondsPerEpoch,
        steps,
        trainingRows,
        heldOut.rows());
    line(out, "computed by", "%s", backend);
  }

  private static void likelihood(PrintWriter out, String name, Likelihood of) {
    if (of.lower() == of.upper()) {
      line(out, name, "%.4f nats a row", of.meanLogLikelihood());
    } else {
      line(out, name, "%.4f to %.4f nats a row", of.lower(), of.upper());
    }
  }
}
