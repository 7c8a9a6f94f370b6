package io.gibbsite.cuda;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.BackendProvider;
import io.gibbsite.backend.BackendUnavailableException;
import java.io.IOException;
import java.io.InputStream;

/** Offers the backend {@code cuda} where there is a GPU that the kernels were compiled for. */
public final class CudaBackendProvider implements BackendProvider {
  private static final String KERNELS = "gibbsite.fatbin";
  private static final String GEMM = "gibbsite.cuda.gemm";

  @Override
  public String name() {
    return CudaBackend.NAME;
  }

  @Override
  public int preference() {
    return 40;
  }

  @Override
  public Availability probe() {
    try {
      String obstacle = obstacle();
      return obstacle == null
          ? new Availability(true, JcudaDevice.describe())
          : new Availability(false, obstacle);
    } catch (IOException | RuntimeException | LinkageError e) {
      return new Availability(false, firstLine(e));
    }
  }

  /** Null, or why it cannot run here; the cheapest questions first. */
  private static String obstacle() throws IOException {
    String driver = Driver.obstacle();
    if (driver != null) {
      return driver;
    }
    if (CudaBackendProvider.class.getResource(KERNELS) == null) {
      return "built without its kernels: build where CUDA's nvcc is on the PATH";
    }
    JcudaNatives.load();
    return JcudaDevice.obstacle();
  }

  /**
   * Whether the products of wide layers are to be cuBLAS's: {@code -Dgibbsite.cuda.gemm=jcublas}.
   */
  private static boolean asksForJcublas() {
    String gemm = System.getProperty(GEMM, "own");
    if (!gemm.equals("own") && !gemm.equals("jcublas")) {
      throw new BackendUnavailableException(GEMM + " is own or jcublas, not '" + gemm + "'");
    }
    return gemm.equals("jcublas");
  }

  private static String firstLine(Throwable e) {
    String text = e.getMessage() == null ? e.toString() : e.getMessage();
    return "the driver could not be used: " + text.lines().findFirst().orElse("");
  }

  @Override
  public Backend create(BackendOptions options) {
    Availability availability = probe();
    if (!availability.available()) {
      throw new BackendUnavailableException(
          "backend cuda cannot run here: " + availability.detail());
    }
    boolean gemm = asksForJcublas();
    try (InputStream kernels = CudaBackendProvider.class.getResourceAsStream(KERNELS)) {
      if (gemm) {
        JcublasLibrary.load();
      }
      return new CudaBackend(
          CudaBackend.NAME, options, new JcudaDevice(kernels.readAllBytes(), gemm));
    } catch (IOException e) {
      throw new BackendUnavailableException("backend cuda cannot run here: " + e.getMessage());
    }
  }
}
