package io.gibbsite.cli.picture;

import java.awt.Graphics2D;

/** A square drawing with a title, one of a {@link PanelRow}. */
public interface Panel {
  /** What stands above it. */
  String title();

  /** The part of the plane it shows, for the labels of the axes; null for none. */
  Plane plane();

  /** Fills the square of that many pixels whose upper left corner is (0, 0). */
  void draw(Graphics2D graphics, int size);
}
