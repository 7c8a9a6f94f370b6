package io.gibbsite.nativecpu;

class RbmAmxContractTest extends RbmNativeContract {
  RbmAmxContractTest() {
    super(Isa.AMX);
  }
}
