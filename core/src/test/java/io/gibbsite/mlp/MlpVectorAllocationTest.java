package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import org.junit.jupiter.api.Tag;

@Tag("allocation")
class MlpVectorAllocationTest extends MlpAllocationContract {
  @Override
  protected Backend backend() {
    return Backends.named("vector", new BackendOptions(1, Precision.FLOAT32));
  }
}
