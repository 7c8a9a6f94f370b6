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
  public void print(PrintWriter out) {
    heldOut.print(out, "held-out log-likelihood");
    if (gaussianLogLikelihood != null) {
      line(out, "  of a Gaussian", "%.4f", gaussianLogLikelihood);
    }
    training.print(out, "training log-likelihood");
    if (labelError != null) {
      line(out, "held-out label error", "%.2f %%", 100 * labelError);
    }
    heldOut.logZ().print(out);
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
  }
}
