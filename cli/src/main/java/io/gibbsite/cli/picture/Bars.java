package io.gibbsite.cli.picture;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Groups of bars over a logarithmic axis, a colour a series. Needs {@link Fonts}. */
public final class Bars {
  private static final int WIDTH = 1400;
  private static final int HEIGHT = 520;
  private static final int LEFT = 110;
  private static final int RIGHT = 200;
  private static final int TOP = 80;
  private static final int BOTTOM = 64;
  private static final Color INK = new Color(0x22, 0x24, 0x30);
  private static final Color FAINT = new Color(0x77, 0x7B, 0x8C);
  private static final Color GRID = new Color(0xE4, 0xE6, 0xEC);
  private static final Color[] COLOURS = {
    new Color(0x9A, 0xA0, 0xB4),
    new Color(0x26, 0x9E, 0x85),
    new Color(0x27, 0x24, 0x63),
    new Color(0xC8, 0x6B, 0x3C),
    new Color(0x7F, 0xB8, 0xDE),
    new Color(0xE0, 0xB6, 0x4B),
    new Color(0x8E, 0x5A, 0x9B)
  };

  private final String title;
  private final List<String> groups;
  private final List<Series> series = new ArrayList<>();

  private record Series(String name, double[] values, boolean[] faint) {}

  /**
   * @param title above it
   * @param groups the labels along the axis
   */
  public Bars(String title, List<String> groups) {
    this.title = title;
    this.groups = groups;
  }

  /**
   * Adds a series.
   *
   * @param values double[groups]: positive, or NaN for no bar
   * @param faint boolean[groups]: whether to draw a bar in a faint colour
   */
  public Bars series(String name, double[] values, boolean[] faint) {
    series.add(new Series(name, values, faint));
    return this;
  }

  /** Draws charts below each other. */
  public static BufferedImage draw(List<Bars> charts) {
    BufferedImage image =
        new BufferedImage(WIDTH, HEIGHT * charts.size(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    for (int k = 0; k < charts.size(); k++) {
      Graphics2D part = (Graphics2D) graphics.create(0, k * HEIGHT, WIDTH, HEIGHT);
      charts.get(k).draw(part);
      part.dispose();
    }
    graphics.dispose();
    return image;
  }

  private void draw(Graphics2D graphics) {
    graphics.setColor(INK);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 28));
    graphics.drawString(title, LEFT, TOP - 34);
    double[] all =
        series.stream()
            .flatMapToDouble(s -> Arrays.stream(s.values()))
            .filter(value -> value > 0 && Double.isFinite(value))
            .toArray();
    double low = Math.floor(Math.log10(Arrays.stream(all).min().orElse(1)));
    double high = Math.max(low + 1, Math.ceil(Math.log10(Arrays.stream(all).max().orElse(10))));
    grid(graphics, low, high);
    double group = (WIDTH - LEFT - RIGHT) / (double) groups.size();
    double bar = 0.84 * group / series.size();
    for (int s = 0; s < series.size(); s++) {
      Color colour = COLOURS[s % COLOURS.length];
      for (int g = 0; g < groups.size(); g++) {
        double value = series.get(s).values()[g];
        if (value > 0 && Double.isFinite(value)) {
          double y = height(Math.log10(value), low, high);
          double x = LEFT + g * group + 0.08 * group + s * bar;
          graphics.setColor(series.get(s).faint()[g] ? faint(colour) : colour);
          graphics.fill(new Rectangle2D.Double(x, y, 0.9 * bar, HEIGHT - BOTTOM - y));
        }
      }
    }
    legend(graphics);
  }

  private void grid(Graphics2D graphics, double low, double high) {
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 20));
    FontMetrics metrics = graphics.getFontMetrics();
    for (double decade = low; decade <= high; decade++) {
      int y = (int) height(decade, low, high);
      graphics.setColor(GRID);
      graphics.drawLine(LEFT, y, WIDTH - RIGHT, y);
      String label =
          decade < 0
              ? String.format(Locale.ROOT, "%." + (int) -decade + "f", Math.pow(10, decade))
              : String.format(Locale.ROOT, "%,.0f", Math.pow(10, decade));
      graphics.setColor(FAINT);
      graphics.drawString(label, LEFT - 12 - metrics.stringWidth(label), y + 7);
    }
    double group = (WIDTH - LEFT - RIGHT) / (double) groups.size();
    for (int g = 0; g < groups.size(); g++) {
      int middle = (int) (LEFT + (g + 0.5) * group);
      String label = groups.get(g);
      graphics.drawString(label, middle - metrics.stringWidth(label) / 2, HEIGHT - BOTTOM + 32);
    }
  }

  private static Color faint(Color colour) {
    return new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 0x38);
  }

  private static double height(double decade, double low, double high) {
    return TOP + (high - decade) / (high - low) * (HEIGHT - TOP - BOTTOM);
  }

  private void legend(Graphics2D graphics) {
    for (int s = 0; s < series.size(); s++) {
      int y = TOP + 34 * s;
      graphics.setColor(COLOURS[s % COLOURS.length]);
      graphics.fillRect(WIDTH - RIGHT + 24, y, 18, 18);
      graphics.setColor(INK);
      graphics.drawString(series.get(s).name(), WIDTH - RIGHT + 52, y + 16);
    }
  }
}
