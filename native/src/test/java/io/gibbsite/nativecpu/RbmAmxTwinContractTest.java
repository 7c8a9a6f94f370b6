package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Precision;
import io.gibbsite.rbm.RbmContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;

/**
 * The contract with the kernels for AMX, their tiles as plain loops: on any machine with AVX-512.
 */
class RbmAmxTwinContractTest extends RbmContract {
  @BeforeEach
  void vectorsAreThere() throws IOException {
    Libraries.assume(Isa.AVX512);
  }

  @Override
  protected Backend backend(int threads) {
    Path twin = Path.of("target/amx-twin/libamxtwin.so").toAbsolutePath();
    return new NativeBackend(
        NativeLibrary.load(twin, NativeLibrary.version()),
        Isa.AMX,
        new BackendOptions(threads, Precision.FLOAT32));
  }
}
