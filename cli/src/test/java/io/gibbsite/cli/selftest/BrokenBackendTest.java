package io.gibbsite.cli.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.ScalarBackend;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A backend with a fault in one pass is found out. */
class BrokenBackendTest {
  /** Computes as the scalar backend does, then changes the last value of one method's output. */
  private record Broken(Backend sound, String method, float change) implements Backend {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public String description() {
      return "broken";
    }

    @Override
    public BackendOptions options() {
      return sound.options();
    }

    @Override
    public long bytes(MlpShape shape, int rows) {
      return sound.bytes(shape, rows);
    }

    @Override
    public MlpSession open(MlpShape shape, int rows) {
      return broken(MlpSession.class, sound.open(shape, rows));
    }

    private <T> T broken(Class<T> type, T session) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (proxy, called, arguments) -> {
                Object result;
                try {
                  result = called.invoke(session, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
                if (called.getName().equals(method)) {
                  change(arguments[arguments.length - 1]);
                }
                return result;
              }));
    }

    private void change(Object last) {
      if (last instanceof float[] out) {
        out[out.length - 1] += change;
      } else if (last instanceof double[] out) {
        out[out.length - 1] += change;
      } else if (last instanceof byte[] out) {
        out[out.length - 1] ^= 1;
      }
    }

    @Override
    public long bytes(RbmShape shape, int rows) {
      return sound.bytes(shape, rows);
    }

    @Override
    public RbmSession open(RbmShape shape, int rows) {
      return broken(RbmSession.class, sound.open(shape, rows));
    }

    @Override
    public long bytes(GaussianRbmShape shape, int rows) {
      return sound.bytes(shape, rows);
    }

    @Override
    public GaussianRbmSession open(GaussianRbmShape shape, int rows) {
      return broken(GaussianRbmSession.class, sound.open(shape, rows));
    }

