package io.gibbsite.bench;

import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.rbm.RbmShape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The rows that the benchmark runs, and others by name. */
public final class Workloads {
  private static final int SMALL_BATCH = 65_536;
  private static final int WIDE_BATCH = 1_024;

  private static final int MINIBATCH = 256;

  /** Up to this many inputs a model counts as small, and is timed with many rows. */
  private static final int SMALL_INPUTS = 32;

  private Workloads() {}

  /** The passes that are timed unless something else is asked for. */
  private static final List<String> PASSES =
      Stream.of(MlpPass.ENERGY, MlpPass.LANGEVIN, MlpPass.NCE).map(MlpPass::label).toList();

  /** A small and a wide MLP. */
  private static final List<String> MLP_SHAPES = List.of("2-128-128-1", "784-512-512-1");

  /** An RBM of image size, and one that no cache holds. */
  private static final List<String> RBM_SHAPES = List.of("784x500", "4096x4096");

  private static final List<String> RBM_NAMES =
      List.of(GibbsWorkload.NAME, GaussianGibbsWorkload.NAME);

  /** Every name that {@link #named} knows. */
  public static List<String> names() {
    return Stream.of(
            Stream.of(MlpPass.values()).map(MlpPass::label),
            TrainingWorkload.NAMES.stream(),
            RBM_NAMES.stream())
        .flatMap(names -> names)
        .toList();
  }

  /**
   * The rows for a name and a shape, either of them null for the usual ones.
   *
   * @param batch rows, or 0 for the usual number
   * @throws IllegalArgumentException if the name is unknown, or the shape is not one of its kind
   */
  public static List<Workload> select(String name, String shape, int batch) {
    boolean rbmShape = shape != null && shape.contains("x");
    List<String> names =
        name != null
            ? List.of(name)
            : shape == null
                ? Stream.concat(PASSES.stream(), Stream.of(GibbsWorkload.NAME)).toList()
                : rbmShape ? List.of(GibbsWorkload.NAME) : PASSES;
    List<Workload> rows = new ArrayList<>();
    for (List<String> shapes :
        shape != null ? List.of(List.of(shape)) : List.of(MLP_SHAPES, RBM_SHAPES)) {
      for (String one : shapes) {
        for (String each : names) {
          if (shape != null || RBM_NAMES.contains(each) == (shapes == RBM_SHAPES)) {
            rows.add(named(each, one, batch));
          }
        }
      }
    }
    return rows;
  }

  /**
   * A workload of any size.
   *
   * @param name such as {@code langevin}
   * @param shape such as {@code 2-128-128-1}, or {@code 784x500} for {@code gibbs} and {@code
   *     gibbs-gaussian}
   * @param batch rows, or 0 for the usual number
   * @throws IllegalArgumentException if the name is unknown or the shape misread
   */
  public static Workload named(String name, String shape, int batch) {
    if (!names().contains(name)) {
      throw new IllegalArgumentException(
          "unknown workload '" + name + "': " + String.join(", ", names()));
    }
    return RBM_NAMES.contains(name) ? rbm(name, shape, batch) : mlp(name, shape, batch);
  }

  /** A row of each kind, with fewer chains, for a table within seconds. */
  public static List<Workload> quick() {
    return List.of(
        mlp("energy", "2-128-128-1", SMALL_BATCH / 4),
        mlp("langevin", "2-128-128-1", SMALL_BATCH / 4),
        mlp("nce", "2-128-128-1", SMALL_BATCH / 4),
        rbm(GibbsWorkload.NAME, "784x500", 0));
  }

  private static Workload mlp(String name, String shape, int batch) {
    MlpShape layers = MlpShape.parse(shape, Activation.SILU);
    if (TrainingWorkload.NAMES.contains(name)) {
      return new TrainingWorkload(name, layers, batch == 0 ? MINIBATCH : batch);
    }
    int usual = layers.inputs() <= SMALL_INPUTS ? SMALL_BATCH : WIDE_BATCH;
    return new MlpWorkload(MlpPass.of(name), layers, batch == 0 ? usual : batch);
  }

  private static Workload rbm(String name, String shape, int batch) {
    RbmShape units = RbmShape.parse(shape);
    int usual = units.visible() <= WIDE_BATCH ? 1_000 : 512;
    int chains = batch == 0 ? usual : batch;
    return name.equals(GibbsWorkload.NAME)
        ? new GibbsWorkload(units, chains)
        : new GaussianGibbsWorkload(units, chains);
  }
}
