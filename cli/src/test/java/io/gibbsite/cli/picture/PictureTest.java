package io.gibbsite.cli.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {
  private static final Plane UNIT = new Plane(0, 1, 0, 1);

  private static double luminance(int rgb) {
    Color c = new Color(rgb);
    return 0.2126 * c.getRed() + 0.7152 * c.getGreen() + 0.0722 * c.getBlue();
  }

  private static BufferedImage panel(Panel panel) {
    BufferedImage image = new BufferedImage(100, 100, BufferedImage.TYPE_INT_RGB);
    panel.draw(image.createGraphics(), 100);
    return image;
  }

  @Test
  void coloursGrowLighter() {
    double before = -1;
    for (int i = 0; i <= 100; i++) {
      double now = luminance(ColourMap.rgb(i / 100.0));
      assertThat(now).isGreaterThan(before);
      before = now;
    }
    assertThat(ColourMap.rgb(Double.NaN)).isEqualTo(ColourMap.rgb(0));
    assertThat(ColourMap.rgb(7)).isEqualTo(ColourMap.rgb(1));
  }

  @Test
  void aHeatMapsFirstRowIsAtTheBottom() {
    HeatMap map = new HeatMap("", UNIT, new float[] {0, 3, 0, 0}, 2);
    BufferedImage image = map.image();
    assertThat(image.getRGB(1, 1) & 0xFFFFFF).isEqualTo(ColourMap.rgb(1));
    assertThat(image.getRGB(1, 0) & 0xFFFFFF).isEqualTo(ColourMap.rgb(0));
  }

  @Test
  void pointsAreWhereTheirCoordinatesSay() {
    float[] x = {0.25f, 0.75f, 5, 5, Float.NaN, 0};
    BufferedImage image = panel(new ScatterPlot("", UNIT, x, 3));
    double brightest = 0;
    int at = -1;
    for (int i = 0; i < 10_000; i++) {
      double l = luminance(image.getRGB(i % 100, i / 100) & 0xFFFFFF);
      if (l > brightest) {
        brightest = l;
        at = i;
      }
    }
    assertThat((double) (at % 100)).isCloseTo(25, within(1.0));
    assertThat((double) (at / 100)).isCloseTo(25, within(1.0));
  }

  @Test
  void imagesAreRowMajorAndHeldToTheirRange() {
    float[] x = {0, 2, -1, Float.NaN};
    BufferedImage image = panel(new ImageGrid("", x, 2, 2, 1));
    int white = 0;
    for (int i = 0; i < 10_000; i++) {
      if ((image.getRGB(i % 100, i / 100) & 0xFFFFFF) == 0xFFFFFF) {
        white++;
        assertThat(i % 100).isGreaterThanOrEqualTo(50);
        assertThat(i / 100).isLessThan(50);
      }
    }
    assertThat(white).isGreaterThan(1000);
  }

  /** Two images of a pixel, where four would have room: one row, and half-way down. */
  @Test
  void aGridHasAsManyRowsAsItNeeds() {
    BufferedImage image = panel(new ImageGrid("", new float[] {1, 1}, 1, 1, 2));
    for (int i = 0; i < 10_000; i++) {
      if ((image.getRGB(i % 100, i / 100) & 0xFFFFFF) == 0xFFFFFF) {
        assertThat(i / 100).isBetween(25, 74);
      }
    }
    assertThat(image.getRGB(25, 50) & 0xFFFFFF).isEqualTo(0xFFFFFF);
    assertThat(image.getRGB(75, 50) & 0xFFFFFF).isEqualTo(0xFFFFFF);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ImageGrid("", new float[3], 2, 1, 2))
        .withMessage("3 values are no images of 2 x 1 pixels");
  }

  @Test
  void aRowOfPanelsIsWrittenAndReadBack(@TempDir Path folder) throws Exception {
    ScatterPlot plot = new ScatterPlot("data", new Plane(-2, 2, -2, 2), new float[2], 1);
    BufferedImage image = PanelRow.draw(List.of(plot, plot, plot));
    Path file = folder.resolve("row.png");
    Png.write(file, image);
    BufferedImage read = ImageIO.read(file.toFile());
    assertThat(read.getWidth()).isEqualTo(image.getWidth()).isGreaterThan(3 * 600);
    assertThat(read.getRGB(500, 400)).isEqualTo(image.getRGB(500, 400));
  }

  @Test
  void ticksAreRoundNumbers() {
    assertThat(PanelRow.tickStep(4)).isEqualTo(1);
    assertThat(PanelRow.tickStep(6.5)).isEqualTo(2);
    assertThat(PanelRow.tickStep(0.5)).isCloseTo(0.1, within(1e-12));
    assertThat(PanelRow.tickStep(20)).isEqualTo(5);
  }

  @Test
  void aPlaneHoldsThePoints() {
    Plane plane = Plane.around(new float[] {0, 1, 4, 3}, 2, 0.25);
    assertThat(plane).isEqualTo(new Plane(-1, 5, -1, 5));
  }

  @Test
  void curvesLeaveOutWhatIsNotFinite() {
    double[] x = {0, 1, 2};
    BufferedImage image =
        new Curve("loss", "step")
            .line("a", x, new double[] {Double.NaN, 1, 2})
            .line("one", x, new double[] {Double.NaN, 1, Double.NaN})
            .line("none", x, new double[] {Double.NaN, Double.NaN, Double.NaN})
            .draw();
    assertThat(image.getWidth()).isEqualTo(1200);
  }

  /** The end of a rising line is what matters most, and the legend must not cover it. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 300})
  void theLegendCoversNoLine(int points) {
    double[] x = new double[points];
    for (int i = 0; i < points; i++) {
      x[i] = i + 1;
    }
    BufferedImage image = new Curve("loss", "step").line("held out", x, x).draw();
    int last = 0;
    for (int i = 0; i < image.getWidth() * image.getHeight() * 3 / 4; i++) {
      int column = i % image.getWidth();
      if ((image.getRGB(column, i / image.getWidth()) & 0xFFFFFF) == 0x269E85) {
        last = Math.max(last, column);
      }
    }
    assertThat(last).isGreaterThan(1100);
  }
}
