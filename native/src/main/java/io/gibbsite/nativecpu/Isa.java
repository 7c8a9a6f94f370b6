package io.gibbsite.nativecpu;

import io.gibbsite.backend.BackendUnavailableException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The instruction sets that the kernels are compiled for, each building on those before. */
public enum Isa {
  /** AVX2, FMA and BMI: vectors of 8 floats. */
  AVX2("AVX2"),
  /** AVX-512 F, BW, DQ and VL: vectors of 16 floats. */
  AVX512("AVX-512"),
  /** AMX with int8 and bf16 on top of AVX-512: tiles of 16 rows of 64 bytes. */
  AMX("AMX");

  /** The environment variable that caps the ISA. */
  public static final String VARIABLE = "GIBBSITE_NATIVE_ISA";

  private final String title;

  Isa(String title) {
    this.title = title;
  }

  /** The name in options and of the functions in the library: {@code avx512}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The name for people: {@code AVX-512}. */
  public String title() {
    return title;
  }

  /**
   * The lesser of an ISA and a cap.
   *
   * @param cap a label; or null for none
   * @throws BackendUnavailableException if there is no such ISA
   */
  static Isa capped(Isa best, String cap) {
    if (cap == null) {
      return best;
    }
    for (Isa isa : values()) {
      if (isa.label().equals(cap)) {
        return isa.compareTo(best) < 0 ? isa : best;
      }
    }
    throw new BackendUnavailableException(
        "%s must be %s, not '%s'"
            .formatted(
                VARIABLE,
                Arrays.stream(values()).map(Isa::label).collect(Collectors.joining(", ")),
                cap));
  }
}
