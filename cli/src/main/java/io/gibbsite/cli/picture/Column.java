package io.gibbsite.cli.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** Pictures below each other. */
public final class Column {
  private Column() {}

  /** Draws them, each in the middle, on white. */
  public static BufferedImage draw(List<BufferedImage> pictures) {
    int width = pictures.stream().mapToInt(BufferedImage::getWidth).max().orElse(1);
    int height = pictures.stream().mapToInt(BufferedImage::getHeight).sum();
    BufferedImage all = new BufferedImage(width, Math.max(1, height), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = all.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    int top = 0;
    for (BufferedImage picture : pictures) {
      graphics.drawImage(picture, (width - picture.getWidth()) / 2, top, null);
      top += picture.getHeight();
    }
    graphics.dispose();
    return all;
  }
}
