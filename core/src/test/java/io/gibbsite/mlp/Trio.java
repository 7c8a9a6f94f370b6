package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;

/** A session under test and its two references, all with the model's parameters. */
final class Trio implements AutoCloseable {
  final MlpSession session;
  final MlpSession scalar;
  final MlpDouble exact;

  Trio(Backend backend, ModelCase model) {
    session = backend.open(model.shape(), ModelCase.ROWS);
    session.setParameters(model.parameters());
    scalar = new MlpScalar(model.shape(), ModelCase.ROWS);
    scalar.setParameters(model.parameters());
    exact = new MlpDouble(model.parameters());
  }

  @Override
  public void close() {
    session.close();
    scalar.close();
  }
}
