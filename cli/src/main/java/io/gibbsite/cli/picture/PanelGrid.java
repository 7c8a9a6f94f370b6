package io.gibbsite.cli.picture;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** A contact sheet: small panels row after row, each under its title. */
public final class PanelGrid {
  private static final int SIZE = 280;
  private static final int GAP = 16;
  private static final int MARGIN = 32;
  private static final int TITLE = 44;
  private static final Color INK = new Color(0x22, 0x24, 0x30);

  private PanelGrid() {}

  /**
   * Draws them; without fonts, titles are left out.
   *
   * @param columns panels in a row, at least 1
   */
  public static BufferedImage draw(List<? extends Panel> panels, int columns) {
    int rows = (panels.size() + columns - 1) / columns;
    int width = 2 * MARGIN + columns * SIZE + (columns - 1) * GAP;
    int height = MARGIN + rows * (TITLE + SIZE) + GAP;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    for (int i = 0; i < panels.size(); i++) {
      int left = MARGIN + i % columns * (SIZE + GAP);
      int top = MARGIN / 2 + i / columns * (TITLE + SIZE) + TITLE;
      Graphics2D square = (Graphics2D) graphics.create(left, top, SIZE, SIZE);
      panels.get(i).draw(square, SIZE);
      square.dispose();
      if (Fonts.available()) {
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 18));
        graphics.setColor(INK);
        graphics.drawString(panels.get(i).title(), left, top - 10);
      }
    }
    graphics.dispose();
    return image;
  }
}
