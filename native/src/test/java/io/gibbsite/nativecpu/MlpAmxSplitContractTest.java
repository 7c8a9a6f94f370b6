package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.MlpContract;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;

/** The contract of float32 with six products of bf16 on the tiles of AMX. */
class MlpAmxSplitContractTest extends MlpContract {
  @BeforeEach
  void amxIsThere() throws IOException {
    Libraries.assume(Isa.AMX);
  }

  @Override
  public Backend backend(int threads) {
    return new NativeBackend(
        NativeLibrary.load(), Isa.AMX, new BackendOptions(threads, Precision.BF16X6));
  }
}
