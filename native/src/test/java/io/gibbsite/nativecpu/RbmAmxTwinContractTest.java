package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Precision;
import io.gibbsite.rbm.RbmContract;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;

/**
 * The contract with the kernels for AMX, their tiles as plain loops: on any machine with AVX-512.
 */
@DisplayName("RBM, amx (twin)")
class RbmAmxTwinContractTest extends RbmContract {
  @BeforeEach
  void vectorsAreThere() throws IOException {
    Libraries.assume(Isa.AVX512);
  }

  @Override
  protected Backend backend(int threads) {
    return Libraries.amxTwin(threads, Precision.FLOAT32);
  }
}
