package io.gibbsite.cuda;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.MlpContract;
import org.junit.jupiter.api.DisplayName;

/** The contract of float32 holds for products of three fp16 terms too. */
@DisplayName("MLP in fp16x3, emulated")
class MlpSplitContractTest extends MlpContract {
  @Override
  public Backend backend(int threads) {
    return EmulatedDevice.backend(threads, Precision.FP16X3);
  }
}
