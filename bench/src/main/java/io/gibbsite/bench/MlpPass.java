package io.gibbsite.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What is computed with an MLP energy, and its cost in forward passes {@code F = 2 B sum(in *
 * out)}: a gradient in x costs one more, one in the parameters two more, and NCE has data and noise
 * rows.
 */
public enum MlpPass {
  /** {@code E(x)}. */
  ENERGY(1),
  /** {@code E} and {@code dE/dx}. */
  INPUT_GRADIENT(2),
  /** {@code sum_i w_i dE/d theta} with given weights. */
  PARAMETER_GRADIENT(3),
  /** One Langevin step, its noise included. */
  LANGEVIN(2),
  /** The sigmoid NCE loss and all its gradients, one given noise row a data row. */
  NCE(6);

  private final int forwardPasses;

  MlpPass(int forwardPasses) {
    this.forwardPasses = forwardPasses;
  }

  /** The name in options and results, such as {@code input-gradient}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The cost in forward passes. */
  public int forwardPasses() {
    return forwardPasses;
  }

  /**
   * The pass of that label.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static MlpPass of(String label) {
    for (MlpPass pass : values()) {
      if (pass.label().equals(label)) {
        return pass;
      }
    }
    throw new IllegalArgumentException(
        "unknown workload '%s': %s"
            .formatted(
                label,
                Arrays.stream(values()).map(MlpPass::label).collect(Collectors.joining(", "))));
  }
}
