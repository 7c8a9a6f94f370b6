package io.gibbsite.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gibbsite.backend.BackendProvider.Availability;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.HeldRows;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Langevin;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The launch code through JCuda itself, on the driver of {@code driver.cpp}. The last test leaves
 * the driver as a kernel's fault leaves a GPU, so tests have an order.
 */
@Tag("driver")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JcudaDeviceTest {
  private static final byte[] IMAGE = {1};

  /** Skips or fails where the driver could not be built. */
  private final EmulatedDevice emulated = new EmulatedDevice();

  @BeforeEach
  void load() throws IOException {
    JcudaNatives.load();
  }

  @Test
  void theNativeLibraryLeavesNoFileBehind() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("gibbsite-jcuda-"));
    }
  }

  @Test
  void aGpuIsDescribed() {
    assertThat(Driver.obstacle()).isNull();
    assertThat(JcudaDevice.obstacle()).isNull();
    assertThat(JcudaDevice.describe())
        .isEqualTo("Emulated GPU, compute 9.0, 16 multiprocessors, 1 GiB, driver for CUDA 12.6");
    Availability availability = new CudaBackendProvider().probe();
    boolean built = CudaBackendProvider.class.getResource("gibbsite.fatbin") != null;
    assertThat(availability.available()).isEqualTo(built);
    assertThat(availability.detail()).contains(built ? "Emulated GPU" : "nvcc");
  }

  /** In a process of its own, whose environment tells the driver what to be. */
  public static void main(String[] args) throws IOException {
    String obstacle = Driver.obstacle();
    if (obstacle == null) {
      JcudaNatives.load();
      obstacle = JcudaDevice.obstacle();
    }
    System.out.println(obstacle);
  }

  @ParameterizedTest
  @CsvSource({
    "EMULATED_COMPUTE, 75, compute capability 7.5: needs 8.0",
    "EMULATED_COMPUTE, 80, null",
    "EMULATED_DRIVER_VERSION, 11080, (it is for CUDA 11.8): install driver 525 or later",
    "EMULATED_DRIVER_VERSION, 12000, null"
  })
  void oldGpusAndDriversAreRefused(String variable, String value, String telling)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            JcudaDeviceTest.class.getName());
    builder.environment().put(variable, value);
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said.strip()).contains(telling).doesNotContain("\n");
  }

  @Test
  void kernelsThatTheDriverRefusesAreToldApart() {
    assertThatExceptionOfType(BackendUnavailableException.class)
        .isThrownBy(() -> new JcudaDevice(new byte[] {0}, false))
        .withMessageContaining("CUDA_ERROR_INVALID_IMAGE")
        .withMessageContaining("update");
  }

  /** Around the size of the pinned buffers, and at offsets. */
  @Test
  void copiesArriveWhole() {
    try (JcudaDevice device = new JcudaDevice(IMAGE, false);
        DeviceStream stream = device.openStream()) {
      for (int size : new int[] {1, 1000, 4 << 20, (4 << 20) + 1, 13_000_001}) {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        DeviceMemory memory = stream.allocateCleared(size + 7L);
        stream.upload(MemorySegment.ofArray(bytes), memory, 3);
        byte[] back = new byte[size + 7];
        stream.download(memory, 0, MemorySegment.ofArray(back));
        byte[] expected = new byte[size + 7];
        System.arraycopy(bytes, 0, expected, 3, size);
        assertThat(Arrays.equals(back, expected)).as("%d bytes", size).isTrue();
        byte[] part = new byte[size];
        stream.download(memory, 3, MemorySegment.ofArray(part));
        assertThat(Arrays.equals(part, bytes)).as("%d bytes", size).isTrue();
      }
    }
  }

  @Test
  void rbmsHaveTheBitsOfTheEmulation() {
    RbmShape shape = new RbmShape(70, 33);
    float[] values = new float[shape.parameterCount()];
    SplittableRandom random = new SplittableRandom(1);
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (0.3 * random.nextGaussian());
    }
    RbmParameters model = new RbmParameters(shape, values);
    try (JcudaDevice device = new JcudaDevice(IMAGE, false);
        RbmSession session = new RbmCuda(device, shape, 40);
        RbmSession expected = new RbmCuda(emulated, shape, 40)) {
      assertThat(chains(session, model)).isEqualTo(chains(expected, model));
    }
  }

  private static byte[] chains(RbmSession session, RbmParameters model) {
    byte[] v = new byte[40 * 70];
    session.setParameters(model);
    session.setVisible(v, 40);
    session.gibbs(Gibbs.sweeps(3), 9);
    session.readVisible(v);
    return v;
  }

  @Test
  void mlpsHaveTheBitsOfTheEmulation() {
    MlpShape shape = MlpShape.of(Activation.TANH, 5, 70, 66);
    MlpParameters model = MlpParameters.random(shape, null, 3);
    try (JcudaDevice device = new JcudaDevice(IMAGE, false);
        MlpSession session = new MlpCuda(device, shape, 50, Precision.BF16X6);
        MlpSession expected = new MlpCuda(emulated, shape, 50, Precision.BF16X6)) {
      assertThat(chains(session, model)).isEqualTo(chains(expected, model));
    }
  }

  /** JCublas, the library that passes its calls on, and a libcublas.so.13 behind it. */
  @Test
  void jcublasMultipliesWideLayersOnTheNewLibraryToo() throws IOException {
    MlpShape shape = MlpShape.of(Activation.SILU, 67, 70, 66);
    MlpParameters model = MlpParameters.random(shape, null, 3);
    int n = 300;
    assertThat(JcublasLibrary.load()).isEqualTo("libcublas.so.13");
    try (JcudaDevice device = new JcudaDevice(IMAGE, true);
        MlpSession session = new MlpCuda(device, shape, n, Precision.FLOAT32);
        MlpSession own = new MlpCuda(emulated, shape, n, Precision.FLOAT32)) {
      float[][] got = passes(session, model, n);
      float[][] expected = passes(own, model, n);
      for (int pass = 0; pass < got.length; pass++) {
        for (int i = 0; i < got[pass].length; i++) {
          float error = Math.abs(got[pass][i] - expected[pass][i]);
          assertThat(error <= 1e-4f * (1 + Math.abs(expected[pass][i])))
              .as("pass %d, entry %d: %s, expected %s", pass, i, got[pass][i], expected[pass][i])
              .isTrue();
        }
      }
    }
  }

  private static float[][] passes(MlpSession session, MlpParameters model, int n) {
    int d = model.shape().inputs();
    float[] x = new float[n * d];
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    float[][] got = {
      new float[n],
      new float[n * d],
      new float[model.shape().parameterCount()],
      new float[model.shape().parameterCount()],
      new float[n],
      new float[model.shape().parameterCount()]
    };
    session.setParameters(model);
    session.energy(x, n, got[4]);
    session.inputGradient(x, n, got[0], got[1]);
    session.parameterGradient(x, x, n, got[2]);
    session.directionalParameterGradient(x, x.clone(), x, x, x, n, got[3]);
    try (HeldRows held = session.hold(x, n)) {
      session.parameterGradient(held, x, got[5]);
    }
    return got;
  }

  private static float[] chains(MlpSession session, MlpParameters model) {
    float[] x = new float[50 * 5];
    session.setParameters(model);
    session.setChains(x, 50);
    session.langevin(Langevin.steps(3), 9);
    session.readChains(x);
    float[] gradient = new float[model.shape().parameterCount()];
    session.parameterGradient(x, x, 50, gradient);
    return gradient;
  }

  @Test
  void tooLittleMemorySaysWhatWasAskedAndIsFreeAndTheDeviceGoesOn() {
    try (JcudaDevice device = new JcudaDevice(IMAGE, false);
        DeviceStream stream = device.openStream()) {
      assertThatExceptionOfType(DeviceMemoryException.class)
          .isThrownBy(() -> stream.allocate(1025L << 20))
          .withMessageContaining("1024 MiB free")
          .withMessageContaining("1025 MiB are needed");
      RbmShape large = new RbmShape(20_000, 10_000);
      assertThatExceptionOfType(DeviceMemoryException.class)
          .isThrownBy(() -> new RbmCuda(device, large, 1000).close());
      assertThat(stream.allocate(1000).bytes()).isEqualTo(1000);
    }
  }

  @Test
  void memoryMayBeFreedBeforeItsStreamIsClosed() {
    try (JcudaDevice device = new JcudaDevice(IMAGE, false);
        DeviceStream stream = device.openStream()) {
      for (int i = 0; i < 3; i++) {
        stream.free(stream.allocate(700L << 20));
      }
    }
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void aFaultClosesTheDeviceForGood() {
    JcudaDevice device = new JcudaDevice(IMAGE, false);
    DeviceStream stream = device.openStream();
    DeviceMemory memory = stream.allocate(256);
    DeviceKernel kernel = device.kernel("faults", 64, 256);
    Arguments arguments = new Arguments().begin().pointer(memory).number(3).number(0).end();
    stream.launch(kernel, 1, 1, 1, arguments);
    assertThatExceptionOfType(DeviceFaultException.class)
        .isThrownBy(stream::synchronize)
        .withMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS")
        .withMessageContaining("restart the process");
    assertThatExceptionOfType(DeviceFaultException.class)
        .isThrownBy(() -> stream.allocate(1))
        .withMessageContaining("restart the process");
    assertThatExceptionOfType(DeviceFaultException.class).isThrownBy(device::openStream);
    stream.free(memory);
    stream.close();
    device.close();
  }
}
