package io.gibbsite.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The generator, its transforms and the elementary functions of the kernels: the bits of core. */
class DrawKernelsTest {
  private static final int THREADS = 128;

  private final Device device = new EmulatedDevice();
  private final Arguments arguments = new Arguments();

  @Test
  void philoxGivesTheKnownAnswers() throws IOException {
    int[] words;
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                DrawKernelsTest.class.getResourceAsStream("/philox4x32-10.txt"),
                StandardCharsets.US_ASCII))) {
      words =
          reader
              .lines()
              .filter(line -> !line.startsWith("#"))
              .flatMap(line -> Arrays.stream(line.trim().split(" +")))
              .mapToInt(word -> Integer.parseUnsignedInt(word, 16))
              .toArray();
    }
    int count = words.length / 10;
    assertThat(count).isEqualTo(3);
    int[] addresses = new int[6 * count];
    int[] expected = new int[4 * count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(words, 10 * i, addresses, 6 * i, 6);
      System.arraycopy(words, 10 * i + 6, expected, 4 * i, 4);
    }
    int[] got = new int[4 * count];
    try (DeviceStream stream = device.openStream()) {
      DeviceMemory in = stream.allocate(24L * count);
      DeviceMemory out = stream.allocate(16L * count);
      stream.upload(MemorySegment.ofArray(addresses), in, 0);
      arguments.begin().pointer(in).pointer(out).number(count).end();
      stream.launch(device.kernel("philox_words", THREADS, 0), 1, 1, 1, arguments);
      stream.download(out, 0, MemorySegment.ofArray(got));
    }
    assertThat(got).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 5, 18})
  void drawsAreThoseOfTheirAddresses(int columns) {
    int rows = 200;
    long seed = 0x89abcdef01234567L;
    long step = (1L << 40) + 3;
    for (boolean normal : new boolean[] {false, true}) {
      float[] got = new float[rows * columns];
      try (DeviceStream stream = device.openStream()) {
        DeviceMemory out = stream.allocate((long) Float.BYTES * got.length);
        arguments
            .begin()
            .pointer(out)
            .number(seed)
            .number(step)
            .number(DrawStream.PROPOSAL.id())
            .number(7)
            .number(rows)
            .number(columns)
            .flag(normal)
            .end();
        int blocks = (rows * ((columns + 3) / 4) + THREADS - 1) / THREADS;
        stream.launch(device.kernel("draw_rows", THREADS, 0), blocks, 1, 1, arguments);
        stream.download(out, 0, MemorySegment.ofArray(got));
      }
      float[] expected = new float[got.length];
      for (int row = 0; row < rows; row++) {
        if (normal) {
          Draws.normals(seed, DrawStream.PROPOSAL, step, 7 + row, expected, row * columns, columns);
        } else {
          Draws.uniforms(
              seed, DrawStream.PROPOSAL, step, 7 + row, expected, row * columns, columns);
        }
      }
      assertThat(bits(got)).isEqualTo(bits(expected));
    }
  }

  /** Random arguments of every size, and the special ones. */
  @Test
  void functionsHaveTheBitsOfCore() {
    SplittableRandom random = new SplittableRandom(5);
    float[] x = new float[20_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-4, 3)));
    }
    float[] special = {
      0f, -0f, 1f, -1f, 87f, -87f, 88f, -88f, 89f, -104f, 13.2f, -13.3f, 1e-30f, 3e38f, -3e38f
    };
    System.arraycopy(special, 0, x, 0, special.length);
    x[special.length] = Float.POSITIVE_INFINITY;
    x[special.length + 1] = Float.NEGATIVE_INFINITY;
    x[special.length + 2] = Float.NaN;
    float[] got = new float[6 * x.length];
    try (DeviceStream stream = device.openStream()) {
      DeviceMemory in = stream.allocate((long) Float.BYTES * x.length);
      DeviceMemory out = stream.allocate((long) Float.BYTES * got.length);
      stream.upload(MemorySegment.ofArray(x), in, 0);
      arguments.begin().pointer(in).pointer(out).number(x.length).end();
      int blocks = (x.length + THREADS - 1) / THREADS;
      stream.launch(device.kernel("float_functions", THREADS, 0), blocks, 1, 1, arguments);
      stream.download(out, 0, MemorySegment.ofArray(got));
    }
    DoubleUnaryOperator[] functions = {
      a -> FloatMath.exp((float) a),
      a -> FloatMath.sigmoid((float) a),
      a -> FloatMath.softplus((float) a),
      a -> FloatMath.tanh((float) a),
      a -> FloatMath.normalDensity((float) a),
      a -> FloatMath.normalCdf((float) a, FloatMath.normalDensity((float) a))
    };
    for (int f = 0; f < functions.length; f++) {
      for (int i = 0; i < x.length; i++) {
        float expected = (float) functions[f].applyAsDouble(x[i]);
        assertThat(Float.floatToIntBits(got[f * x.length + i]))
            .as("function %d of %s", f, x[i])
            .isEqualTo(Float.floatToIntBits(expected));
      }
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
