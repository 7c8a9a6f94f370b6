package io.gibbsite.train.rbm;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.rbm.RbmShape;
import java.util.Arrays;

/**
 * The formula of {@link RbmGradient} over all weights, strip by strip of their rows on a backend's
 * threads. Sums over rows are taken within strips and then over strips, so that they do not depend
 * on the threads.
 *
 * <p>Rows are copied to arrays of their own, where one index serves for everything: C2 then uses
 * vectors, which it does not for {@code a[row + j]} beside {@code b[j]}.
 */
public final class CentredGradient {
  /** Rows of a strip. */
  private static final int STRIP = 32;

  /** One worker's copy of a row. */
  private static final class Row {
    final float[] data;
    final float[] model;
    final float[] products;
    final float[] shift;

    Row(int hidden) {
      data = new float[hidden];
      model = new float[hidden];
      products = new float[hidden];
      shift = new float[hidden];
    }
  }

  private final RbmShape shape;
  private final Backend backend;
  private final Row[] copies;

  /** {@code dW^T mu} of each strip. */
  private final float[] shifts;

  private final float[] lambda;
  private final float[] dc;
  private final Workers.Body body = this::strip;

  // The arguments of the call in progress.
  private float[] data;
  private float[] model;
  private float[] offsets;
  private float ofData;
  private float ofModel;

  /**
   * @param backend whose threads compute
   */
  public CentredGradient(RbmShape shape, Backend backend) {
    this.shape = shape;
    this.backend = backend;
    copies = new Row[backend.options().threads()];
    for (int worker = 0; worker < copies.length; worker++) {
      copies[worker] = new Row(shape.hidden());
    }
    shifts = new float[strips() * shape.hidden()];
    lambda = new float[shape.hidden()];
    dc = new float[shape.hidden()];
  }

  private int strips() {
    return (shape.visible() + STRIP - 1) / STRIP;
  }

  /**
   * Turns sums into the gradient.
   *
   * @param dataSums float[P], the sums of {@code v p^T}, {@code v} and {@code p} over the data
   *     rows; those of {@code v} and {@code p} become means
   * @param modelSums float[P], those over the chains; becomes the gradient
   * @param centre float[visible + hidden], the offsets, which the rule sets
   * @param first whether this is the first step
   */
  public void compute(
      RbmGradient rule,
      float[] dataSums,
      int rows,
      float[] modelSums,
      int chains,
      float[] centre,
      boolean first) {
    data = dataSums;
    model = modelSums;
    offsets = centre;
    ofData = 1f / rows;
    ofModel = 1f / chains;
    int b = shape.visibleBiasOffset();
    int c = shape.hiddenBiasOffset();
    int count = shape.parameterCount();
    for (int k = b; k < count; k++) {
      data[k] *= ofData;
      model[k] *= ofModel;
    }
    rule.setOffsets(shape.visible(), data, model, b, offsets, first);
    for (int k = b; k < count; k++) {
      model[k] -= data[k];
    }
    System.arraycopy(offsets, shape.visible(), lambda, 0, lambda.length);
    System.arraycopy(model, c, dc, 0, dc.length);
    backend.run(strips(), body);
    Arrays.fill(dc, 0f);
    for (int strip = 0; strip < strips(); strip++) {
      for (int j = 0; j < dc.length; j++) {
        dc[j] += shifts[strip * dc.length + j];
      }
    }
    for (int j = 0; j < dc.length; j++) {
      model[c + j] -= dc[j];
    }
  }

  private void strip(int strip, int worker) {
    Row copy = copies[worker];
    int hidden = shape.hidden();
    int b = shape.visibleBiasOffset();
    Arrays.fill(copy.shift, 0f);
    int end = Math.min((strip + 1) * STRIP, shape.visible());
    for (int i = strip * STRIP; i < end; i++) {
      System.arraycopy(data, i * hidden, copy.data, 0, hidden);
      System.arraycopy(model, i * hidden, copy.model, 0, hidden);
      float dv = model[b + i]; // <v>_m - <v>_d
      row(copy.data, ofData, copy.model, ofModel, dv, offsets[i], lambda, dc);
      sums(copy.model, offsets[i], lambda, copy.shift, copy.products);
      System.arraycopy(copy.model, 0, model, i * hidden, hidden);
      model[b + i] -= sum(copy.products);
    }
    System.arraycopy(copy.shift, 0, shifts, strip * hidden, hidden);
  }

  /** A row of dW, in place of the model's sums. */
  private static void row(
      float[] data,
      float ofData,
      float[] model,
      float ofModel,
      float dv,
      float mu,
      float[] lambda,
      float[] dc) {
    for (int j = 0; j < model.length; j++) {
      model[j] = model[j] * ofModel - data[j] * ofData - dv * lambda[j] - mu * dc[j];
    }
  }

  /** Its part of {@code dW^T mu}, and the terms of its product with lambda. */
  private static void sums(float[] dw, float mu, float[] lambda, float[] shift, float[] products) {
    for (int j = 0; j < dw.length; j++) {
      shift[j] += mu * dw[j];
      products[j] = dw[j] * lambda[j];
    }
  }

  /** In eight sums side by side, since one would wait for each addition. */
  private static float sum(float[] terms) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int j = 0;
    for (; j + 7 < terms.length; j += 8) {
      s0 += terms[j];
      s1 += terms[j + 1];
      s2 += terms[j + 2];
      s3 += terms[j + 3];
      s4 += terms[j + 4];
      s5 += terms[j + 5];
      s6 += terms[j + 6];
      s7 += terms[j + 7];
    }
    for (; j < terms.length; j++) {
      s0 += terms[j];
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }
}
