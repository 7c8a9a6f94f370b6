package io.gibbsite.backend;

import io.gibbsite.math.Lanes;

/**
 * Offers {@link VectorBackend} where the incubator module is there and the compiler that needs it.
 */
public final class VectorBackendProvider implements BackendProvider {
  @Override
  public String name() {
    return VectorBackend.NAME;
  }

  @Override
  public int preference() {
    return 20;
  }

  @Override
  public Availability probe() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return new Availability(false, "start the JVM with --add-modules jdk.incubator.vector");
    }
    String vm = System.getProperty("java.vm.name", "");
    String mode = System.getProperty("java.vm.info", "");
    if (mode.contains("interpreted")) {
      return new Availability(false, "the JVM only interprets (-Xint); vectors need its compiler");
    }
    if (vm.contains("Client") || !vm.contains("64-Bit")) {
      return new Availability(false, "needs a 64-bit HotSpot with the C2 compiler, not " + vm);
    }
    return new Availability(true, detail());
  }

  private static String detail() {
    return Lanes.FLOAT.vectorBitSize() + "-bit Vector API";
  }

  @Override
  public Backend create(BackendOptions options) {
    if (options.precision() != Precision.FLOAT32) {
      throw new BackendUnavailableException(
          "backend vector computes in float32, not " + options.precision().label());
    }
    return new VectorBackend(options);
  }
}
