package io.gibbsite.bench;

import io.gibbsite.sampler.EnergyFunction;
import io.gibbsite.sampler.Hmc;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.sampler.LangevinChains;
import io.gibbsite.sampler.Mala;
import io.gibbsite.sampler.MetropolisHastings;
import io.gibbsite.sampler.Sampler;
import io.gibbsite.sampler.SamplerSettings;
import io.gibbsite.sampler.Svgd;
import io.gibbsite.sampler.UnderdampedLangevin;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A sampler as the comparison runs it. All are tuned in one way: by dual averaging, to the
 * acceptance that is best for the rule; those without an accept step take the step size of their
 * exact counterpart, {@link #LANGEVIN} that of {@link #MALA} and {@link #UNDERDAMPED} that of
 * {@link #HMC}.
 */
public enum SamplerCase {
  /** Random-walk Metropolis. */
  MH(1) {
    @Override
    Sampler create(EnergyFunction target, float[] x, int chains, SamplerSettings settings) {
      return new MetropolisHastings(target, x, chains, FIRST_STEP, settings);
    }
  },

  /** The Metropolis-adjusted Langevin algorithm. */
  MALA(1) {
    @Override
    Sampler create(EnergyFunction target, float[] x, int chains, SamplerSettings settings) {
      return new Mala(target, x, chains, FIRST_STEP, settings);
    }
  },

  /** Hamiltonian Monte Carlo with 10 leapfrog steps. */
  HMC(10) {
    @Override
    Sampler create(EnergyFunction target, float[] x, int chains, SamplerSettings settings) {
      return new Hmc(target, x, chains, FIRST_STEP, LEAPFROGS, Hmc.JITTER, settings);
    }
  },

  /** Parallel tempering: MALA at 6 temperatures up to 50. */
  PT(6) {
    @Override
    Sampler create(EnergyFunction target, float[] x, int chains, SamplerSettings settings) {
      float[] ladder = SamplerSettings.ladder(1, HOTTEST, cost());
      return new Mala(
          target,
          x,
          chains,
          FIRST_STEP,
          new SamplerSettings(ladder, settings.seed(), settings.workers()));
    }
  },

  /** Langevin dynamics without an accept step. */
  LANGEVIN(1) {
    @Override
    Sampler create(EnergyFunction target, float[] x, int chains, SamplerSettings settings) {
      return MALA.create(target, x, chains, settings);
    }

    @Override
    Sampler tuned(
        EnergyFunction target, float[] x, int chains, float step, SamplerSettings settings) {
      return new LangevinChains(target, x, chains, Langevin.steps(1).stepSize(step), settings);
    }
  },

  /** Underdamped Langevin dynamics by BAOAB, friction 1. */
  UNDERDAMPED(1) {
    @Override
    int tuningCost() {
      return HMC.cost();
    }

    @Override
    Sampler create(EnergyFunction target, float[] x, int chains, SamplerSettings settings) {
      return HMC.create(target, x, chains, settings);
    }

    @Override
    Sampler tuned(
        EnergyFunction target, float[] x, int chains, float step, SamplerSettings settings) {
      return new UnderdampedLangevin(target, x, chains, step, 1, settings);
    }
  },

  /** Stein variational gradient descent; its particles are one sample, so that they have no ESS. */
  SVGD(1) {
    @Override
    Sampler create(EnergyFunction target, float[] x, int chains, SamplerSettings settings) {
      return new Svgd(target, x, chains, FIRST_STEP, settings);
    }
  };

  /** Where adaptation begins, and the one of SVGD. */
  private static final float FIRST_STEP = 0.05f;

  private static final int LEAPFROGS = 10;
  private static final float HOTTEST = 50;

  private final int cost;

  SamplerCase(int cost) {
    this.cost = cost;
  }

  /** The sampler before its warm-up. */
  abstract Sampler create(EnergyFunction target, float[] x, int chains, SamplerSettings settings);

  /** The sampler with the step size that the warm-up found; null for the one that warmed up. */
  Sampler tuned(
      EnergyFunction target, float[] x, int chains, float step, SamplerSettings settings) {
    return null;
  }

  /** Energies and gradients of a step and chain. */
  int cost() {
    return cost;
  }

  /** The same of a step of the warm-up. */
  int tuningCost() {
    return cost;
  }

  /** Rows that a pass over so many chains has at most. */
  public int rows(int chains) {
    return this == PT ? chains * cost : chains;
  }

  /** The name in tables and options. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The sampler of that name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static SamplerCase of(String label) {
    return Arrays.stream(values())
        .filter(one -> one.label().equals(label))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown sampler '" + label + "': " + String.join(", ", labels())));
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(SamplerCase::label).toList();
  }
}
