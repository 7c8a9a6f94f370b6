package io.gibbsite.bench;

import io.gibbsite.backend.Precision;

/**
 * The rate that a row could reach at the most, by that resource of the machine which binds it.
 *
 * @param name of the resource
 * @param gflops 10^9 operations a second, as the row counts them
 */
public record Limit(String name, double gflops) {
  /** What is smaller stays in some cache, so that the memory does not bind it. */
  private static final double CACHED_BYTES = 64 << 20;

  /** Three products of 8 bits make one of the weights' 24. */
  private static final int INT8_LIMBS = 3;

  /** Of a computation on the processor. */
  public static Limit of(Workload workload, Precision precision, MachineLimits machine) {
    Limit limit = new Limit("multiply-adds", machine.fmaGflops());
    if (workload.binaryShare() > 0) {
      Limit sums =
          limit
              .or("looked-up sums", machine.lookupGops(), 1)
              .or("int8 products, three limbs", machine.int8Gops(), INT8_LIMBS);
      limit = limit.and(sums, workload.binaryShare());
    } else if (precision == Precision.BF16X3 || precision == Precision.BF16X6) {
      int products = precision.products();
      limit = limit.or("bf16 products, " + products + " terms", machine.bf16Gflops(), products);
    }
    double byMemory = workload.flops() / workload.bytes() * machine.copyGigabytesPerSecond();
    return workload.bytes() > CACHED_BYTES && byMemory < limit.gflops
        ? new Limit("memory", byMemory)
        : limit;
  }

  /** A share of the operations at another limit's rate, and the rest at this one's. */
  private Limit and(Limit other, double share) {
    if (share == 1 || other.equals(this)) {
      return other;
    }
    return new Limit(
        name + " and " + other.name, 1 / ((1 - share) / gflops + share / other.gflops));
  }

  /** The faster way of two; {@code gops} is null where the machine has not the second one. */
  private Limit or(String other, Double gops, int parts) {
    return gops != null && gops / parts > gflops ? new Limit(other, gops / parts) : this;
  }
}
