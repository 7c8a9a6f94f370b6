package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Workers;
import io.gibbsite.sampler.EnergyFunction;
import io.gibbsite.target.IllConditionedGaussian;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the comparison of samplers says is what it did. Seeds are fixed, and so are its figures. */
class SamplerResultTest {
  private static final int CHAINS = 40;
  private static final int DRAWS = 60;

  /** Counts what it is asked for. */
  private static final class Counting implements EnergyFunction {
    private final EnergyFunction target;
    private long rows;

    Counting(EnergyFunction target) {
      this.target = target;
    }

    @Override
    public int columns() {
      return target.columns();
    }

    @Override
    public void energy(float[] x, int n, float[] energy) {
      rows += n;
      target.energy(x, n, energy);
    }

    @Override
    public void inputGradient(float[] x, int n, float[] energy, float[] gradient) {
      rows += n;
      target.inputGradient(x, n, energy, gradient);
    }
  }

  private static SamplerTarget gaussian(EnergyFunction energy) {
    return new SamplerTarget("unit", energy, new double[] {0, 0}, new double[] {1, 1}, null);
  }

  @ParameterizedTest
  @EnumSource
  void everySamplerHasTheSameWorkAndFindsAnEasyTarget(SamplerCase rule) {
    Counting counting = new Counting(new IllConditionedGaussian(2, 1));
    SamplerResult result;
    try (Workers workers = new Workers(1, "test")) {
      result = SamplerResult.measure(rule, gaussian(counting), CHAINS, DRAWS, 1, workers);
    }
    // A fifth more for the warm-up; first states, twice where another sampler takes over.
    long timed = 60L * DRAWS * CHAINS;
    assertThat(counting.rows).isBetween((long) (1.19 * timed), (long) (1.2 * timed) + 20L * CHAINS);
    assertThat(result.evaluations()).isEqualTo(60L * DRAWS);
    assertThat(result.target()).isEqualTo("unit");
    assertThat(result.sampler()).isEqualTo(rule.label());
    assertThat(result.seconds()).isPositive();
    boolean particles = rule == SamplerCase.SVGD;
    assertThat(result.ess() == null).isEqualTo(particles);
    if (!particles) {
      assertThat(result.rHat()).isLessThan(1.02);
      assertThat(result.ess()).isGreaterThan(1000);
      assertThat(result.essPerSecond()).isCloseTo(result.ess() / result.seconds(), within(1e-9));
      assertThat(result.essPerEvaluation()).isCloseTo(result.ess() / timed, within(1e-12));
      assertThat(result.meanError()).isLessThan(0.15);
    }
    boolean biased = rule == SamplerCase.LANGEVIN;
    assertThat(result.deviationError()).isLessThan(biased ? 2 : 0.15);
    boolean accepts =
        List.of(SamplerCase.MH, SamplerCase.MALA, SamplerCase.HMC, SamplerCase.PT).contains(rule);
    assertThat(result.acceptance() != null).isEqualTo(accepts);
    assertThat(SamplerTable.row(result)).contains("unit", rule.label());
  }

  /** Langevin steps as long as those that MALA takes leave the banana's steep walls for good. */
  @Test
  void divergenceIsSaid() {
    try (SamplerTarget banana = SamplerTarget.named("banana", null, CHAINS, 0);
        Workers workers = new Workers(1, "test")) {
      SamplerResult result =
          SamplerResult.measure(SamplerCase.LANGEVIN, banana, CHAINS, 100, 1, workers);
      assertThat(result.ess()).isNull();
      assertThat(result.rHat()).isNull();
      assertThat(result.meanError()).isNull();
      assertThat(SamplerTable.row(result)).contains("diverged");
    }
  }

  /** The trained MLP's moments are those that exact chains find: the means within 0.05 sd. */
  @Test
  void theTrainedTargetHasItsMoments() {
    try (Backend backend = Backends.named("vector", BackendOptions.defaults());
        SamplerTarget target = SamplerTarget.named("mlp", backend, 240, 2);
        Workers workers = new Workers(1, "test")) {
      assertThat(target.energy().columns()).isEqualTo(2);
      SamplerResult result = SamplerResult.measure(SamplerCase.HMC, target, 200, 60, 2, workers);
      assertThat(result.rHat()).isLessThan(1.02);
      assertThat(result.meanError()).isLessThan(0.05);
      assertThat(result.deviationError()).isLessThan(0.05);
    }
  }

  @Test
  void namesAreKnownOrRefused() {
    assertThat(SamplerCase.of("hmc")).isEqualTo(SamplerCase.HMC);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SamplerCase.of("nuts"))
        .withMessageContaining("mh, mala, hmc");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SamplerTarget.named("ring", null, 1, 0))
        .withMessageContaining("gaussian, banana");
    for (String name : SamplerTarget.names()) {
      if (!name.equals("mlp")) {
        try (SamplerTarget target = SamplerTarget.named(name, null, 1, 0)) {
          assertThat(target.mean()).hasSameSizeAs(target.deviation());
        }
      }
    }
  }
}
