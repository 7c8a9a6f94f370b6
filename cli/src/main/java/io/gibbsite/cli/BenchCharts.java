package io.gibbsite.cli;

import io.gibbsite.bench.BenchResult;
import io.gibbsite.bench.MachineLimits;
import io.gibbsite.cli.picture.Chart;
import io.gibbsite.cli.picture.Chart.Mark;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Records as pictures; the rows are those of the smallest number of threads. */
final class BenchCharts {
  /** Operations a byte, from copying to matrix products. */
  private static final double[] INTENSITIES = {1, 100_000};

  private BenchCharts() {}

  private static List<BenchResult> rows(BenchRecord record) {
    int least = record.rows().stream().mapToInt(BenchResult::threads).min().orElse(1);
    return record.rows().stream().filter(r -> r.threads() == least).toList();
  }

  /** What computed, and its rate: the backend, JAX, the best of PyTorch. */
  private static Map<String, Double> rates(BenchResult r) {
    Map<String, Double> rates = new LinkedHashMap<>();
    rates.put(r.backend(), r.gflops());
    rates.put("JAX", BenchPage.best(r, "jax"));
    rates.put("PyTorch, best", BenchPage.best(r, "torch"));
    rates.values().removeIf(Objects::isNull);
    return rates;
  }

  /** Bars for each workload and shape. */
  static BufferedImage throughput(BenchRecord record) {
    List<BenchResult> rows = rows(record);
    List<String> groups =
        rows.stream().map(r -> r.workload() + " " + r.shape()).distinct().toList();
    Map<String, Double[]> series = new LinkedHashMap<>();
    // Backends first, so that they lead the legend.
    rows.forEach(r -> series.put(r.backend(), new Double[groups.size()]));
    for (BenchResult r : rows) {
      int group = groups.indexOf(r.workload() + " " + r.shape());
      rates(r)
          .forEach(
              (name, rate) ->
                  series.computeIfAbsent(name, n -> new Double[groups.size()])[group] = rate);
    }
    return Chart.bars("GFLOP/s, %s".formatted(threads(rows.get(0).threads())), groups, series);
  }

  /** A roofline for each workload. */
  static BufferedImage rooflines(BenchRecord record) {
    List<BenchResult> all = rows(record);
    List<BufferedImage> panels = new ArrayList<>();
    for (String workload : all.stream().map(BenchResult::workload).distinct().toList()) {
      List<BenchResult> rows = all.stream().filter(r -> r.workload().equals(workload)).toList();
      Chart chart =
          new Chart(
              "%s, %s".formatted(workload, threads(rows.get(0).threads())),
              "operations a byte that has to be moved",
              "GFLOP/s");
      record.limits().stream()
          .filter(limits -> limits.threads() == rows.get(0).threads())
          .forEach(limits -> roofs(chart, limits, workload.startsWith("gibbs")));
      Map<String, Map<Double, Double>> points = new LinkedHashMap<>();
      for (BenchResult r : rows) {
        rates(r)
            .forEach(
                (name, rate) ->
                    points
                        .computeIfAbsent(name, n -> new LinkedHashMap<>())
                        .put(r.intensity(), rate));
      }
      points.forEach(
          (name, at) -> chart.add(name, array(at.keySet()), array(at.values()), Mark.POINTS));
      panels.add(chart.draw());
    }
    return Chart.grid(panels, 2);
  }

  private static void roofs(Chart chart, MachineLimits limits, boolean binary) {
    roof(chart, "multiply-adds", limits.fmaGflops(), limits);
    if (binary && limits.lookupGops() != null) {
      roof(chart, "looked-up sums", limits.lookupGops(), limits);
    }
    if (binary && limits.int8Gops() != null) {
      roof(chart, "int8, three limbs", limits.int8Gops() / 3, limits);
    }
  }

  /** Memory up to where the resource binds, and flat from there. */
  private static void roof(Chart chart, String name, double gflops, MachineLimits limits) {
    double bandwidth = limits.copyGigabytesPerSecond();
    double ridge = Math.max(INTENSITIES[0], gflops / bandwidth);
    double[] x = {INTENSITIES[0], ridge, INTENSITIES[1]};
    chart.add(
        name, x, new double[] {Math.min(gflops, bandwidth * x[0]), gflops, gflops}, Mark.LINE);
  }

  private static String threads(int count) {
    return count == 1 ? "one thread" : count + " threads";
  }

  private static double[] array(Iterable<Double> values) {
    List<Double> list = new ArrayList<>();
    values.forEach(list::add);
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
