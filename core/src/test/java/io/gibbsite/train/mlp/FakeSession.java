package io.gibbsite.train.mlp;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.mlp.CheckedMlpSession;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.mlp.RowSource;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Langevin;

/** A session whose NCE loss and gradient are set by the test; it remembers the last minibatch. */
final class FakeSession extends CheckedMlpSession {
  double loss = 1;
  float slope = 0.5f;
  float[] data;

  FakeSession(MlpShape shape, int rows) {
    super(shape, rows);
  }

  /** A backend that opens this session. */
  Backend backend() {
    FakeSession session = this;
    return new Backend() {
      @Override
      public String name() {
        return "fake";
      }

      @Override
      public String description() {
        return "fake";
      }

      @Override
      public BackendOptions options() {
        return BackendOptions.defaults();
      }

      @Override
      public long bytes(MlpShape shape, int rows) {
        return 0;
      }

      @Override
      public MlpSession open(MlpShape shape, int rows) {
        return session;
      }

      @Override
      public long bytes(RbmShape rbm, int rows) {
        return 0;
      }

      @Override
      public RbmSession open(RbmShape rbm, int rows) {
        throw new UnsupportedOperationException("a fake of MLP sessions");
      }

      @Override
      public void close() {}
    };
  }

  @Override
  protected double computeNce(
      SigmoidNce nce,
      float logZ,
      RowSource x,
      int n,
      RowSource noise,
      long seed,
      long step,
      float[] gradient) {
    data = x.array();
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = slope;
    }
    return loss;
  }

  @Override
  protected RowSource computeChainRows() {
    return () -> null;
  }

  @Override
  protected void computeSetParameters(MlpParameters parameters) {}

  @Override
  protected void computeEnergy(RowSource x, int n, float[] energy) {}

  @Override
  protected void computeInputGradient(RowSource x, int n, float[] energy, float[] gradient) {}

  @Override
  protected void computeParameterGradient(RowSource x, float[] w, int n, float[] gradient) {}

  @Override
  protected void computeDirectional(
      float[] x, float[] v, int n, float[] energy, float[] slopes, float[] curvature) {}

  @Override
  protected void computeDirectionalParameterGradient(
      float[] x, float[] v, float[] w, float[] a, float[] b, int n, float[] gradient) {}

  @Override
  protected void computeSetChains(float[] x, int n) {}

  @Override
  protected void computeReadChains(float[] x, int n) {}

  @Override
  protected void computeLangevin(Langevin langevin, long seed, int n, float[] energies) {}

  @Override
  public void listen(io.gibbsite.backend.StageListener listener) {}

  @Override
  protected void computeClose() {}
}
