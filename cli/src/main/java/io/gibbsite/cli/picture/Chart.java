package io.gibbsite.cli.picture;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines and points over two logarithmic axes. Needs {@link Fonts}. */
public final class Chart {
  /** How a series is drawn. */
  public enum Mark {
    /** A line without points. */
    LINE,
    /** Points without a line. */
    POINTS,
    /** Points on a line. */
    POINTS_ON_LINE
  }

  private static final int WIDTH = 640;
  private static final int HEIGHT = 420;
  private static final Color[] COLOURS = {
    new Color(0x26, 0x9E, 0x85),
    new Color(0x27, 0x24, 0x63),
    new Color(0xC8, 0x6B, 0x3C),
    new Color(0xE0, 0xB6, 0x4B),
    new Color(0x7F, 0xB8, 0xDE),
    new Color(0x8E, 0x5A, 0x9B)
  };
  private static final Color[] LINES = {
    new Color(0x77, 0x7B, 0x8C), new Color(0xA8, 0xAC, 0xBA), new Color(0xC8, 0xCB, 0xD4)
  };

  private final XYChart chart;
  private int lines;
  private int points;
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;

  /**
   * @param title above it
   * @param across what the horizontal axis shows
   * @param up what the vertical axis shows
   */
  public Chart(String title, String across, String up) {
    chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(across)
            .yAxisTitle(up)
            .build();
    style(chart.getStyler());
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setXAxisDecimalPattern("#,###.##");
    chart.getStyler().setYAxisDecimalPattern("#,###.##");
  }

  private static void style(AxesChartStyler styler) {
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 18));
    styler.setChartTitleBoxVisible(false);
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(LegendLayout.Horizontal);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    styler.setPlotBorderVisible(false);
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setPlotGridLinesColor(new Color(0xE4, 0xE6, 0xEC));
    styler.setPlotGridLinesStroke(new BasicStroke(1));
  }

  /** Adds a series of positive values. */
  public Chart add(String name, double[] x, double[] y, Mark mark) {
    XYSeries series = chart.addSeries(name, x, y);
    for (double value : y) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    if (mark == Mark.LINE) {
      series.setMarker(SeriesMarkers.NONE);
      series.setLineColor(LINES[lines++ % LINES.length]);
    } else {
      Color colour = COLOURS[points++ % COLOURS.length];
      series.setMarker(SeriesMarkers.CIRCLE);
      series.setMarkerColor(colour);
      series.setLineColor(colour);
      if (mark == Mark.POINTS) {
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
      }
    }
    series.setLineStyle(new BasicStroke(2));
    return this;
  }

  /** Draws it, with whole decades upwards. */
  public BufferedImage draw() {
    chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(least))));
    chart.getStyler().setYAxisMax(Math.pow(10, Math.ceil(Math.log10(most))));
    return BitmapEncoder.getBufferedImage(chart);
  }

  /**
   * Draws groups of bars over a plain axis.
   *
   * @param groups the labels along the axis
   * @param series a value for each group, null for no bar
   */
  public static BufferedImage bars(
      String title, List<String> groups, Map<String, Double[]> series) {
    CategoryChart chart =
        new CategoryChartBuilder().width(2 * WIDTH).height(HEIGHT).title(title).build();
    style(chart.getStyler());
    chart.getStyler().setSeriesColors(COLOURS);
    chart.getStyler().setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    chart.getStyler().setAvailableSpaceFill(0.8);
    series.forEach((name, values) -> chart.addSeries(name, groups, Arrays.asList(values)));
    return BitmapEncoder.getBufferedImage(chart);
  }

  /** Pictures of one size in rows of so many. */
  public static BufferedImage grid(List<BufferedImage> panels, int columns) {
    int width = panels.get(0).getWidth();
    int height = panels.get(0).getHeight();
    int rows = (panels.size() + columns - 1) / columns;
    BufferedImage image =
        new BufferedImage(
            Math.min(columns, panels.size()) * width, rows * height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    for (int i = 0; i < panels.size(); i++) {
      graphics.drawImage(panels.get(i), i % columns * width, i / columns * height, null);
    }
    graphics.dispose();
    return image;
  }
}
