package io.gibbsite.ising;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;

class IsingRbmVectorTest extends IsingRbmContract {
  @Override
  protected Backend backend() {
    return Backends.named("vector", new BackendOptions(2, Precision.FLOAT32));
  }
}
