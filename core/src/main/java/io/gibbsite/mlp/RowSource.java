package io.gibbsite.mlp;

/**
 * Where a pass of a {@link CheckedMlpSession} reads its rows: an array, or memory that the backend
 * knows. So a backend has one implementation of each pass, for rows of the caller and for its own.
 */
public interface RowSource {
  /** float[rows * d], row-major; null where the rows lie elsewhere. */
  float[] array();
}
