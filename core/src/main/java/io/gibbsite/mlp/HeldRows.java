package io.gibbsite.mlp;

/**
 * Rows that an {@link MlpSession} keeps where it computes, so that passes over them copy none in:
 * {@link MlpSession#hold} and {@link MlpSession#chainRows} make them. They serve the session that
 * made them alone, on its thread, until they or the session are closed.
 */
public interface HeldRows extends AutoCloseable {
  /** How many rows there are; of chains, how many at present. */
  int count();

  /** Frees the rows; those of chains stay, since they are the session's own. */
  @Override
  void close();
}
