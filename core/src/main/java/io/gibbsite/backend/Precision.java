package io.gibbsite.backend;

import java.util.Locale;

/** How matrix products are computed; every result names it. */
public enum Precision {
  /** IEEE float32 throughout. */
  FLOAT32(1, 1),
  /** Three bf16 products (hi hi + hi lo + lo hi): about 16 bits. */
  BF16X3(2, 3),
  /** Six bf16 products: about float32. */
  BF16X6(3, 6),
  /**
   * Three fp16 products (hi hi + hi lo + lo hi) of numbers scaled by powers of two: 22 bits, about
   * float32.
   */
  FP16X3(2, 3);

  private final int terms;
  private final int products;

  Precision(int terms, int products) {
    this.terms = terms;
    this.products = products;
  }

  /** Numbers that an operand is split into; 1 where it is not. */
  public int terms() {
    return terms;
  }

  /** Products of terms that make one of operands. */
  public int products() {
    return products;
  }

  /** The name in options and results: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
