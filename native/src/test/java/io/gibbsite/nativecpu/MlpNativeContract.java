package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.mlp.MlpContract;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;

/**
 * The contract of the MLP with the kernels of one ISA, in float32. Those of AMX then use no tiles,
 * but divide in another way than those of AVX-512, and run wherever AVX-512 is.
 */
abstract class MlpNativeContract extends MlpContract {
  private final Isa isa;

  MlpNativeContract(Isa isa) {
    this.isa = isa;
  }

  @BeforeEach
  void theIsaIsThere() throws IOException {
    Libraries.assume(isa == Isa.AMX ? Isa.AVX512 : isa);
  }

  @Override
  public Backend backend(int threads) {
    return Libraries.backend(isa, threads);
  }
}
