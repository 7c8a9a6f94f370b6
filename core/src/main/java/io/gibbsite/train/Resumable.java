package io.gibbsite.train;

import java.util.Map;

/** A training whose state a {@link Checkpoint} saves and refills. */
public interface Resumable {
  /** Updates made since the start of the run, over resumptions. */
  long stepsDone();

  /** Whether the state is worth nothing any more. */
  boolean hasDiverged();

  /**
   * All that the steps to come depend on, by name, beside the step and the configuration: arrays to
   * be saved, or to be refilled before {@link #resumeAt}.
   */
  Map<String, float[]> state();

  /**
   * Everything that the numbers of the run depend on, as {@code name=value} separated by {@code ";
   * "}.
   */
  String configuration();

  /** Takes up the run after {@code steps} updates; the arrays of {@link #state} are refilled. */
  void resumeAt(long steps);
}
