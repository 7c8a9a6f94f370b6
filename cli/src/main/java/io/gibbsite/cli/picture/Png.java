package io.gibbsite.cli.picture;

import io.gibbsite.io.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** PNG files. */
public final class Png {
  private static final String FORMAT = "javax_imageio_png_1.0";

  /** The keyword that PNG has for where a picture comes from. */
  private static final String SOURCE = "Source";

  private Png() {}

  /** Writes the picture, whole or not at all. */
  public static void write(Path file, BufferedImage image) throws IOException {
    write(file, image, null);
  }

  /**
   * Writes the picture, whole or not at all.
   *
   * @param source what it was drawn from, kept in the file; or null
   */
  public static void write(Path file, BufferedImage image, String source) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ImageTypeSpecifier type = ImageTypeSpecifier.createFromRenderedImage(image);
    IIOMetadata metadata = writer.getDefaultImageMetadata(type, null);
    if (source != null) {
      add(metadata, source);
    }
    try {
      AtomicFile.write(
          file,
          out -> {
            // Not closed: closing would close the file; flushing writes all there is.
            MemoryCacheImageOutputStream buffered = new MemoryCacheImageOutputStream(out);
            writer.setOutput(buffered);
            writer.write(new IIOImage(image, null, metadata));
            buffered.flush();
          });
    } finally {
      writer.dispose();
    }
  }

  private static void add(IIOMetadata metadata, String source) throws IIOInvalidTreeException {
    IIOMetadataNode entry = new IIOMetadataNode("tEXtEntry");
    entry.setAttribute("keyword", SOURCE);
    entry.setAttribute("value", source);
    IIOMetadataNode text = new IIOMetadataNode("tEXt");
    text.appendChild(entry);
    IIOMetadataNode root = new IIOMetadataNode(FORMAT);
    root.appendChild(text);
    metadata.mergeTree(FORMAT, root);
  }

  /** What a picture was drawn from; null where its file does not say. */
  public static String source(Path file) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      reader.setInput(in);
      Element root = (Element) reader.getImageMetadata(0).getAsTree(FORMAT);
      NodeList entries = root.getElementsByTagName("tEXtEntry");
      for (int i = 0; i < entries.getLength(); i++) {
        Element entry = (Element) entries.item(i);
        if (entry.getAttribute("keyword").equals(SOURCE)) {
          return entry.getAttribute("value");
        }
      }
      return null;
    } finally {
      reader.dispose();
    }
  }
}
