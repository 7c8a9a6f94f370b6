package io.gibbsite.boltzmann;

import io.gibbsite.backend.Workers;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.AnnealedChains;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinEnumeration;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinStates;

/**
 * Z2, Z3: a network to anneal from independent units of biases g, {@code options.base()}.
 *
 * @param session whose parameters and chains are replaced
 */
record AnnealedSpins(SpinSession session, SpinParameters parameters, AisOptions options)
    implements AnnealedChains {
  @Override
  public double baseLogZ() {
    double sum = 0;
    for (float g : options.base()) {
      // log(2 cosh g), which does not overflow.
      sum += Math.abs((double) g) + Math.log1p(Math.exp(-2 * Math.abs((double) g)));
    }
    return sum;
  }

  @Override
  public void startFromBase() {
    start(SpinStates.sample(options.base(), options.chains(), options.seed()));
  }

  @Override
  public void startFromModel() {
    try (Workers one = new Workers(1, "gibbsite-enumeration")) {
      start(SpinEnumeration.of(parameters, one).sample(options.chains(), options.seed()));
    }
  }

  private void start(byte[] y) {
    session.setParameters(parameters);
    session.setStates(y, options.chains());
  }

  @Override
  public boolean canSampleExactly() {
    return BoltzmannLogZ.canSampleExactly(parameters.units());
  }

  @Override
  public void gibbs(Gibbs gibbs, long seed) {
    session.gibbs(gibbs, Scan.SEQUENTIAL, seed);
  }

  @Override
  public void anneal(Annealing annealing, long seed, double[] logWeights) {
    session.anneal(annealing, seed, logWeights);
  }
}
