package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.rbm.RbmContract;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;

/** The contract of the RBM with the kernels of one ISA. */
abstract class RbmNativeContract extends RbmContract {
  private final Isa isa;

  RbmNativeContract(Isa isa) {
    this.isa = isa;
  }

  @BeforeEach
  void theIsaIsThere() throws IOException {
    Libraries.assume(isa);
  }

  @Override
  protected Backend backend(int threads) {
    return Libraries.backend(isa, threads);
  }
}
