package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import org.junit.jupiter.api.Tag;

/** The contract on the Vector API, at the width of this run. */
@Tag("vector-width")
class MlpVectorContractTest extends MlpContract {
  @Override
  public Backend backend(int threads) {
    return Backends.named("vector", new BackendOptions(threads, Precision.FLOAT32));
  }
}
