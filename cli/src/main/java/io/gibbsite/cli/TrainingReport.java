package io.gibbsite.cli;

import io.gibbsite.backend.Backend;

/**
 * A run's {@code report.json}: the figures, and what computed them.
 *
 * @param figures of the run
 * @param options it depends on
 * @param backend in words
 * @param threads on the CPU
 * @param precision of matrix products
 * @param system the machine and the program
 */
record TrainingReport(
    Object figures,
    RunOptions options,
    String backend,
    int threads,
    String precision,
    SystemReport system) {
  static TrainingReport of(Object figures, RunOptions options, Backend backend) {
    return new TrainingReport(
        figures,
        options,
        backend.description(),
        backend.options().threads(),
        backend.options().precision().label(),
        SystemReport.now());
  }
}
