package io.gibbsite.rbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RbmVectorAllocationTest extends RbmAllocationContract {
  private static final int ROWS = 100;

  @Override
  protected Backend backend() {
    return Backends.named("vector", new BackendOptions(1, Precision.FLOAT32));
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 2500})
  void realVisibleUnitsAllocateNothingEither(int hidden) {
    GaussianRbmShape shape = GaussianRbmShape.of(64, hidden);
    float[] values = new float[shape.parameterCount()];
    Arrays.fill(values, 0.01f);
    GaussianRbmParameters parameters = new GaussianRbmParameters(shape, values);
    float[] v = Models.normals(ROWS * 64, 1);
    byte[] h = Models.states(ROWS * hidden, 2);
    float[] ofVisible = new float[ROWS * 64];
    float[] ofHidden = new float[ROWS * hidden];
    float[] sums = new float[shape.parameterCount()];
    double[] ofRows = new double[ROWS];
    boolean[] mask = new boolean[64];
    Gibbs gibbs = Gibbs.sweeps(2).temperature(1.5f);
    Annealing annealing = new Annealing(new float[] {0, 0.5f, 1}, new float[64], 0);
    float[] betas = new float[ROWS];
    Tempering tempering = new Tempering(betas, betas, new float[64], 2, 0);
    try (Backend backend = backend();
        GaussianRbmSession session = backend.open(shape, ROWS)) {
      Map<String, Runnable> calls = new LinkedHashMap<>();
      calls.put("set parameters", () -> session.setParameters(parameters));
      calls.put("set visible", () -> session.setVisible(v, ROWS));
      calls.put("clamp", () -> session.clamp(mask));
      calls.put("Gibbs", () -> session.gibbs(gibbs, 1));
      calls.put("free energy", () -> session.freeEnergy(v, ROWS, ofRows));
      calls.put("hidden", () -> session.hiddenProbabilities(v, ROWS, ofHidden));
      calls.put("visible", () -> session.visibleMeans(h, ROWS, ofVisible));
      calls.put("statistics", () -> session.statistics(v, ROWS, sums));
      calls.put("chain statistics", () -> session.chainStatistics(sums));
      calls.put("read visible", () -> session.readVisible(v));
      calls.put("unclamp", () -> session.clamp(null));
      calls.put("anneal", () -> session.anneal(annealing, 1, ofRows));
      calls.put("temper", () -> session.temper(tempering, 1, ofRows));
      assertNothing(calls);
    }
  }
}
