package io.gibbsite.cli;

import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.hopfield.HopfieldModel;
import io.gibbsite.io.Safetensors;
import io.gibbsite.mlp.ConditionalModel;
import io.gibbsite.mlp.GeneratorModel;
import io.gibbsite.rbm.GaussianRbmModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The kinds of model file. */
enum ModelKind {
  MLP("mlp"),
  CONDITIONAL_MLP(ConditionalModel.KIND),
  GENERATOR(GeneratorModel.KIND),
  RBM("rbm"),
  DBM("dbm"),
  BOLTZMANN(BoltzmannModel.KIND),
  HOPFIELD(HopfieldModel.KIND),
  GAUSSIAN_RBM(GaussianRbmModel.KIND);

  private final String label;

  ModelKind(String label) {
    this.label = label;
  }

  /** What the file's metadata call it. */
  String label() {
    return label;
  }

  /**
   * Which kind a file is, by its metadata {@code model}.
   *
   * @throws IllegalArgumentException if it cannot be read, or is none of them
   */
  static ModelKind of(Path file) {
    String model = ModelAndData.read(file, Safetensors::read).metadata().get("model");
    return Arrays.stream(values())
        .filter(kind -> kind.label.equals(model))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: metadata 'model' is %s, expected one of %s"
                        .formatted(
                            file,
                            model == null ? "missing" : "'" + model + "'",
                            Arrays.stream(values())
                                .map(kind -> kind.label)
                                .collect(Collectors.joining(", ")))));
  }

  /** Whether a file says that it is a noise-conditional model. */
  static boolean isConditional(Path file) {
    return CONDITIONAL_MLP.label.equals(
        ModelAndData.read(file, Safetensors::read).metadata().get("model"));
  }

  /**
   * The refusal of a command that has nothing to say of this kind.
   *
   * @param wanted the models that it takes
   */
  IllegalArgumentException refused(Path file, String wanted) {
    return new IllegalArgumentException(
        "%s is a model of kind '%s', and this command takes %s".formatted(file, label, wanted));
  }
}
