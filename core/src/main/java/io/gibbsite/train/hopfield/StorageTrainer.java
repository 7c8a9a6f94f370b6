package io.gibbsite.train.hopfield;

import io.gibbsite.backend.Backend;
import io.gibbsite.hopfield.ContrastiveStorage;
import io.gibbsite.hopfield.Patterns;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.Resumable;
import java.util.Map;

/** Contrastive storage in a Hopfield network, epoch by epoch: it can be stopped and taken up. */
public final class StorageTrainer implements Resumable, AutoCloseable {
  private final ContrastiveStorage storage;
  private final float[] theta;
  private final String configuration;

  public StorageTrainer(Patterns patterns, ContrastiveStorage.Options options, Backend backend) {
    this.storage = new ContrastiveStorage(patterns, options, backend);
    this.theta = new float[storage.parameters().values().length];
    this.configuration =
        String.join(
            "; ",
            "rate=" + options.rate(),
            "flip=" + options.flip(),
            "copies=" + options.copies(),
            "sweeps=" + options.sweeps(),
            "seed=" + options.seed(),
            "patterns=%d of %d units %s"
                .formatted(patterns.count(), patterns.units(), Checkpoint.digest(patterns.y())));
  }

  /** Makes one epoch; returns what {@link ContrastiveStorage#epoch} does. */
  public double step() {
    return storage.epoch();
  }

  /** The couplings so far; a copy. */
  public SpinParameters parameters() {
    return storage.parameters();
  }

  @Override
  public long stepsDone() {
    return storage.epochs();
  }

  /** Never: a step moves a coupling by at most twice the rate over the number of units. */
  @Override
  public boolean hasDiverged() {
    return false;
  }

  @Override
  public Map<String, float[]> state() {
    System.arraycopy(storage.parameters().values(), 0, theta, 0, theta.length);
    return Map.of("theta", theta);
  }

  @Override
  public String configuration() {
    return configuration;
  }

  @Override
  public void resumeAt(long steps) {
    storage.resume(theta, Math.toIntExact(steps));
  }

  @Override
  public void close() {
    storage.close();
  }
}
