package io.gibbsite.cli;

import io.gibbsite.diagnostics.MaximumMeanDiscrepancy;
import io.gibbsite.likelihood.HeldOut;

/** What the training of an MLP energy came to, whatever its objective. */
interface EnergyFigures extends RunFigures {
  /** Steps made. */
  long steps();

  /** Seconds spent on them. */
  double seconds();

  /** Mean log-density of held-out rows, in nats; null if it is not known. */
  HeldOut.Mean logDensity();

  /** Between samples of the model and held-out rows; null if samples ran away. */
  MaximumMeanDiscrepancy discrepancy();
}
