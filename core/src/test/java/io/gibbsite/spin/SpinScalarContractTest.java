package io.gibbsite.spin;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.ScalarBackend;

class SpinScalarContractTest extends SpinContract {
  @Override
  protected Backend backend(int threads) {
    return new ScalarBackend(new BackendOptions(threads, Precision.FLOAT32));
  }
}
