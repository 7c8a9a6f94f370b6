package io.gibbsite.rbm;

import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.AnnealedChains;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;

/** An RBM to anneal, whatever its visible units are. */
interface AnnealedRbm extends AnnealedChains {
  RbmChains chains();

  @Override
  default void gibbs(Gibbs gibbs, long seed) {
    chains().gibbs(gibbs, seed);
  }

  @Override
  default void anneal(Annealing annealing, long seed, double[] logWeights) {
    chains().anneal(annealing, seed, logWeights);
  }

  /** Binary visible units; the path starts from the log-odds {@code options.base()}. */
  record Binary(RbmSession chains, RbmParameters parameters, AisOptions options)
      implements AnnealedRbm {
    @Override
    public double baseLogZ() {
      double sum = parameters.shape().hidden() * Math.log(2);
      for (double a : options.base()) {
        sum += Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
      }
      return sum;
    }

    @Override
    public boolean canSampleExactly() {
      return LogPartition.canSampleExactly(parameters.shape());
    }

    @Override
    public void startFromBase() {
      chains.setParameters(parameters);
      chains.setVisible(
          BaseRates.sample(options.base(), options.chains(), options.seed()), options.chains());
    }

    /** Visible units under enumerated hidden ones are drawn at (VISIBLE_GIBBS, 0, chain). */
    @Override
    public void startFromModel() {
      chains.setParameters(parameters);
      int n = options.chains();
      byte[] states = RbmEnumeration.of(parameters).sample(n, options.seed());
      if (!RbmEnumeration.ofVisible(parameters.shape())) {
        int visible = parameters.shape().visible();
        float[] p = new float[n * visible];
        chains.visibleProbabilities(states, n, p);
        states = BaseRates.bernoulli(p, visible, options.seed(), DrawStream.VISIBLE_GIBBS);
      }
      chains.setVisible(states, n);
    }
  }

  /** Real visible units; the path starts from the means {@code options.base()}. */
  record Gaussian(GaussianRbmSession chains, GaussianRbmParameters parameters, AisOptions options)
      implements AnnealedRbm {
    @Override
    public double baseLogZ() {
      return GaussianBase.logZ(parameters.visibleSd(), parameters.shape().hidden());
    }

    @Override
    public boolean canSampleExactly() {
      return LogPartition.canSampleExactly(parameters.shape());
    }

    @Override
    public void startFromBase() {
      chains.setParameters(parameters);
      float[] sd = parameters.visibleSd();
      chains.setVisible(
          GaussianBase.sample(options.base(), sd, options.chains(), options.seed()),
          options.chains());
    }

    /** Visible units are drawn at (VISIBLE_GIBBS, 0, chain). */
    @Override
    public void startFromModel() {
      chains.setParameters(parameters);
      int n = options.chains();
      byte[] h = new GaussianRbmEnumeration(parameters).sample(n, options.seed());
      float[] v = new float[n * parameters.shape().visible()];
      chains.visibleMeans(h, n, v);
      GaussianBase.addNoise(v, parameters.visibleSd(), options.seed(), DrawStream.VISIBLE_GIBBS);
      chains.setVisible(v, n);
    }
  }
}
