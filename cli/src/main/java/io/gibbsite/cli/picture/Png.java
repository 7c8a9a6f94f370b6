package io.gibbsite.cli.picture;

import io.gibbsite.io.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** PNG files. */
public final class Png {
  private Png() {}

  /** Writes the picture, whole or not at all. */
  public static void write(Path file, BufferedImage image) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          // Not closed: closing would close the file; flushing writes all there is.
          MemoryCacheImageOutputStream buffered = new MemoryCacheImageOutputStream(out);
          if (!ImageIO.write(image, "png", buffered)) {
            throw new IOException("this Java writes no PNG");
          }
          buffered.flush();
        });
  }
}
