package io.gibbsite.bench;

import io.gibbsite.nativecpu.NativeLimits;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do at most, measured: figures of speed are set beside it.
 *
 * @param threads that took part
 * @param fmaGflops float32 fused multiply-adds in 10^9 operations a second (two an element), all
 *     threads together, from registers
 * @param copyGigabytesPerSecond bytes read plus bytes written by copies far larger than the caches
 * @param lookupGops multiply-adds of 0 or 1 that one permutation of a table and one addition stand
 *     for, as 10^9 operations a second (two each); null where the native library cannot run
 * @param int8Gops products of 8-bit integers summed in 32 bits; null where the processor has none
 * @param bf16Gflops products of bf16 summed in float32; null where the processor has none
 */
public record MachineLimits(
    int threads,
    double fmaGflops,
    double copyGigabytesPerSecond,
    Double lookupGops,
    Double int8Gops,
    Double bf16Gflops) {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Independent chains: two units of latency 4 or 5 need at least 10. */
  private static final int ACCUMULATORS = 16;

  private static final int FMA_LOOPS = 2_000_000;
  private static final int FMA_ROUNDS = 100;
  private static final int NATIVE_LOOPS = 500_000;
  private static final int NATIVE_ROUNDS = 50;
  private static final int COPY_FLOATS = 1 << 25;
  private static final int COPY_ROUNDS = 4;

  /** Keeps results alive, so that no loop is dropped. */
  private static volatile float sink;

  /** Measures with that many threads, in a few seconds: long beside what else may run just then. */
  public static MachineLimits measure(int threads) {
    double flops = 2.0 * ACCUMULATORS * SPECIES.length() * FMA_LOOPS;
    double fma = flops * threads / bestSeconds(threads, FMA_ROUNDS, worker -> fmaLoop());
    int share = COPY_FLOATS / threads;
    float[][] from = new float[threads][share];
    float[][] to = new float[threads][share];
    double bytes = 2.0 * Float.BYTES * share * threads;
    double copy =
        bytes
            / bestSeconds(
                threads,
                COPY_ROUNDS,
                worker -> System.arraycopy(from[worker], 0, to[worker], 0, share));
    return new MachineLimits(
        threads,
        fma / 1e9,
        copy / 1e9,
        nativeGops(threads, NativeLimits.LOOKUP),
        nativeGops(threads, NativeLimits.INT8),
        nativeGops(threads, NativeLimits.BF16));
  }

  /** Null where the processor or the native library has no such instruction. */
  private static Double nativeGops(int threads, int what) {
    long operations = NativeLimits.run(what, NATIVE_LOOPS);
    if (operations == 0) {
      return null;
    }
    double seconds =
        bestSeconds(threads, NATIVE_ROUNDS, worker -> NativeLimits.run(what, NATIVE_LOOPS));
    return operations * threads / seconds / 1e9;
  }

  private interface Work {
    void run(int worker);
  }

  /** The shortest time in which all threads did their work once; the first rounds warm up. */
  private static double bestSeconds(int threads, int rounds, Work work) {
    long[] start = new long[1];
    long[] best = {Long.MAX_VALUE};
    CyclicBarrier begin = new CyclicBarrier(threads, () -> start[0] = System.nanoTime());
    CyclicBarrier end =
        new CyclicBarrier(threads, () -> best[0] = Math.min(best[0], System.nanoTime() - start[0]));
    Thread[] team = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      int worker = i;
      team[i] =
          Thread.ofPlatform()
              .name("limit-" + worker)
              .start(
                  () -> {
                    for (int round = 0; round < rounds; round++) {
                      await(begin);
                      work.run(worker);
                      await(end);
                    }
                  });
    }
    for (Thread thread : team) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while measuring the machine", e);
      }
    }
    return best[0] * 1e-9;
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException("interrupted while measuring the machine", e);
    }
  }

  /** {@code a <- a m + c} in independent chains that stay finite. */
  private static void fmaLoop() {
    FloatVector m = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector c = FloatVector.broadcast(SPECIES, 0.001f);
    FloatVector a0 = c;
    FloatVector a1 = c;
    FloatVector a2 = c;
    FloatVector a3 = c;
    FloatVector a4 = c;
    FloatVector a5 = c;
    FloatVector a6 = c;
    FloatVector a7 = c;
    FloatVector a8 = c;
    FloatVector a9 = c;
    FloatVector a10 = c;
    FloatVector a11 = c;
    FloatVector a12 = c;
    FloatVector a13 = c;
    FloatVector a14 = c;
    FloatVector a15 = c;
    for (int i = 0; i < FMA_LOOPS; i++) {
      a0 = a0.fma(m, c);
      a1 = a1.fma(m, c);
      a2 = a2.fma(m, c);
      a3 = a3.fma(m, c);
      a4 = a4.fma(m, c);
      a5 = a5.fma(m, c);
      a6 = a6.fma(m, c);
      a7 = a7.fma(m, c);
      a8 = a8.fma(m, c);
      a9 = a9.fma(m, c);
      a10 = a10.fma(m, c);
      a11 = a11.fma(m, c);
      a12 = a12.fma(m, c);
      a13 = a13.fma(m, c);
      a14 = a14.fma(m, c);
      a15 = a15.fma(m, c);
    }
    FloatVector low = a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7);
    FloatVector high = a8.add(a9).add(a10).add(a11).add(a12).add(a13).add(a14).add(a15);
    sink = low.add(high).lane(0);
  }
}
