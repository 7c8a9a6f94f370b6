package io.gibbsite.sampler;

/**
 * Exchanges between the replicas of a chain at neighbouring temperatures, so that the coldest
 * visits what the hottest reaches: parallel tempering.
 *
 * <p>Replica r of chain c is row {@code r * chains + c} of a sampler. After steps with an even
 * address the pairs (r, r + 1) with r even exchange their states, after the others those with r
 * odd, each with the probability {@code min(1, exp((beta_r - beta_{r+1}) (E_r - E_{r+1})))}, which
 * keeps the product of all replicas' distributions. Decisions are drawn at (ACCEPT, step, row of
 * r), component 1.
 *
 * <p>Source: Swendsen and Wang, "Replica Monte Carlo simulation of spin-glasses", 1986; Geyer 1991;
 * Earl and Deem, "Parallel tempering: theory, applications, and new perspectives", 2005.
 */
final class ReplicaExchange {
  private final Sampler sampler;
  private final int chains;
  private final long[] tried;
  private final long[] made;

  ReplicaExchange(Sampler sampler, int chains, int replicas) {
    this.sampler = sampler;
    this.chains = chains;
    tried = new long[replicas - 1];
    made = new long[replicas - 1];
  }

  /** The exchanges after the step of this address. */
  void exchange(long address) {
    for (int r = (int) (address & 1); r < tried.length; r += 2) {
      for (int c = 0; c < chains; c++) {
        int cold = r * chains + c;
        int hot = cold + chains;
        double ratio =
            ((double) sampler.beta[cold] - sampler.beta[hot])
                * ((double) sampler.energy[cold] - sampler.energy[hot]);
        tried[r]++;
        if (sampler.uniform(address, cold, 1) < Math.exp(Math.min(0, ratio))) {
          made[r]++;
          swap(cold, hot);
        }
      }
    }
  }

  private void swap(int a, int b) {
    int d = sampler.columns;
    float e = sampler.energy[a];
    sampler.energy[a] = sampler.energy[b];
    sampler.energy[b] = e;
    for (int c = 0; c < d; c++) {
      swap(sampler.x, a * d + c, b * d + c);
      swap(sampler.gradient, a * d + c, b * d + c);
    }
  }

  private static void swap(float[] values, int a, int b) {
    float value = values[a];
    values[a] = values[b];
    values[b] = value;
  }

  /** The share of exchanges made between r and r + 1, for every r; NaN if none was tried. */
  double[] rates() {
    double[] rates = new double[tried.length];
    for (int r = 0; r < rates.length; r++) {
      rates[r] = (double) made[r] / tried[r];
    }
    return rates;
  }
}
