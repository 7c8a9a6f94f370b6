package io.gibbsite.dbm;

import io.gibbsite.rbm.RbmShape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The layers of a deep Boltzmann machine, such as {@code 784-500-1000}.
 *
 * <p>The parameters lie in one array: {@code W_1 [n_0, n_1]}, ..., {@code W_L}, each row-major,
 * then {@code b_0}, ..., {@code b_L}. A row of the hidden units' values has layer 1 first.
 *
 * @param layers units of each, the visible ones first; at least three
 */
public record DbmShape(List<Integer> layers) {
  public DbmShape {
    layers = List.copyOf(layers);
    if (layers.size() < 3) {
      throw new IllegalArgumentException(
          "a deep Boltzmann machine has at least two hidden layers, not " + (layers.size() - 1));
    }
    for (int units : layers) {
      if (units < 1 || units > RbmShape.UNIT_LIMIT) {
        throw new IllegalArgumentException(
            "a layer has between 1 and %d units, not %d".formatted(RbmShape.UNIT_LIMIT, units));
      }
    }
    side(layers);
  }

  /** Of that many units, the visible ones first. */
  public static DbmShape of(int... layers) {
    return new DbmShape(Arrays.stream(layers).boxed().toList());
  }

  private static RbmShape side(List<Integer> layers) {
    int[] units = new int[2];
    for (int l = 0; l < layers.size(); l++) {
      units[l % 2] += layers.get(l);
    }
    return new RbmShape(units[0], units[1]);
  }

  /** R: the even layers as visible units, the odd ones as hidden units. */
  public RbmShape rbm() {
    return side(layers);
  }

  /** Hidden layers, {@code L}. */
  public int depth() {
    return layers.size() - 1;
  }

  /** {@code n_l}. */
  public int units(int layer) {
    return layers.get(layer);
  }

  /** {@code n_0}. */
  public int visible() {
    return units(0);
  }

  /** Of all hidden layers. */
  public int hidden() {
    return layers.stream().mapToInt(Integer::intValue).sum() - visible();
  }

  /** Where {@code W_l} begins, {@code l} from 1 to L. */
  public int weightOffset(int layer) {
    return IntStream.range(1, layer).map(l -> units(l - 1) * units(l)).sum();
  }

  /** Where {@code b_l} begins. */
  public int biasOffset(int layer) {
    return weightOffset(depth() + 1) + IntStream.range(0, layer).map(this::units).sum();
  }

  public int parameterCount() {
    return biasOffset(depth() + 1);
  }

  /** Where a hidden layer begins in a row of all of them. */
  public int hiddenOffset(int layer) {
    return IntStream.range(1, layer).map(this::units).sum();
  }

  /** Where a layer begins on its side of R. */
  public int sideOffset(int layer) {
    return IntStream.range(0, layer).filter(l -> l % 2 == layer % 2).map(this::units).sum();
  }

  /** Such as {@code 784-500-1000}. */
  @Override
  public String toString() {
    return layers.stream().map(Object::toString).collect(Collectors.joining("-"));
  }
}
