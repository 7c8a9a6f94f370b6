package io.gibbsite.rbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;

class RbmVectorAllocationTest extends RbmAllocationContract {
  @Override
  protected Backend backend() {
    return Backends.named("vector", new BackendOptions(1, Precision.FLOAT32));
  }
}
