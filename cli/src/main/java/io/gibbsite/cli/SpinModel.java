package io.gibbsite.cli;

import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.boltzmann.BoltzmannShape;
import io.gibbsite.hopfield.HopfieldModel;
import io.gibbsite.hopfield.Patterns;
import java.nio.file.Path;

/**
 * A model file of units -1 and +1: a Boltzmann machine, or a Hopfield network, which is one without
 * hidden units.
 *
 * @param model the machine
 * @param patterns what a Hopfield network stores; else null
 * @param layout of the visible units
 */
record SpinModel(BoltzmannModel model, Patterns patterns, VisibleLayout layout) {
  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it cannot be read, or is no such model
   */
  static SpinModel read(Path file) {
    ModelKind kind = ModelKind.of(file);
    if (kind == ModelKind.BOLTZMANN) {
      BoltzmannModel model = ModelAndData.read(file, BoltzmannModel::read);
      return new SpinModel(model, null, layout(file, model.shape().visible()));
    }
    if (kind != ModelKind.HOPFIELD) {
      throw kind.refused(file, "a Boltzmann machine or a Hopfield network");
    }
    HopfieldModel hopfield = ModelAndData.read(file, HopfieldModel::read);
    RunOptions.require(
        hopfield.parameters() != null,
        file + ": a dense Hopfield network has no couplings: it is for recall alone");
    int units = hopfield.patterns().units();
    return new SpinModel(
        new BoltzmannModel(new BoltzmannShape(units, 0), hopfield.parameters()),
        hopfield.patterns(),
        layout(file, units));
  }

  private static VisibleLayout layout(Path file, int visible) {
    return VisibleLayout.of(GibbsChains.metadata(file), visible);
  }
}
