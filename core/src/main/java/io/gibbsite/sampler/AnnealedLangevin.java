package io.gibbsite.sampler;

import java.util.function.Consumer;

/**
 * Langevin dynamics that cools down: stages of equally many steps at temperatures in a geometric
 * sequence from {@code first} to {@code last}, so that chains cross barriers while it is hot. The
 * step size falls with the temperature, in proportion.
 *
 * <p>It is a way to begin, no sampler of its own: states are samples once the last temperature has
 * been held for a while. With {@code first = last} it is tempered Langevin dynamics. Source:
 * Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing", 1983, with the step sizes
 * of Song and Ermon, "Generative modeling by estimating gradients of the data distribution", 2019.
 *
 * @param langevin step size, clip and box at the last temperature; where it ends, too
 * @param first temperature, positive
 * @param last temperature, positive
 * @param stages at least 1
 */
public record AnnealedLangevin(Langevin langevin, float first, float last, int stages) {
  public AnnealedLangevin {
    if (!(first > 0 && Float.isFinite(first) && last > 0 && Float.isFinite(last))) {
      throw new IllegalArgumentException(
          "annealing needs positive temperatures, not %s to %s".formatted(first, last));
    }
    if (stages < 1) {
      throw new IllegalArgumentException("annealing needs at least one stage, not " + stages);
    }
  }

  /** The temperature of a stage, 0 to {@code stages - 1}: the last one for a single stage. */
  public float temperature(int stage) {
    double part = stages == 1 ? 1 : (double) stage / (stages - 1);
    return (float) (first * Math.pow((double) last / first, part));
  }

  /** The dynamics of a stage: its step size, and the noise of its temperature. */
  public Langevin at(int stage) {
    float t = temperature(stage);
    return langevin.stepSize(langevin.stepSize() * (t / last)).temperature(t);
  }

  /**
   * Cools down in {@code langevin.steps()} steps, the first of which has the address {@code
   * langevin.firstStep()}.
   *
   * @param move makes the steps of a stage, such as {@code rule -> session.langevin(rule, seed)}
   */
  public void run(Consumer<Langevin> move) {
    long done = 0;
    for (int stage = 0; stage < stages; stage++) {
      long end = (stage + 1L) * langevin.steps() / stages;
      move.accept(at(stage).from(langevin.firstStep() + done, (int) (end - done)));
      done = end;
    }
  }
}
