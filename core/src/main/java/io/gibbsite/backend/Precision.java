package io.gibbsite.backend;

import java.util.Locale;

/** How matrix products are computed; every result names it. */
public enum Precision {
  /** IEEE float32 throughout. */
  FLOAT32,
  /** Three bf16 products (hi hi + hi lo + lo hi): about 16 bits. */
  BF16X3,
  /** Six bf16 products: about float32. */
  BF16X6;

  /** The name in options and results: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
