package io.gibbsite.cli.picture;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** Panels side by side, each under its title and, where it has a plane, with labelled axes. */
public final class PanelRow {
  private static final int SIZE = 640;
  private static final int GAP = 56;
  private static final int MARGIN = 64;
  private static final int TITLE = 76;
  private static final Color INK = new Color(0x22, 0x24, 0x30);
  private static final Color FAINT = new Color(0x77, 0x7B, 0x8C);

  private PanelRow() {}

  /** Draws them; without fonts, titles and labels are left out. */
  public static BufferedImage draw(List<? extends Panel> panels) {
    int width = 2 * MARGIN + panels.size() * SIZE + (panels.size() - 1) * GAP;
    int height = TITLE + SIZE + MARGIN;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    for (int i = 0; i < panels.size(); i++) {
      int left = MARGIN + i * (SIZE + GAP);
      Graphics2D square = (Graphics2D) graphics.create(left, TITLE, SIZE, SIZE);
      panels.get(i).draw(square, SIZE);
      square.dispose();
      if (Fonts.available()) {
        title(graphics, panels.get(i).title(), left);
        if (panels.get(i).plane() != null) {
          axes(graphics, panels.get(i).plane(), left, i == 0);
        }
      }
    }
    graphics.dispose();
    return image;
  }

  private static void title(Graphics2D graphics, String title, int left) {
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 28));
    graphics.setColor(INK);
    int width = graphics.getFontMetrics().stringWidth(title);
    graphics.drawString(title, left + (SIZE - width) / 2, TITLE - 24);
  }

  private static void axes(Graphics2D graphics, Plane plane, int left, boolean first) {
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 20));
    graphics.setColor(FAINT);
    FontMetrics metrics = graphics.getFontMetrics();
    double step = tickStep(Math.min(plane.right() - plane.left(), plane.top() - plane.bottom()));
    for (double tick = firstTick(plane.left(), step); tick < plane.right(); tick += step) {
      int x = left + (int) ((tick - plane.left()) / (plane.right() - plane.left()) * SIZE);
      String label = label(tick, step);
      graphics.drawLine(x, TITLE + SIZE, x, TITLE + SIZE + 6);
      graphics.drawString(label, x - metrics.stringWidth(label) / 2, TITLE + SIZE + 30);
    }
    for (double tick = firstTick(plane.bottom(), step); tick < plane.top(); tick += step) {
      int y = TITLE + (int) ((plane.top() - tick) / (plane.top() - plane.bottom()) * SIZE);
      graphics.drawLine(left - 6, y, left, y);
      if (first) {
        String label = label(tick, step);
        graphics.drawString(label, left - 12 - metrics.stringWidth(label), y + 7);
      }
    }
  }

  /** 1, 2 or 5 times a power of ten, for three to seven ticks. */
  static double tickStep(double extent) {
    double power = Math.pow(10, Math.floor(Math.log10(extent / 3)));
    double rest = extent / 3 / power;
    return power * (rest >= 5 ? 5 : rest >= 2 ? 2 : 1);
  }

  private static double firstTick(double low, double step) {
    return Math.ceil(low / step) * step;
  }

  private static String label(double tick, double step) {
    int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
    double rounded = Math.abs(tick) < step / 2 ? 0 : tick;
    return String.format(java.util.Locale.ROOT, "%." + decimals + "f", rounded).replace('-', '−');
  }
}
