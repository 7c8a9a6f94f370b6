package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.ScalarBackend;

class MlpScalarContractTest extends MlpContract {
  @Override
  public Backend backend(int threads) {
    return new ScalarBackend(new BackendOptions(threads, Precision.FLOAT32));
  }
}
