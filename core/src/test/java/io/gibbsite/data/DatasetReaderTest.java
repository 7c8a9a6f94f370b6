package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.io.Npz;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetReaderTest {
  @TempDir Path folder;

  @Test
  void readsText() throws IOException {
    Path file = Files.writeString(folder.resolve("x.txt"), "1 2\n3 4\n5 6\n");
    Dataset data = DatasetReader.read(file);
    assertRows(data, 3, 2, null);
    assertThat(data.values()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(data.description()).isEqualTo(file.toString());
    assertRows(DatasetReader.read(Files.writeString(file, "7")), 1, 1, null);
  }

  @Test
  void readsArrays() throws IOException {
    Path file = folder.resolve("x.npy");
    Npy.write(file, NdArray.of(new double[] {1, 2, 3, 4}, 2, 2));
    assertRows(DatasetReader.read(file), 2, 2, null);
    Npy.write(file, NdArray.of(new float[3], 3));
    assertRows(DatasetReader.read(file), 3, 1, null);
    Npy.write(file, NdArray.of(new float[12], 2, 2, 3));
    assertRows(DatasetReader.read(file), 2, 6, new ImageLayout(2, 3, 1));
    Npy.write(file, NdArray.of(new byte[12], 2, 1, 2, 3));
    assertRows(DatasetReader.read(file), 2, 6, new ImageLayout(2, 3, 255));
    Npy.write(file, NdArray.of(new byte[24], 2, 2, 2, 3));
    assertRows(DatasetReader.read(file), 2, 12, null);
  }

  @Test
  void readsImages() throws IOException {
    byte[] idx = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 7, (byte) 255};
    Path file = Files.write(folder.resolve("images"), idx);
    assertRows(DatasetReader.read(file), 1, 2, new ImageLayout(2, 1, 255));
    try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(file))) {
      gzip.write(idx);
    }
    assertThat(DatasetReader.read(file).values()).containsExactly(7, 255);
  }

  @Test
  void readsTheFirstArrayOfAnArchiveOrTheOneNamed() throws IOException {
    Path file = folder.resolve("x.npz");
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("y", NdArray.of(new float[] {5}, 1));
    Npz.write(file, arrays);
    assertRows(DatasetReader.read(file), 1, 1, null);
    arrays.put("a", NdArray.of(new float[6], 3, 2));
    Npz.write(file, arrays);
    assertWrong(file, file + ": has the arrays y, a: name one of them, as in " + file + ":y");
    arrays.remove("a");
    arrays.put("posterior/x", NdArray.of(new float[24], 2, 3, 4));
    Npz.write(file, arrays);
    assertRows(DatasetReader.read(file), 6, 4, null);
    assertRows(DatasetReader.read(folder.resolve("x.npz:posterior/x")), 6, 4, null);
    assertThat(DatasetReader.read(folder.resolve("x.npz:y")).values()).containsExactly(5);
    assertThatThrownBy(() -> DatasetReader.read(folder.resolve("x.npz:z")))
        .isInstanceOf(FormatException.class)
        .hasMessage(file + ": has no array 'z', but y, posterior/x");
  }

  @Test
  void namesWhatIsWrong() throws IOException {
    Path file = Files.write(folder.resolve("x.npy"), new byte[0]);
    assertWrong(file, file + ": is empty");
    Npy.write(file, NdArray.of(new float[] {1}));
    assertWrong(file, file + ": F32[] has no rows of numbers");
    Npy.write(file, NdArray.of(new float[0], 0, 2));
    assertWrong(file, file + ": F32[0, 2] has no rows of numbers");
    Path archive = folder.resolve("x.npz");
    Npz.write(archive, Map.of());
    assertWrong(archive, archive + ": has no arrays");
    Path missing = folder.resolve("none.csv");
    assertThatThrownBy(() -> DatasetReader.read(missing))
        .isInstanceOf(IOException.class)
        .hasMessage(missing + ": does not exist");
  }

  private static void assertWrong(Path file, String message) {
    assertThatThrownBy(() -> DatasetReader.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage(message);
  }

  private static void assertRows(Dataset data, int rows, int columns, ImageLayout images) {
    assertThat(data.rows()).isEqualTo(rows);
    assertThat(data.columns()).isEqualTo(columns);
    assertThat(data.images()).isEqualTo(images);
  }
}
