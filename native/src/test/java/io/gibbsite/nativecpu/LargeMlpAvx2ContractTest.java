package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.mlp.LargeMlpContract;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;

class LargeMlpAvx2ContractTest extends LargeMlpContract {
  @BeforeEach
  void theIsaIsThere() throws IOException {
    Libraries.assume(Isa.AVX2);
  }

  @Override
  protected Backend backend(int threads) {
    return Libraries.backend(Isa.AVX2, threads);
  }
}
