package io.gibbsite.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.random.DrawStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On {@code exp(-E) = exp(2) N(m, C C^T)}, whose log Z is 2. */
class LogZTest {
  private static final Gaussian TARGET =
      new Gaussian(new float[] {0.5f, -1}, new float[] {1, 0, 0.6f, 0.8f});

  private Backend backend;
  private MlpSession session;

  @BeforeEach
  void open() {
    MlpShape shape = MlpShape.of(Activation.SILU, 2);
    backend = Backends.named("scalar", BackendOptions.defaults());
    session = backend.open(shape, 777);
    session.setParameters(new MlpParameters(shape, new float[] {0, 0, -2}, TARGET));
  }

  @AfterEach
  void close() {
    session.close();
    backend.close();
  }

  @Test
  void importanceSamplingFromTheTargetItselfIsExact() {
    ImportanceLogZ z = ImportanceLogZ.estimate(session, TARGET, 2_000, 1);
    assertThat(z.logZ()).isCloseTo(2, within(1e-5));
    assertThat(z.standardError()).isLessThan(1e-6);
    assertThat(z.effectiveSamples()).isCloseTo(2_000, within(1e-3));
  }

  /**
   * From a wider Gaussian: within 6 standard errors (2e-9) of log Z. For isotropic ones, {@code E_q
   * w^2 = (s^2 / sqrt(2 s^2 - 1))^d} gives the effective sample size and the standard error in
   * closed form.
   */
  @Test
  void importanceSamplingFromAWiderGaussian() {
    MlpShape shape = MlpShape.of(Activation.SILU, 2);
    session.setParameters(
        new MlpParameters(shape, new float[] {0, 0, -2}, Gaussian.isotropic(2, 0, 1)));
    int n = 50_000;
    ImportanceLogZ z = ImportanceLogZ.estimate(session, Gaussian.isotropic(2, 0, 1.5f), n, 1);
    double secondMoment = 2.25 * 2.25 / (2 * 2.25 - 1);
    assertThat(z.logZ()).isCloseTo(2, within(6 * z.standardError()));
    assertThat(z.effectiveSamples()).isCloseTo(n / secondMoment, within(0.03 * n));
    assertThat(z.standardError())
        .isCloseTo(Math.sqrt((secondMoment - 1) / n), within(0.05 * z.standardError()));
    assertThat(ImportanceLogZ.estimate(session, Gaussian.isotropic(2, 0, 1.5f), n, 2).logZ())
        .isNotEqualTo(z.logZ());
  }

  @Test
  void extremeEnergiesDoNotOverflow() {
    MlpShape shape = MlpShape.of(Activation.SILU, 2);
    session.setParameters(new MlpParameters(shape, new float[] {0, 0, -2e6f}, TARGET));
    ImportanceLogZ z = ImportanceLogZ.estimate(session, TARGET, 100, 1);
    assertThat(z.logZ()).isCloseTo(2e6, within(1.0));
    assertThat(z.effectiveSamples()).isGreaterThan(50);
  }

  @Test
  void theGridAgreesWithTheClosedForm() {
    UniformBox box = new UniformBox(new float[] {-7.5f, -9}, new float[] {8.5f, 7});
    GridIntegral integral = GridIntegral.integrate(session, box, 101);
    assertThat(integral.logZ()).isCloseTo(2, within(1e-5));
    assertThat(integral.borderNegligible()).isTrue();
  }

  @Test
  void aBoxThatIsTooSmallShows() {
    UniformBox box = new UniformBox(new float[] {-1, -1}, new float[] {1, 1});
    GridIntegral integral = GridIntegral.integrate(session, box, 101);
    assertThat(integral.logZ()).isLessThan(1.9);
    assertThat(integral.borderNegligible()).isFalse();
  }

  @Test
  void gridRowsRunOverTheSecondColumn() {
    UniformBox box = new UniformBox(new float[] {0, 0}, new float[] {3, 6});
    float[] energies = GridIntegral.energies(session, box, 3);
    float[] x = {2.5f, 1};
    float[] energy = new float[1];
    session.energy(x, 1, energy);
    assertThat(energies[2]).isEqualTo(energy[0]);
  }

  @Test
  void heldOutLikelihoodBesideTheTruth() {
    int rows = 1_000;
    float[] x = new float[2 * rows];
    for (int i = 0; i < rows; i++) {
      TARGET.sample(4, DrawStream.DATA, 0, i, x, 2 * i);
    }
    HeldOut same = HeldOut.compare(session, 2, TARGET, x, rows);
    assertThat(same.gain().value()).isCloseTo(0, within(1e-5));
    assertThat(same.gain().standardError()).isLessThan(1e-6);
    HeldOut half = HeldOut.compare(session, 1.5, TARGET, x, rows);
    assertThat(half.gain().value()).isCloseTo(0.5, within(1e-5));
    // The entropy of a Gaussian; its log-density has the variance d / 2 = 1.
    double entropy = 1 + Math.log(2 * Math.PI) + Math.log(0.8);
    assertThat(same.model().value()).isCloseTo(-entropy, within(6 / Math.sqrt(rows)));
    assertThat(same.model().standardError()).isCloseTo(1 / Math.sqrt(rows), within(0.008));
  }

  @Test
  void wrongArgumentsAreNamed() {
    assertThatThrownBy(() -> ImportanceLogZ.estimate(session, TARGET, 1, 0))
        .hasMessageContaining("at least 2 samples");
    assertThatThrownBy(() -> ImportanceLogZ.estimate(session, Gaussian.isotropic(3, 0, 1), 10, 0))
        .hasMessageContaining("3 columns for an energy of 2");
    assertThatThrownBy(
            () ->
                GridIntegral.integrate(
                    session, new UniformBox(new float[] {0}, new float[] {1}), 10))
        .hasMessageContaining("two dimensions");
    assertThatThrownBy(() -> HeldOut.compare(session, 0, TARGET, new float[2], 1))
        .hasMessageContaining("1 held-out rows");
  }
}
