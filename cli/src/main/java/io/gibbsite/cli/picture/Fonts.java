package io.gibbsite.cli.picture;

import java.awt.Font;
import java.awt.font.FontRenderContext;

/**
 * Whether text can be drawn here: slim systems have no fonts, and Java then fails at the first
 * letter.
 */
public final class Fonts {
  private Fonts() {}

  private static final class Probe {
    static final boolean AVAILABLE = probe();

    private static boolean probe() {
      try {
        FontRenderContext context = new FontRenderContext(null, true, true);
        return new Font(Font.SANS_SERIF, Font.PLAIN, 12).getStringBounds("x", context).getWidth()
            > 0;
      } catch (RuntimeException | Error e) {
        // Java throws a different one, down to a plain Error, for each thing that can be missing.
        return false;
      }
    }
  }

  /** Whether text can be drawn. */
  public static boolean available() {
    return Probe.AVAILABLE;
  }
}
