package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.density.Gaussian;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import io.gibbsite.objective.ContrastiveDivergence;
import io.gibbsite.objective.DenoisingScoreMatching;
import io.gibbsite.objective.InfoNce;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.objective.SlicedScoreMatching;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The passes against float64 results of an independent framework: {@code NAME.model.safetensors}
 * with {@code NAME.expected.safetensors}, written by {@code src/test/python/make_reference.py}. A
 * further folder of such files may be named with the system property or environment variable {@code
 * GIBBSITE_REFERENCE}.
 */
class ReferenceFilesTest {
  private static final String FURTHER = "GIBBSITE_REFERENCE";
  private static final String MODEL = ".model.safetensors";
  private static final Pattern NOISE = Pattern.compile("normal mean (\\S+) sd (\\S+)");
  private static final double DOUBLE_TOLERANCE = 1e-11;

  static List<Path> models() throws IOException, URISyntaxException {
    List<Path> models =
        new ArrayList<>(in(Path.of(ReferenceFilesTest.class.getResource("/reference").toURI())));
    assertThat(models).hasSizeGreaterThanOrEqualTo(4);
    String further = System.getProperty(FURTHER, System.getenv(FURTHER));
    if (further != null) {
      List<Path> more = in(Path.of(further));
      assertThat(more).as("MLP models in " + further).isNotEmpty();
      models.addAll(more);
    }
    return models;
  }

