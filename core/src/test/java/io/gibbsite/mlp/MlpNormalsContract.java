package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import org.junit.jupiter.api.Test;

/** Normal rows that a session draws. */
interface MlpNormalsContract extends MlpBackend {
  /** Of all columns and of fewer, on one thread and on three, before there are parameters. */
  @Test
  default void normalsAreThoseOfTheirAddresses() {
    for (int d : new int[] {1, 3, 8, 18, 37}) {
      MlpShape shape = MlpShape.of(Activation.SILU, d, 6);
      int most = 401;
      for (int threads : new int[] {1, 3}) {
        try (Backend backend = backend(threads);
            MlpSession session = backend.open(shape, most)) {
          for (int n : new int[] {0, 1, 37, most}) {
            for (int columns = d; columns > 0; columns -= 7) {
              float[] expected = new float[n * columns];
              for (int i = 0; i < n; i++) {
                Draws.normals(
                    -6L, DrawStream.DIRECTION, 1L << 33, i, expected, i * columns, columns);
              }
              float[] got = Samples.output(n * columns);
              session.normals(-6L, DrawStream.DIRECTION, 1L << 33, n, columns, got);
              Tolerance.requireSameBits(Samples.written(got), expected);
            }
          }
        }
      }
    }
  }
}
