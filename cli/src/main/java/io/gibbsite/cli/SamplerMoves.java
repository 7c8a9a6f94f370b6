package io.gibbsite.cli;

import io.gibbsite.sampler.Sampler;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntConsumer;

/** Chains that a {@link Sampler} moves, step by step. */
final class SamplerMoves implements MlpChains {
  private final Sampler sampler;
  private final boolean adapt;
  private final float[] last;
  private final float[] mean;
  private boolean accepts;

  /**
   * @param adapt whether burn-in adapts the step size
   */
  SamplerMoves(Sampler sampler, boolean adapt) {
    this.sampler = sampler;
    this.adapt = adapt;
    last = new float[sampler.chains()];
    mean = new float[sampler.chains()];
  }

  @Override
  public void burnIn(int steps, IntConsumer told) {
    for (int k = 0; k < steps; k++) {
      if (adapt) {
        sampler.warmUp(1);
      } else {
        sampler.run(1);
      }
      told.accept(k + 1);
    }
    sampler.endWarmUp();
  }

  @Override
  public void run(int steps) {
    Arrays.fill(mean, 0);
    for (int k = 0; k < steps; k++) {
      sampler.run(1);
      accepts = sampler.readAcceptance(last);
      for (int i = 0; i < mean.length && accepts; i++) {
        mean[i] += last[i] / steps;
      }
    }
  }

  @Override
  public void read(float[] x, float[] energy) {
    sampler.readChains(x);
    sampler.readEnergies(energy);
  }

  @Override
  public boolean readAcceptance(float[] acceptance) {
    if (accepts) {
      System.arraycopy(mean, 0, acceptance, 0, mean.length);
    }
    return accepts;
  }

  @Override
  public String findings() {
    String text =
        adapt ? String.format(Locale.ROOT, "step size adapted to %.4g", sampler.stepSize()) : "";
    if (sampler.exchangeRates().length > 0) {
      String rates =
          String.join(
              ", ",
              Arrays.stream(sampler.exchangeRates())
                  .mapToObj(rate -> String.format(Locale.ROOT, "%.2f", rate))
                  .toList());
      text += (text.isEmpty() ? "" : "; ") + "exchange rates from the coldest on: " + rates;
    }
    return text;
  }
}