    @Override
    public void close() {
      sound.close();
    }
  }

  private static Backend scalar(int threads) {
    return new ScalarBackend(new BackendOptions(threads, Precision.FLOAT32));
  }

  private static List<String> failed(List<Check> checks) {
    return checks.stream().filter(check -> !check.ok()).map(Check::name).toList();
  }

  @Test
  void aSoundOnePasses() {
    assertThat(failed(Parity.run(scalar(1)))).isEmpty();
    assertThat(failed(SameDraws.run(scalar(1)))).isEmpty();
    assertThat(failed(SameRows.run(scalar(1)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "energy,energy",
    "inputGradient,input gradient",
    "parameterGradient,parameter gradient",
    "directional,curvature",
    "directionalParameterGradient,directional parameter gradient",
    "scoreMatching,score matching gradient",
    "nce,NCE gradient",
    "readChains,Langevin chains"
  })
  void parityFindsASmallError(String method, String check) {
    List<String> failed = failed(Parity.run(new Broken(scalar(1), method, 1e-3f)));
    assertThat(failed).isNotEmpty().allMatch(name -> name.startsWith(check));
  }

  @ParameterizedTest
  @CsvSource({"energy", "inputGradient", "readChains"})
  void parityFindsWhatIsNotANumber(String method) {
    assertThat(failed(Parity.run(new Broken(scalar(1), method, Float.NaN)))).hasSize(7);
  }

  @Test
  void drawsMustHaveTheSameBits() {
    Backend broken = new Broken(scalar(1), "readChains", 1e-6f);
    assertThat(failed(SameDraws.run(broken))).hasSize(3);
  }

  @Test
  void chainsMustBeTheRowsThatAreRead() {
    Backend broken = new Broken(scalar(1), "readChains", 1e-3f);
    assertThat(failed(SameRows.run(broken))).hasSize(15).allMatch(name -> name.contains("chains"));
  }

  @ParameterizedTest
  @CsvSource({"energy,1e-3", "nce,1e-3", "freeEnergy,1e-6", "readHidden,1"})
  void theSoakCountsWrongResults(String method, float change) {
    try (Backend broken = new Broken(scalar(1), method, change)) {
      Soak.Report report = Soak.run(broken, Duration.ofMillis(20), line -> {});
      assertThat(report.wrong()).isPositive();
      assertThat(report.ok()).isFalse();
      assertThat(report.toString()).contains("FAILED");
    }
  }

  @Test
  void threadsMustNotChangeAnything() {
    List<Check> checks =
        Determinism.run(
            threads -> threads == 5 ? new Broken(scalar(5), "energy", 1e-3f) : scalar(threads));
    assertThat(failed(checks)).hasSize(2).allMatch(name -> name.endsWith("5 threads"));
  }

  @ParameterizedTest
  @CsvSource({
    "readVisible,same chains",
    "readHidden,same chains",
    "freeEnergy,same free energies",
    "hiddenProbabilities,same probabilities",
    "statistics,same statistics",
    "anneal,same annealing weights",
    "temper,same tempering gains"
  })
  void rbmsMustHaveTheBitsOfTheScalarOnes(String method, String check) {
    List<String> failed =
        failed(RbmChecks.run(threads -> new Broken(scalar(threads), method, 1e-3f)));
    assertThat(failed).hasSizeGreaterThanOrEqualTo(9).anyMatch(name -> name.startsWith(check));
    assertThat(failed(RbmChecks.run(BrokenBackendTest::scalar))).isEmpty();
  }

  @Test
  void anAnnealedLogZMustBeTheEnumeratedOne() {
    List<String> failed =
        failed(RbmChecks.run(threads -> new Broken(scalar(threads), "anneal", 30f)));
    assertThat(failed).anyMatch(name -> name.startsWith("AIS against enumeration"));
  }

  @ParameterizedTest
  @CsvSource({
    "readVisible,same chains",
    "readHidden,same hidden states",
    "freeEnergy,same free energies",
    "hiddenProbabilities,same probabilities",
    "visibleMeans,same means",
    "statistics,same statistics",
    "anneal,same annealing weights",
    "temper,same tempering gains"
  })
  void gaussianRbmsMustHaveTheBitsOfTheScalarOnes(String method, String check) {
    List<String> failed = failed(gaussian(method, 1e-3f));
    // Three shapes at three numbers of threads, and in parts.
    assertThat(failed.stream().filter(name -> name.startsWith(check))).hasSize(12);
  }

  @ParameterizedTest
  @CsvSource({
    "freeEnergy,free energies,0.1",
    "hiddenProbabilities,probabilities,0.1",
    "statistics,statistics,1",
    "temper,tempering gains,0.1",
    "readHidden,hidden draws,1",
    "readVisible,visible draws,0.1"
  })
  void gaussianRbmsMustFollowTheFormulas(String method, String pass, float change) {
    for (float wrong : new float[] {change, Float.NaN}) {
      List<String> failed = failed(gaussian(method, wrong));
      assertThat(failed.stream().filter(name -> name.startsWith(pass + " against formulas")))
          .hasSize(3);
    }
  }

  @Test
  void gaussianRbmsMustNotDependOnThreads() {
    List<String> failed =
        failed(
            GaussianRbmChecks.run(
                threads ->
                    threads == 5 ? new Broken(scalar(5), "freeEnergy", 1e-6f) : scalar(threads)));
    assertThat(failed).hasSize(3).allMatch(name -> name.endsWith("5 threads"));
  }

  @Test
  void anAnnealedLogZOfRealUnitsMustBeTheEnumeratedOne() {
    assertThat(failed(gaussian("anneal", 30f)))
        .anyMatch(name -> name.startsWith("AIS against enumeration"));
    assertThat(failed(GaussianRbmChecks.run(BrokenBackendTest::scalar))).isEmpty();
  }

  private static List<Check> gaussian(String method, float change) {
    return GaussianRbmChecks.run(threads -> new Broken(scalar(threads), method, change));
  }
}
