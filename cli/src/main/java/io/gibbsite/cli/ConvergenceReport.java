package io.gibbsite.cli;

import io.gibbsite.backend.Workers;
import io.gibbsite.diagnostics.Acceptance;
import io.gibbsite.diagnostics.RHat;
import io.gibbsite.diagnostics.Summary;
import io.gibbsite.io.NdArray;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the draws of a sample file are worth, quantity by quantity.
 *
 * @param chains how many
 * @param draws of each
 * @param acceptance of the proposals, if the sampler makes any
 * @param held columns of the states that the chains held; no quantities
 * @param heldDiffers whether chains held different values, and so sampled different densities
 * @param constant quantities with the same value in every draw
 * @param neverMoved quantities that no chain ever changes, though chains differ in them
 * @param quantities energies first, then the columns of the states
 */
record ConvergenceReport(
    int chains,
    int draws,
    Acceptance acceptance,
    int held,
    boolean heldDiffers,
    int constant,
    int neverMoved,
    List<Quantity> quantities) {
  /** A table has no more rows of states; those of the smallest bulk ESS are shown. */
  private static final int MOST_ROWS = 12;

  /** Above it chains have not mixed (Vehtari et al. 2021). */
  private static final double MIXED = 1.01;

  private static final String STATES = "posterior/";
  private static final String X = STATES + "x";
  private static final String STATISTICS = "sample_stats/";
  private static final List<String> ENERGIES = List.of("energy", "free_energy", "magnetisation");

  /**
   * One quantity; null stands for what cannot be said.
   *
   * @param autocorrelationTime in draws
   * @param rHat infinite where no chain ever moves and they differ
   */
  record Quantity(
      String name,
      Double mean,
      Double sd,
      Double mcseMean,
      Double mcseSd,
      Double essBulk,
      Double essTail,
      Double autocorrelationTime,
      Double rHat) {
    static Quantity of(String name, Summary s) {
      return new Quantity(
          name,
          known(s.mean()),
          known(s.sd()),
          known(s.mcseMean()),
          known(s.mcseSd()),
          known(s.essBulk()),
          known(s.essTail()),
          known(s.autocorrelationTime()),
          Double.isNaN(s.rHat()) ? null : s.rHat());
    }

    /** The same of chains that do not sample one density. */
    Quantity withoutErrors() {
      return new Quantity(name, mean, sd, null, null, null, null, null, null);
    }

    /** Of at least 2 chains of {@link RHat#LEAST_DRAWS} draws. */
    private boolean isConstant() {
      return mean != null && rHat == null;
    }

    private double sdOrLeast() {
      return sd == null ? -1 : sd;
    }

    private double essOrMost() {
      return essBulk == null ? Double.MAX_VALUE : essBulk;
    }

    private boolean neverMoved() {
      return rHat != null && rHat.isInfinite();
    }

    private static Double known(double value) {
      return Double.isFinite(value) ? value : null;
    }
  }

  /**
   * Of the arrays of a sample file: those under {@code posterior/}, the energies and the rates of
   * acceptance under {@code sample_stats/}.
   *
   * @throws IllegalArgumentException if there is no {@code posterior/} array, or their chains and
   *     draws differ
   */
  static ConvergenceReport of(Map<String, NdArray> arrays, int threads) {
    int[] first = null;
    Acceptance acceptance = null;
    HeldColumns held = null;
    List<Quantity> energies = new ArrayList<>();
    List<Quantity> states = new ArrayList<>();
    try (Workers workers = new Workers(threads, "gibbsite-diagnostics")) {
      for (Map.Entry<String, NdArray> entry : arrays.entrySet()) {
        String name = entry.getKey();
        NdArray array = entry.getValue();
        boolean state = name.startsWith(STATES);
        String own = name.substring(name.indexOf('/') + 1);
        boolean energy = name.startsWith(STATISTICS) && ENERGIES.contains(own);
        boolean rate = name.equals(STATISTICS + "acceptance_rate");
        if (state || energy || rate) {
          int[] shape = array.shape();
          first = requireDraws(name, array, first);
          if (rate) {
            acceptance = Acceptance.of(array::value, shape[0], shape[1]);
          } else {
            List<Quantity> all = quantities(own, array, workers);
            if (name.equals(X)) {
              held = HeldColumns.of(arrays, array);
              all = held == null ? all : held.others(all);
            }
            (state ? states : energies).addAll(all);
          }
        }
      }
    }
    if (first == null || arrays.keySet().stream().noneMatch(name -> name.startsWith(STATES))) {
      throw new IllegalArgumentException(
          "it has no array posterior/x [chain, draw, ...], as gibbsite sample writes it");
    }
    energies.addAll(states);
    // Of enough finite draws R-hat is not known only if they are all the same.
    boolean enough = first[0] >= 2 && first[1] >= RHat.LEAST_DRAWS;
    long constant = enough ? energies.stream().filter(Quantity::isConstant).count() : 0;
    long neverMoved = energies.stream().filter(Quantity::neverMoved).count();
    boolean differs = held != null && !held.alike();
    return new ConvergenceReport(
        first[0],
        first[1],
        acceptance,
        held == null ? 0 : held.count(),
        differs,
        (int) constant,
        (int) neverMoved,
        differs ? energies.stream().map(Quantity::withoutErrors).toList() : energies);
  }

  private static int[] requireDraws(String name, NdArray array, int[] first) {
    int[] shape = array.shape();
    if (shape.length < 2 || array.size() == 0) {
      throw new IllegalArgumentException(name + " is " + array + ", not [chain, draw, ...]");
    }
    if (first != null && (shape[0] != first[0] || shape[1] != first[1])) {
      throw new IllegalArgumentException(
          "%s is %s, but there are %d chains of %d draws"
              .formatted(name, array, first[0], first[1]));
    }
    return shape;
  }

  private static List<Quantity> quantities(String name, NdArray array, Workers workers) {
    int[] shape = array.shape();
    int columns = array.size() / shape[0] / shape[1];
    Summary[] summaries = Summary.ofColumns(array::value, shape[0], shape[1], columns, workers);
    List<Quantity> quantities = new ArrayList<>();
    for (int c = 0; c < columns; c++) {
      String full = shape.length == 2 ? name : name + "[" + c + "]";
      quantities.add(Quantity.of(full, summaries[c]));
    }
    return quantities;
  }

  /** Prints the table, and in a few words what it means. */
  void print(PrintWriter out) {
    out.println(
        "%-12s  %11s  %11s  %10s  %10s  %9s  %9s  %8s  %6s"
            .formatted(
                "", "mean", "sd", "mcse mean", "mcse sd", "ess bulk", "ess tail", "tau", "r-hat"));
    List<Quantity> energies = quantities.stream().filter(q -> ENERGIES.contains(q.name())).toList();
    List<Quantity> states = quantities.subList(energies.size(), quantities.size());
    energies.forEach(q -> out.println(row(q)));
    Comparator<Quantity> mostTelling =
        heldDiffers
            ? Comparator.comparingDouble(Quantity::sdOrLeast).reversed()
            : Comparator.comparing(Quantity::isConstant).thenComparingDouble(Quantity::essOrMost);
    List<Quantity> shown =
        states.size() <= MOST_ROWS
            ? states
            : states.stream().sorted(mostTelling).limit(MOST_ROWS).toList();
    shown.forEach(q -> out.println(row(q)));
    if (shown.size() < states.size()) {
      out.println(
          "the %d of %d columns %s"
              .formatted(
                  shown.size(),
                  states.size(),
                  heldDiffers ? "that vary most" : "with the smallest bulk ESS"));
    }
    out.println(verdict());
    out.flush();
  }

  private String verdict() {
    StringBuilder text = new StringBuilder(count(chains, "chain") + " of " + count(draws, "draw"));
    if (acceptance != null) {
      text.append(
          String.format(
              Locale.ROOT,
              ", acceptance %.3f (by chain %.3f to %.3f)",
              acceptance.mean(),
              acceptance.lowest(),
              acceptance.highest()));
    }
    if (held > 0) {
      text.append(", %s held".formatted(count(held, "column")));
    }
    if (constant > 0) {
      text.append(", %s the same in all draws".formatted(count(constant, "column")));
    }
    if (heldDiffers) {
      return text
          + "; chains that hold different rows sample different densities: for R-hat and ESS hold"
          + " one row";
    }
    double largest =
        quantities.stream()
            .filter(q -> q.rHat() != null && !q.neverMoved())
            .mapToDouble(Quantity::rHat)
            .max()
            .orElse(Double.NaN);
    if (Double.isNaN(largest) && neverMoved == 0) {
      return text + "; R-hat and ESS need 2 chains of 4 draws that are not all the same";
    }
    if (!Double.isNaN(largest)) {
      text.append(String.format(Locale.ROOT, ", R-hat at most %.3f", largest));
    }
    if (neverMoved > 0) {
      text.append(
          "%s in %s that no chain moved"
              .formatted(
                  Double.isNaN(largest) ? ", R-hat inf" : " and inf", count(neverMoved, "column")));
    }
    return text + (largest > MIXED || neverMoved > 0 ? ": not mixed, make the chains longer" : "");
  }

  private static String count(int n, String what) {
    return n + " " + what + (n == 1 ? "" : "s");
  }

  private static String row(Quantity q) {
    return String.format(
        Locale.ROOT,
        "%-12s  %11s  %11s  %10s  %10s  %9s  %9s  %8s  %6s",
        q.name(),
        text("%.5g", q.mean()),
        text("%.5g", q.sd()),
        text("%.2g", q.mcseMean()),
        text("%.2g", q.mcseSd()),
        text("%.0f", q.essBulk()),
        text("%.0f", q.essTail()),
        text("%.1f", q.autocorrelationTime()),
        text("%.3f", q.rHat()));
  }

  private static String text(String format, Double value) {
    if (value == null) {
      return "-";
    }
    return value.isInfinite() ? "inf" : String.format(Locale.ROOT, format, value);
  }
}
