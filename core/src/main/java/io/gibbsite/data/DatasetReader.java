package io.gibbsite.data;

import io.gibbsite.io.Csv;
import io.gibbsite.io.DType;
import io.gibbsite.io.FormatException;
import io.gibbsite.io.InputFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.io.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads rows from a file, whose kind is told from its first bytes: IDX (gzipped or not), NPY, NPZ,
 * or else text.
 *
 * <p>The first axis counts rows and the others make the columns; [n] is n rows of one column. [n,
 * height, width] and [n, 1, height, width] are images, with white at 255 if they are bytes. Of an
 * NPZ file the one array is taken, or of samples {@code posterior/x}, or the array named behind a
 * colon ({@code samples.npz:posterior/x}); in arrays under {@code posterior/} the first two axes,
 * chain and draw, both count rows.
 */
public final class DatasetReader {
  private static final String SAMPLES = "posterior/x";
  private static final Pattern NAMED = Pattern.compile("(.+\\.npz):(.+)", Pattern.DOTALL);

  private DatasetReader() {}

  /**
   * Reads the file.
   *
   * @throws FormatException if it is damaged, empty or of no known kind
   * @throws IOException if it cannot be read
   */
  public static Dataset read(Path source) throws IOException {
    Matcher named = NAMED.matcher(source.toString());
    boolean hasName = !Files.exists(source) && named.matches();
    Path file = hasName ? Path.of(named.group(1)) : source;
    byte[] start = InputFile.read(file, (in, length) -> in.readNBytes(4));
    if (start.length == 0) {
      throw new FormatException(file, "is empty");
    }
    int magic = 0;
    for (int i = 0; i < 4; i++) {
      magic = magic << 8 | (i < start.length ? start[i] & 0xFF : 0xFF);
    }
    if (magic == 0x504B0304 || magic == 0x504B0506) {
      return archive(file, source, hasName ? named.group(2) : null);
    }
    if (hasName) {
      throw new FormatException(file, "is no NPZ file, so that it has no named arrays");
    }
    if (magic == 0x934E554D) {
      return dataset(source, Npy.read(file), false);
    }
    if (magic >>> 16 == 0x1F8B || magic >>> 16 == 0) {
      return dataset(source, Idx.read(file), false);
    }
    return dataset(source, Csv.read(file).values(), false);
  }

  private static Dataset archive(Path file, Path source, String name) throws IOException {
    Map<String, NdArray> arrays = Npz.read(file);
    if (arrays.isEmpty()) {
      throw new FormatException(file, "has no arrays");
    }
    String taken = name == null ? only(file, arrays) : name;
    if (!arrays.containsKey(taken)) {
      throw new FormatException(
          file, "has no array '" + taken + "', but " + String.join(", ", arrays.keySet()));
    }
    return dataset(source, arrays.get(taken), taken.startsWith("posterior/"));
  }

  /** The array that is meant where none is named. */
  private static String only(Path file, Map<String, NdArray> arrays) throws FormatException {
    if (arrays.containsKey(SAMPLES)) {
      return SAMPLES;
    }
    String first = arrays.keySet().iterator().next();
    if (arrays.size() > 1) {
      throw new FormatException(
          file,
          "has the arrays %s: name one of them, as in %s:%s"
              .formatted(String.join(", ", arrays.keySet()), file, first));
    }
    return first;
  }

  private static Dataset dataset(Path source, NdArray array, boolean posterior)
      throws FormatException {
    int[] shape = array.shape();
    int rowAxes = posterior ? 2 : 1;
    if (shape.length < rowAxes || array.size() == 0) {
      throw new FormatException(source, array + " has no rows of numbers");
    }
    int rows = NdArray.size(Arrays.copyOf(shape, rowAxes));
    int[] row = Arrays.copyOfRange(shape, rowAxes, shape.length);
    boolean images = !posterior && (row.length == 2 || row.length == 3 && row[0] == 1);
    ImageLayout layout = null;
    if (images) {
      float white = array.dtype() == DType.U8 ? 255 : 1;
      layout = new ImageLayout(row[row.length - 2], row[row.length - 1], white);
    }
    return new Dataset(array.floats(), rows, array.size() / rows, source.toString(), layout);
  }
}