  private static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("mlp_.*" + Pattern.quote(MODEL)))
          .sorted()
          .toList();
    }
  }

  /** What a case gives and expects. */
  private static final class Case {
    final MlpModel model;
    final MlpShape shape;
    final Map<String, NdArray> tensors;
    final int n;
    final float[] x;
    final float[] v;
    final float[] w;
    final float[] noise;
    final SigmoidNce nce;

    Case(Path file) throws IOException {
      model = MlpModel.read(file);
      shape = model.parameters().shape();
      Safetensors expected =
          Safetensors.read(
              file.resolveSibling(
                  file.getFileName().toString().replace(MODEL, ".expected.safetensors")));
      tensors = expected.tensors();
      x = tensors.get("x").floats();
      v = tensors.get("direction").floats();
      w = tensors.get("weight_per_sample").floats();
      noise = tensors.get("noise_samples").floats();
      n = w.length;
      Matcher text = NOISE.matcher(expected.metadata().get("noise"));
      assertThat(text.matches()).isTrue();
      nce =
          new SigmoidNce(
              Integer.parseInt(expected.metadata().get("k")),
              Gaussian.isotropic(
                  shape.inputs(),
                  Float.parseFloat(text.group(1)),
                  Float.parseFloat(text.group(2))));
    }

    double[] doubles(String name) {
      return tensors.get(name).doubles();
    }

    /** The gradient's tensors in the order of {@link MlpShape}, and that of c if there is one. */
    double[] gradient(String prefix) {
      boolean withC = tensors.containsKey(prefix + ".log_z");
      double[] gradient = new double[shape.parameterCount() + (withC ? 1 : 0)];
      for (int l = 0; l < shape.layers(); l++) {
        double[] weight = doubles(prefix + ".layers." + l + ".weight");
        double[] bias = doubles(prefix + ".layers." + l + ".bias");
        System.arraycopy(weight, 0, gradient, shape.weightOffset(l), weight.length);
        System.arraycopy(bias, 0, gradient, shape.biasOffset(l), bias.length);
      }
      if (withC) {
        gradient[shape.parameterCount()] = doubles(prefix + ".log_z")[0];
      }
      return gradient;
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void doublePassesAgree(Path file) throws IOException {
    Case c = new Case(file);
    MlpDouble mlp = new MlpDouble(c.model.parameters());
    double[] x = c.doubles("x");
    double[] v = c.doubles("direction");
    double[] w = c.doubles("weight_per_sample");
    double[] energy = new double[c.n];
    double[] inputGradient = new double[x.length];
    mlp.inputGradient(x, c.n, energy, inputGradient);
    assertClose(energy, c.doubles("energy"));
    assertClose(inputGradient, c.doubles("input_gradient"));
    double[] slope = new double[c.n];
    double[] curvature = new double[c.n];
    mlp.directional(x, v, c.n, energy, slope, curvature);
    assertClose(slope, c.doubles("directional_first"));
    assertClose(curvature, c.doubles("directional_second"));
    double[] gradient = new double[c.shape.parameterCount()];
    mlp.parameterGradient(x, w, c.n, gradient);
    assertClose(gradient, c.gradient("parameter_gradient"));
    if (c.tensors.containsKey("weight_slope")) {
      mlp.directionalParameterGradient(
          x, v, w, c.doubles("weight_slope"), c.doubles("weight_curvature"), c.n, gradient);
      assertClose(gradient, c.gradient("directional_parameter_gradient"));
    }
    double[] nceGradient = new double[c.shape.parameterCount() + 1];
    double loss = mlp.nce(c.nce, c.model.logZ(), c.x, c.n, c.noise, nceGradient);
    assertClose(new double[] {loss}, c.doubles("nce.loss"));
    assertClose(nceGradient, c.gradient("nce.gradient"));
  }

  private static void assertClose(double[] got, double[] expected) {
    assertThat(got.length).isEqualTo(expected.length);
    double tolerance = DOUBLE_TOLERANCE * Tolerance.scale(expected);
    for (int i = 0; i < got.length; i++) {
      assertThat(Math.abs(got[i] - expected[i]) <= tolerance)
          .as("entry %d: %s, expected %s", i, got[i], expected[i])
          .isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyBackendAgrees(Path file) throws IOException {
    Case c = new Case(file);
    float[][] scalar = passes(c, "scalar");
    int backends = 0;
    for (Backends.Status status : Backends.report()) {
      if (status.available()) {
        backends++;
        float[][] got = passes(c, status.name());
        double[][] expected = expected(c);
        for (int i = 0; i < expected.length; i++) {
          // Parameter gradients sum over rows.
          double scale = c.n * Tolerance.scale(expected[i]);
          Tolerance.check(status.name() + ", result " + i, got[i], scalar[i], expected[i], scale);
        }
      }
    }
    assertThat(backends).isPositive();
  }

  private static double[][] expected(Case c) {
    boolean directional = c.tensors.containsKey("weight_slope");
    return new double[][] {
      c.doubles("energy"),
      c.doubles("input_gradient"),
      c.doubles("directional_first"),
      c.doubles("directional_second"),
      c.gradient("parameter_gradient"),
      directional ? c.gradient("directional_parameter_gradient") : new double[0],
      c.gradient("nce.gradient"),
      c.doubles("nce.loss")
    };
  }

  /** The float results, in the order of {@link #expected}. */
  private static float[][] passes(Case c, String backendName) {
    int count = c.shape.parameterCount();
    float[][] got = {
      new float[c.n],
      new float[c.x.length],
      new float[c.n],
      new float[c.n],
      new float[count],
      new float[count],
      new float[count + 1],
      new float[1]
    };
    try (Backend backend = Backends.named(backendName, BackendOptions.defaults());
        MlpSession session = backend.open(c.shape, c.n)) {
      session.setParameters(c.model.parameters());
      session.inputGradient(c.x, c.n, got[0], got[1]);
      session.directional(c.x, c.v, c.n, null, got[2], got[3]);
      session.parameterGradient(c.x, c.w, c.n, got[4]);
      if (c.tensors.containsKey("weight_slope")) {
        float[] a = c.tensors.get("weight_slope").floats();
        float[] b = c.tensors.get("weight_curvature").floats();
        session.directionalParameterGradient(c.x, c.v, c.w, a, b, c.n, got[5]);
      }
      got[7][0] = (float) session.nce(c.nce, c.model.logZ(), c.x, c.n, c.noise, got[6]);
    }
    return got;
  }

  /** The objectives that turn passes into losses, on every backend. */
  @ParameterizedTest
  @MethodSource("models")
  void everyBackendHasTheObjectives(Path file) throws IOException {
    Case c = new Case(file);
    for (Objective objective : Objective.values()) {
      float[] scalar = new float[c.shape.parameterCount()];
      double scalarLoss = objective.of(c, "scalar", scalar);
      double[] expected = c.gradient(objective.key + ".gradient");
      double loss = c.doubles(objective.key + ".loss")[0];
      for (Backends.Status status : Backends.report()) {
        if (status.available()) {
          String what = status.name() + ", " + objective;
          float[] gradient = new float[expected.length];
          double got = objective.of(c, status.name(), gradient);
          double scale = c.n * Tolerance.scale(expected);
          Tolerance.check(what, gradient, scalar, expected, scale);
          Tolerance.check(what, got, scalarLoss, loss, c.n * Math.max(1, Math.abs(loss)));
          assertThat(objective.of(c, status.name(), null)).isEqualTo(got);
        }
      }
    }
  }

  private enum Objective {
    INFO_NCE("infonce") {
      @Override
      double loss(Case c, MlpSession session, float[] gradient) {
        return new InfoNce(c.nce.k(), c.nce.noise()).loss(session, c.x, c.n, c.noise, gradient);
      }
    },
    CONTRASTIVE_DIVERGENCE("cd") {
      @Override
      double loss(Case c, MlpSession session, float[] gradient) {
        int d = c.shape.inputs();
        float[] first = new float[c.n * d];
        for (int i = 0; i < c.n; i++) {
          System.arraycopy(c.noise, i * c.nce.k() * d, first, i * d, d);
        }
        return new ContrastiveDivergence().loss(session, c.x, c.n, first, c.n, gradient);
      }
    },
    DENOISING("dsm") {
      @Override
      double loss(Case c, MlpSession session, float[] gradient) {
        return new DenoisingScoreMatching(0.3f).loss(session, c.x, c.n, c.v, gradient);
      }
    },
    IMPLICIT("ism") {
      @Override
      double loss(Case c, MlpSession session, float[] gradient) {
        return new SlicedScoreMatching().implicit(session, c.x, c.n, gradient);
      }
    },
    SLICED("ssm") {
      @Override
      double loss(Case c, MlpSession session, float[] gradient) {
        return new SlicedScoreMatching().sliced(session, c.x, c.n, c.v, gradient);
      }
    },
    VARIANCE_REDUCED("ssm_vr") {
      @Override
      double loss(Case c, MlpSession session, float[] gradient) {
        return new SlicedScoreMatching().varianceReduced(session, c.x, c.n, c.v, gradient);
      }
    };

    private final String key;

    Objective(String key) {
      this.key = key;
    }

    abstract double loss(Case c, MlpSession session, float[] gradient);

    double of(Case c, String backendName, float[] gradient) {
      try (Backend backend = Backends.named(backendName, BackendOptions.defaults());
          MlpSession session = backend.open(c.shape, c.n)) {
        session.setParameters(c.model.parameters());
        return loss(c, session, gradient);
      }
    }
  }
}
