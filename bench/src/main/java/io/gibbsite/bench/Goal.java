package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import java.util.Map;

/** How many times the best peer's rate each row is to reach. */
final class Goal {
  /** Of the Vector API with 512 bits, and of C++ with AMX. */
  private record Pair(double avx512, double amx) {}

  private static final Map<String, Pair> ON_PROCESSOR =
      Map.of(
          "energy 2-128-128-1", new Pair(2.5, 5),
          "langevin 2-128-128-1", new Pair(2, 4),
          "nce 2-128-128-1", new Pair(3, 5),
          "energy 784-512-512-1", new Pair(1.1, 2),
          "langevin 784-512-512-1", new Pair(1.2, 2.5),
          "nce 784-512-512-1", new Pair(1, 2),
          "gibbs 784x500", new Pair(1.3, 6),
          "gibbs 4096x4096", new Pair(1.1, 4));

  private static final double CUDA_FUSED = 5;
  private static final double CUDA_ELSE = 2;

  private Goal() {}

  /** Null where there is none: for another shape, or a processor without AVX-512. */
  static Double of(Workload workload, Backend backend) {
    Pair pair = ON_PROCESSOR.get(workload.name() + " " + workload.shape());
    if (pair == null) {
      return null;
    }
    if (backend.name().equals("cuda")) {
      boolean binary = workload.binaryShare() == 1;
      boolean fused = binary || workload.name().equals(MlpPass.LANGEVIN.label());
      boolean small = binary || workload.shape().startsWith("2-");
      return fused && small ? CUDA_FUSED : CUDA_ELSE;
    }
    String computes = backend.description();
    if (computes.contains("AMX")) {
      return pair.amx();
    }
    return computes.contains("AVX-512") || computes.contains("512-bit") ? pair.avx512() : null;
  }
}
