package io.gibbsite.mlp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A model under a name that says which it is. */
record ModelCase(String name, MlpParameters parameters, int[] batches) {
  /** The factory of all of them. */
  static final String ALL = "io.gibbsite.mlp.ModelCase#models";

  /** The most rows of a call. */
  static final int ROWS = 1000;

  private static final int[] BATCHES = {0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 255, ROWS};
  private static final String[] SHAPES = {
    "3-1", "1-1-1", "2-3-1", "3-5-4-1", "17-33-31-1", "4-6-5-3-1", "7-16-1", "49-64-64-1"
  };

  static Stream<ModelCase> models() {
    List<ModelCase> models = new ArrayList<>();
    for (String text : SHAPES) {
      for (Activation activation : Activation.values()) {
        for (boolean base : new boolean[] {false, true}) {
          models.add(of(text, activation, base));
        }
      }
    }
    return models.stream();
  }

  static ModelCase of(String text, Activation activation, boolean base) {
    MlpShape shape = MlpShape.parse(text, activation);
    int most = shape.parameterCount() > 4000 ? 33 : ROWS;
    return new ModelCase(
        text + " " + activation.label() + (base ? " with base" : ""),
        Samples.model(shape, base, text.hashCode() + activation.ordinal()),
        Arrays.stream(BATCHES).filter(n -> n <= most).toArray());
  }

  @Override
  public String toString() {
    return name;
  }

  MlpShape shape() {
    return parameters.shape();
  }

  int columns() {
    return parameters.shape().inputs();
  }
}
