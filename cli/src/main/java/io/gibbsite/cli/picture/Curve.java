package io.gibbsite.cli.picture;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines over a common axis. Needs {@link Fonts}. */
public final class Curve {
  private static final Color[] COLOURS = {
    new Color(0x26, 0x9E, 0x85), new Color(0x27, 0x24, 0x63), new Color(0xC8, 0x6B, 0x3C)
  };

  private final String title;
  private final String across;
  private final List<Line> lines = new ArrayList<>();

  private record Line(String name, double[] x, double[] y) {}

  /**
   * @param title above it
   * @param across what the common axis counts
   */
  public Curve(String title, String across) {
    this.title = title;
    this.across = across;
  }

  /** Adds a line; points with a NaN are left out, and a line without points altogether. */
  public Curve line(String name, double[] x, double[] y) {
    double[] keptX = new double[x.length];
    double[] keptY = new double[x.length];
    int kept = 0;
    for (int i = 0; i < x.length; i++) {
      if (Double.isFinite(x[i]) && Double.isFinite(y[i])) {
        keptX[kept] = x[i];
        keptY[kept++] = y[i];
      }
    }
    if (kept > 0) {
      lines.add(new Line(name, uneven(keptX, kept), uneven(keptY, kept)));
    }
    return this;
  }

  /**
   * The first values, with one more on the first stretch: points in even steps would be labelled
   * one by one, until the labels run together.
   */
  private static double[] uneven(double[] values, int count) {
    double[] more = new double[count + 1];
    more[0] = values[0];
    more[1] = values[0] + (values[Math.min(1, count - 1)] - values[0]) / 3;
    System.arraycopy(values, 1, more, 2, count - 1);
    return more;
  }

  /** Draws them. */
  public BufferedImage draw() {
    XYChart chart =
        new XYChartBuilder().width(1200).height(720).title(title).xAxisTitle(across).build();
    XYStyler styler = chart.getStyler();
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 28));
    styler.setChartTitleBoxVisible(false);
    styler.setChartPadding(24);
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(LegendLayout.Horizontal);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 20));
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 20));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 18));
    styler.setXAxisTickMarkSpacingHint(150);
    styler.setYAxisTickMarkSpacingHint(80);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setPlotGridLinesColor(new Color(0xE4, 0xE6, 0xEC));
    styler.setPlotGridLinesStroke(new BasicStroke(1));
    for (int i = 0; i < lines.size(); i++) {
      XYSeries series = chart.addSeries(lines.get(i).name(), lines.get(i).x(), lines.get(i).y());
      series.setMarker(SeriesMarkers.NONE);
      series.setLineColor(COLOURS[i % COLOURS.length]);
      series.setLineStyle(new BasicStroke(3, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    }
    return BitmapEncoder.getBufferedImage(chart);
  }
}
