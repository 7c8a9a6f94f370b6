package io.gibbsite.cli;

import io.gibbsite.mlp.MlpSession;
import io.gibbsite.sampler.AnnealedLangevin;
import io.gibbsite.sampler.Langevin;
import java.util.function.IntConsumer;

/** Chains in the session itself, many steps a call. */
final class LangevinMoves implements MlpChains {
  private final MlpSession session;
  private final Langevin rule;
  private final AnnealedLangevin annealing;
  private final long seed;
  private final int most;
  private long done;

  /**
   * @param annealing how burn-in cools down, or null for the rule from the first step on
   */
  LangevinMoves(
      MlpSession session,
      float[] x,
      int chains,
      Langevin rule,
      AnnealedLangevin annealing,
      long seed) {
    this.session = session;
    this.rule = rule;
    this.annealing = annealing;
    this.seed = seed;
    most = Math.max(1, 200_000 / chains);
    session.setChains(x, chains);
  }

  @Override
  public void burnIn(int steps, IntConsumer told) {
    if (annealing == null) {
      move(rule, steps, told);
      return;
    }
    Langevin all = annealing.langevin().from(0, steps);
    new AnnealedLangevin(all, annealing.first(), annealing.last(), annealing.stages())
        .run(stage -> move(stage, stage.steps(), told));
  }

  @Override
  public void run(int steps) {
    move(rule, steps, count -> {});
  }

  private void move(Langevin langevin, int steps, IntConsumer told) {
    for (int left = steps; left > 0; ) {
      int piece = Math.min(most, left);
      session.langevin(langevin.from(done, piece), seed);
      done += piece;
      left -= piece;
      told.accept((int) done);
    }
  }

  @Override
  public void read(float[] x, float[] energy) {
    session.readChains(x);
    session.energy(session.chainRows(), energy);
  }

  @Override
  public boolean readAcceptance(float[] acceptance) {
    return false;
  }

  @Override
  public String findings() {
    return "";
  }
}
