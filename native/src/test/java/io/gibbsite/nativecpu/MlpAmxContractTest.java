package io.gibbsite.nativecpu;

class MlpAmxContractTest extends MlpNativeContract {
  MlpAmxContractTest() {
    super(Isa.AMX);
  }
}
