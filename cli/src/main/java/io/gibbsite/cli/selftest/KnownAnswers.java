package io.gibbsite.cli.selftest;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.BoxMuller;
import io.gibbsite.random.Draws;
import io.gibbsite.random.Philox4x32;
import java.util.ArrayList;
import java.util.List;

/**
 * The generator against its published outputs, and the elementary functions against double ones.
 */
public final class KnownAnswers {
  /** Counter, key and output of Philox4x32-10, from its authors' file of known answers. */
  private static final int[][][] PHILOX = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{-1, -1, -1, -1}, {-1, -1}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {
      {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
      {0xa4093822, 0x299f31d0},
      {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}
    }
  };

  private static final int POINTS = 20_000;

  /** Rounding of a normal number, at most 5.77 in size, in units in its last place. */
  private static final double NORMAL_ULPS = 4;

  private static final double SIGMOID_ULPS = 3;

  private KnownAnswers() {}

  /** Runs the checks. */
  public static List<Check> run() {
    List<Check> checks = new ArrayList<>();
    for (int[][] answer : PHILOX) {
      checks.add(philox(answer[0], answer[1], answer[2]));
    }
    checks.add(normals());
    checks.add(sigmoid());
    return checks;
  }

  private static Check philox(int[] counter, int[] key, int[] expected) {
    int[] words = new int[4];
    Philox4x32.block(counter[0], counter[1], counter[2], counter[3], key[0], key[1], words, 0);
    int wrong = 0;
    for (int i = 0; i < words.length; i++) {
      wrong += words[i] == expected[i] ? 0 : 1;
    }
    return new Check("Philox4x32-10 of counter %08x...".formatted(counter[0]), wrong, 0);
  }

  private static Check normals() {
    float[] pair = new float[2];
    double worst = 0;
    for (int i = 0; i < POINTS; i++) {
      int first = i * 0x9E3779B9;
      int second = i * 0x85EBCA6B;
      BoxMuller.pair(first, second, pair, 0);
      double radius = Math.sqrt(-2 * Math.log1p(-Draws.uniform(first)));
      double angle = 2 * Math.PI * Draws.uniform(second);
      double ulp = Math.ulp((float) Math.max(radius, Float.MIN_NORMAL));
      worst = Math.max(worst, Math.abs(pair[0] - radius * Math.cos(angle)) / ulp);
      worst = Math.max(worst, Math.abs(pair[1] - radius * Math.sin(angle)) / ulp);
    }
    return new Check("Box-Muller normals, ulp of the radius", worst, NORMAL_ULPS);
  }

  private static Check sigmoid() {
    double worst = 0;
    for (int i = 0; i <= POINTS; i++) {
      float x = -80f + 160f * i / POINTS;
      double exact = 1 / (1 + Math.exp(-x));
      worst = Math.max(worst, Math.abs(FloatMath.sigmoid(x) - exact) / Math.ulp((float) exact));
    }
    return new Check("sigmoid, ulp", worst, SIGMOID_ULPS);
  }
}
