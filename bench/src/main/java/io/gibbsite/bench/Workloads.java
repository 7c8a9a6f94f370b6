package io.gibbsite.bench;

import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpShape;
import java.util.List;
import java.util.stream.Stream;

/** The rows that the benchmark runs, and others by name. */
public final class Workloads {
  private static final int SMALL_BATCH = 65_536;
  private static final int WIDE_BATCH = 1_024;

  /** Up to this many inputs a model counts as small, and is timed with many rows. */
  private static final int SMALL_INPUTS = 32;

  private Workloads() {}

  /** What is timed unless something else is asked for. */
  public static final List<String> PASSES =
      Stream.of(MlpPass.ENERGY, MlpPass.LANGEVIN, MlpPass.NCE).map(MlpPass::label).toList();

  /** A small and a wide MLP. */
  public static final List<String> SHAPES = List.of("2-128-128-1", "784-512-512-1");

  /** Every pass on every shape; {@code batch} is 0 for the usual number of rows. */
  public static List<Workload> of(List<String> passes, List<String> shapes, int batch) {
    return shapes.stream()
        .flatMap(shape -> passes.stream().map(pass -> mlp(pass, shape, batch)))
        .toList();
  }

  /** Four rows of fewer chains, for a table within seconds. */
  public static List<Workload> quick() {
    return List.of(
        mlp("energy", "2-128-128-1", SMALL_BATCH / 4),
        mlp("langevin", "2-128-128-1", SMALL_BATCH / 4),
        mlp("nce", "2-128-128-1", SMALL_BATCH / 4),
        mlp("energy", "784-512-512-1", WIDE_BATCH));
  }

  /**
   * A workload of any size.
   *
   * @param name such as {@code langevin}
   * @param shape such as {@code 2-128-128-1}
   * @param batch rows, or 0 for the usual number
   * @throws IllegalArgumentException if the name is unknown or the shape misread
   */
  public static Workload mlp(String name, String shape, int batch) {
    MlpShape layers = MlpShape.parse(shape, Activation.SILU);
    int usual = layers.inputs() <= SMALL_INPUTS ? SMALL_BATCH : WIDE_BATCH;
    return new MlpWorkload(MlpPass.of(name), layers, batch == 0 ? usual : batch);
  }
}
