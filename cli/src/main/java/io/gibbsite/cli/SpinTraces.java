package io.gibbsite.cli;

import io.gibbsite.cli.picture.Curve;
import io.gibbsite.hopfield.Patterns;
import io.gibbsite.io.NdArray;
import io.gibbsite.spin.SpinStates;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What chains of units -1 and +1 pass through: energy, magnetisation, overlap with patterns. */
final class SpinTraces {
  private static final int MOST_LINES = 40;

  private final ChainLength length;
  private final Patterns patterns;
  private final int units;
  private final float[] energy; // [chains, draws]
  private final float[] magnetisation; // the same
  private final float[] overlap; // [chains, draws, patterns]

  /**
   * @param patterns to compare with, or null
   * @param units that are compared, the first of each row
   */
  SpinTraces(ChainLength length, Patterns patterns, int units) {
    this.length = length;
    this.patterns = patterns;
    this.units = units;
    int all = length.chains() * length.draws();
    this.energy = new float[all];
    this.magnetisation = new float[all];
    this.overlap = new float[Math.multiplyExact(all, count())];
  }

  private int count() {
    return patterns == null ? 0 : patterns.count();
  }

  /**
   * Notes one draw of all chains.
   *
   * @param y byte[chains * units]
   * @param energies double[chains]
   */
  void add(int draw, byte[] y, double[] energies) {
    for (int c = 0; c < length.chains(); c++) {
      int at = c * length.draws() + draw;
      energy[at] = (float) energies[c];
      magnetisation[at] = (float) SpinStates.magnetisation(y, c * units, units);
      for (int m = 0; m < count(); m++) {
        overlap[at * count() + m] = (float) patterns.overlap(m, y, c);
      }
    }
  }

  /** Adds the arrays of a sample file. */
  void put(Map<String, NdArray> arrays) {
    int chains = length.chains();
    int draws = length.draws();
    arrays.put("sample_stats/energy", NdArray.of(energy, chains, draws));
    arrays.put("sample_stats/magnetisation", NdArray.of(magnetisation, chains, draws));
    if (patterns != null) {
      arrays.put("sample_stats/overlap", NdArray.of(overlap, chains, draws, count()));
    }
  }

  /** The pattern nearest to a draw, or to its negative. */
  private int nearest(int at) {
    int best = 0;
    for (int m = 1; m < count(); m++) {
      if (Math.abs(overlap[at * count() + m]) > Math.abs(overlap[at * count() + best])) {
        best = m;
      }
    }
    return best;
  }

  private float nearestOverlap(int at) {
    return Math.abs(overlap[at * count() + nearest(at)]);
  }

  /** Prints how the draws lie to the patterns, if there are any. */
  void print(PrintWriter out) {
    if (patterns == null) {
      return;
    }
    double[] size = new double[count()];
    int[] near = new int[count()];
    for (int at = 0; at < energy.length; at++) {
      near[nearest(at)]++;
      for (int m = 0; m < count(); m++) {
        size[m] += Math.abs(overlap[at * count() + m]) / energy.length;
      }
    }
    out.printf(
        Locale.ROOT,
        "overlap with the nearest pattern: %.4f at the first draw, %.4f at the last%n",
        mean(0, this::nearestOverlap),
        mean(length.draws() - 1, this::nearestOverlap));
    out.printf("%-8s %14s %14s%n", "pattern", "mean |overlap|", "nearest to");
    for (int m = 0; m < Math.min(count(), MOST_LINES); m++) {
      out.printf(
          Locale.ROOT, "%-8d %14.4f %12.1f %%%n", m, size[m], 100.0 * near[m] / energy.length);
    }
    if (count() > MOST_LINES) {
      out.println("and " + (count() - MOST_LINES) + " more: sample_stats/overlap has them all");
    }
  }

  private interface Quantity {
    double of(int at);
  }

  private double mean(int draw, Quantity quantity) {
    double sum = 0;
    for (int c = 0; c < length.chains(); c++) {
      sum += quantity.of(c * length.draws() + draw);
    }
    return sum / length.chains();
  }

  /** Draws the traces over sweeps. */
  List<BufferedImage> curves() {
    double[] sweeps = new double[length.draws()];
    Arrays.setAll(sweeps, draw -> length.burnIn() + (draw + 1.0) * length.thin());
    Curve energies = new Curve("energy", "sweep");
    add(energies, "energy", sweeps, at -> energy[at]);
    Curve order =
        new Curve(patterns == null ? "magnetisation" : "magnetisation and overlap", "sweep");
    add(order, "|magnetisation|", sweeps, at -> Math.abs(magnetisation[at]));
    if (patterns != null) {
      add(order, "overlap with the nearest pattern", sweeps, this::nearestOverlap);
    }
    List<BufferedImage> drawn = new ArrayList<>();
    drawn.add(energies.draw());
    drawn.add(order.draw());
    return drawn;
  }

  private void add(Curve curve, String name, double[] sweeps, Quantity quantity) {
    double[] means = new double[sweeps.length];
    Arrays.setAll(means, draw -> mean(draw, quantity));
    curve.line(name + ", mean of chains", sweeps, means);
  }
}
