package io.gibbsite.cli.picture;

/**
 * The colours of values from 0 to 1: from a dark blue over teal and green to a pale yellow, of
 * steadily growing lightness, so that it reads in grey too.
 */
final class ColourMap {
  /** Equally spaced colours, red, green and blue from 0 to 255; those between are interpolated. */
  private static final int[][] STOPS = {
    {13, 12, 44},
    {39, 36, 99},
    {38, 76, 134},
    {27, 117, 142},
    {38, 158, 133},
    {103, 194, 101},
    {186, 221, 84},
    {252, 243, 160},
  };

  private ColourMap() {}

  /** The colour of {@code value}, held to [0, 1], as 0xRRGGBB; that of 0 for NaN. */
  static int rgb(double value) {
    double place = (value > 0 ? Math.min(value, 1) : 0) * (STOPS.length - 1);
    int below = Math.min((int) place, STOPS.length - 2);
    double share = place - below;
    int rgb = 0;
    for (int channel = 0; channel < 3; channel++) {
      double from = STOPS[below][channel];
      double to = STOPS[below + 1][channel];
      rgb = rgb << 8 | (int) Math.round(from + share * (to - from));
    }
    return rgb;
  }
}
