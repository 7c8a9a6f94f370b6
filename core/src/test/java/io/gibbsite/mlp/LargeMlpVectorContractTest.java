package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import org.junit.jupiter.api.Tag;

@Tag("vector-width")
class LargeMlpVectorContractTest extends LargeMlpContract {
  @Override
  protected Backend backend(int threads) {
    return Backends.named("vector", new BackendOptions(threads, Precision.FLOAT32));
  }
}
