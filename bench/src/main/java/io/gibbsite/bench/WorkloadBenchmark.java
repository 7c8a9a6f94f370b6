package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The bodies of {@link Workload} under JMH; {@code gflop} is 10^9 operations a second. For sweeps
 * of an RBM ask for {@code -p workload=gibbs -p shape=784x500}; of a Boltzmann machine for {@code
 * -p workload=boltzmann -p shape=1000 -p batch=256}, of Ising lattices for {@code -p workload=ising
 * -p shape=1024}, which count no operations.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow" // JMH's own use
    })
public class WorkloadBenchmark {
  @Param({"energy", "input-gradient", "parameter-gradient", "langevin", "nce"})
  public String workload;

  @Param({"2-128-128-1", "784-512-512-1"})
  public String shape;

  /** 0 for the usual number of rows. */
  @Param("0")
  public int batch;

  @Param("auto")
  public String backend;

  /** 0 for every processor. */
  @Param("1")
  public int threads;

  private Backend opened;
  private Work.Body body;
  private double gflopPerCall;

  /** Counts operations, which JMH divides by the time. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Operations {
    /** 10^9 floating-point operations. */
    public double gflop;

    /** JMH resets fields of counters, but only integral ones. */
    @Setup(Level.Iteration)
    public void reset() {
      gflop = 0;
    }
  }

  @Setup
  public void open() {
    int processors = Runtime.getRuntime().availableProcessors();
    opened =
        Backends.named(
            backend, new BackendOptions(threads == 0 ? processors : threads, Precision.FLOAT32));
    if (List.of(IsingWork.NAME, BoltzmannWork.NAME).contains(workload)) {
      body = SpinWork.named(workload, shape, batch).prepare(opened);
      return;
    }
    Workload chosen = Workloads.named(workload, shape, batch);
    body = chosen.prepare(opened);
    gflopPerCall = chosen.flops() * chosen.steps() / 1e9;
  }

  @TearDown
  public void close() {
    body.close();
    opened.close();
  }

  /** One call of the workload's body. */
  @Benchmark
  public void call(Operations operations) {
    body.run();
    operations.gflop += gflopPerCall;
  }
}
