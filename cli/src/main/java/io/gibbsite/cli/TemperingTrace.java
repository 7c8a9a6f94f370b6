package io.gibbsite.cli;

import io.gibbsite.io.NdArray;
import io.gibbsite.rbm.RbmReplicas;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** The levels of an RBM's parallel tempering, and how often their exchanges succeed. */
final class TemperingTrace {
  private final RbmReplicas tempering;
  private final int draws;
  private final int pairs;
  private final float[] latest; // [chain, levels - 1]
  private final float[] acceptance; // [chain, draw, levels - 1]

  TemperingTrace(RbmReplicas tempering, int draws) {
    this.tempering = tempering;
    this.draws = draws;
    this.pairs = tempering.levelCount() - 1;
    this.latest = new float[tempering.chains() * pairs];
    this.acceptance = new float[latest.length * draws];
  }

  /** Notes the latest exchanges of every chain. */
  void record(int draw) {
    tempering.readLatestAcceptance(latest);
    for (int chain = 0; chain < tempering.chains(); chain++) {
      System.arraycopy(latest, chain * pairs, acceptance, (chain * draws + draw) * pairs, pairs);
    }
  }

  /** Adds {@code sample_stats/swap_acceptance} and {@code tempering/beta}. */
  void put(Map<String, NdArray> arrays) {
    arrays.put(
        "sample_stats/swap_acceptance", NdArray.of(acceptance, tempering.chains(), draws, pairs));
    arrays.put("tempering/beta", NdArray.of(tempering.betas(), pairs + 1));
  }

  void print(PrintWriter out) {
    StringBuilder line = new StringBuilder("inverse temperatures    ");
    for (float beta : tempering.betas()) {
      line.append(String.format(Locale.ROOT, " %.3f", beta));
    }
    out.println(line);
    double[] rates = tempering.acceptance();
    line = new StringBuilder("swap acceptance upwards ");
    for (double rate : rates) {
      line.append(String.format(Locale.ROOT, " %.3f", rate));
    }
    out.println(line);
    double least = Arrays.stream(rates).min().orElseThrow();
    if (least < 0.1) {
      out.println("Few exchanges succeed at some level: raise --levels or --burn-in.");
    }
  }
}
