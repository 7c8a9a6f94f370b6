package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Writes what is said about records from the records: pages and pictures. */
final class BenchRender {
  private static final String BEGIN = "<!-- benchmarks: written by gibbsite bench --render -->\n";
  private static final String END = "<!-- end of benchmarks -->\n";
  private static final String README = "README.md";

  private final Path folder;
  private final TreeMap<Path, BenchRecord> records;

  /**
   * @param folder of the records
   * @throws IllegalArgumentException if it holds none
   */
  BenchRender(Path folder) throws IOException {
    require(Files.isDirectory(folder), folder + ": no such folder");
    this.folder = folder.toRealPath();
    records = BenchRecord.readAll(this.folder);
    require(
        !records.isEmpty(),
        folder + ": holds no record: make one with gibbsite bench --record " + folder);
  }

  private BenchRecord newest() {
    return records.firstEntry().getValue();
  }

  /** The texts by their files: the page, and the project's README where there is one. */
  Map<Path, String> texts() throws IOException {
    Map<Path, String> texts = new LinkedHashMap<>();
    texts.put(folder.resolve(README), BenchPage.all(records));
    for (Path above = folder.getParent(); above != null; above = above.getParent()) {
      Path readme = above.resolve(README);
      if (Files.isRegularFile(readme)) {
        String text = Files.readString(readme);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin >= 0 && end > begin) {
          BenchPage page = new BenchPage(records.firstKey(), newest());
          texts.put(
              readme,
              text.substring(0, begin)
                  + BEGIN
                  + page.summary(above.relativize(folder))
                  + text.substring(end));
          break;
        }
      }
    }
    return texts;
  }

  /** The pictures by their files. */
  Map<Path, BufferedImage> pictures() {
    require(Fonts.available(), "--render needs fonts, and this system has none");
    Map<Path, BufferedImage> pictures = new LinkedHashMap<>();
    pictures.put(folder.resolve("throughput.png"), BenchCharts.throughput(newest()));
    pictures.put(folder.resolve("rooflines.png"), BenchCharts.rooflines(newest()));
    return pictures;
  }

  /** What the pictures say they were drawn from: the newest record, by name and hash. */
  String source() {
    try {
      byte[] text = Json.line(newest()).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      return records.firstKey() + " " + HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Writes all of them. */
  void write() throws IOException {
    Map<Path, BufferedImage> pictures = pictures();
    for (Map.Entry<Path, String> text : texts().entrySet()) {
      byte[] bytes = text.getValue().getBytes(StandardCharsets.UTF_8);
      AtomicFile.write(text.getKey(), out -> out.write(bytes));
    }
    for (Map.Entry<Path, BufferedImage> picture : pictures.entrySet()) {
      Png.write(picture.getKey(), picture.getValue(), source());
    }
  }
}
