package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.Plane;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.likelihood.GridIntegral;
import io.gibbsite.likelihood.HeldOut;
import io.gibbsite.mlp.ConditionalModel;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.ConditionalEnergy;

/**
 * What a noise-conditional energy of plane data says at its least noise, where it is the energy of
 * the data blurred by that much.
 *
 * @param heldOut mean log-density of held-out rows, log Z integrated; null where the density
 *     reaches beyond the grid
 * @param plane of the density
 * @param density float[{@link TrainingPictures#CELLS} squared], row-major from below
 */
record LeastNoise(HeldOut.Mean heldOut, Plane plane, float[] density) {
  private static final int BLOCK = 4096;

  static LeastNoise of(ConditionalModel model, TrainingData data, Backend backend) {
    float sd = model.dataSd();
    Gaussian gaussian = new Gaussian(model.mean(), new float[] {sd, 0, 0, sd});
    try (MlpSession session = backend.open(model.parameters().shape(), BLOCK)) {
      session.setParameters(model.parameters());
      ConditionalEnergy energy = model.energy(session);
      energy.sigma(model.sigmas()[model.sigmas().length - 1]);
      UniformBox wide = MlpTraining.box(data.jittered(), gaussian);
      GridIntegral grid = GridIntegral.integrate(energy, BLOCK, wide, MlpTraining.GRID_CELLS);
      HeldOut.Mean heldOut = null;
      if (grid.borderNegligible()) {
        float[] rows = data.heldOut().values();
        int count = data.heldOut().rows();
        heldOut = HeldOut.compare(energy, BLOCK, grid.logZ(), gaussian, rows, count).model();
      }
      Plane plane = Plane.around(data.jittered().values(), data.jittered().rows(), 0.08);
      UniformBox seen =
          new UniformBox(
              new float[] {(float) plane.left(), (float) plane.bottom()},
              new float[] {(float) plane.right(), (float) plane.top()});
      float[] density = GridIntegral.energies(energy, BLOCK, seen, TrainingPictures.CELLS);
      for (int i = 0; i < density.length; i++) {
        density[i] = (float) Math.exp(-density[i] - grid.logZ());
      }
      return new LeastNoise(heldOut, plane, density);
    }
  }
}
