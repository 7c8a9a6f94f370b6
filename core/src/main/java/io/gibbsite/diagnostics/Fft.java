package io.gibbsite.diagnostics;

/**
 * The discrete Fourier transform {@code Z_k = sum_t z_t exp(-2 pi i k t / n)} for n a power of two,
 * in place.
 *
 * <p>Source: Cooley and Tukey, "An algorithm for the machine calculation of complex Fourier
 * series", 1965.
 */
final class Fft {
  private final int size;
  private final double[] cosines;
  private final double[] sines;

  /**
   * @param size a power of two
   */
  Fft(int size) {
    this.size = size;
    cosines = new double[size / 2];
    sines = new double[size / 2];
    for (int k = 0; k < size / 2; k++) {
      cosines[k] = Math.cos(2 * Math.PI * k / size);
      sines[k] = -Math.sin(2 * Math.PI * k / size);
    }
  }

  int size() {
    return size;
  }

  /** Transforms {@code re + i im}, double[size] each. */
  void transform(double[] re, double[] im) {
    reverseBits(re, im);
    for (int half = 1; half < size; half *= 2) {
      int stride = size / (2 * half);
      for (int start = 0; start < size; start += 2 * half) {
        for (int k = 0; k < half; k++) {
          double c = cosines[k * stride];
          double s = sines[k * stride];
          int a = start + k;
          int b = a + half;
          double x = re[b] * c - im[b] * s;
          double y = re[b] * s + im[b] * c;
          re[b] = re[a] - x;
          im[b] = im[a] - y;
          re[a] += x;
          im[a] += y;
        }
      }
    }
  }

  private void reverseBits(double[] re, double[] im) {
    int shift = Integer.numberOfLeadingZeros(size) + 1;
    for (int i = 1; i < size; i++) {
      int j = Integer.reverse(i) >>> shift;
      if (i < j) {
        double x = re[i];
        re[i] = re[j];
        re[j] = x;
        double y = im[i];
        im[i] = im[j];
        im[j] = y;
      }
    }
  }
}
