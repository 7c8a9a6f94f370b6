package io.gibbsite.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What CUDA's assembler says of the kernels, where there is an nvcc: all values of a thread are in
 * registers. Spilled ones, and arrays that are indexed at run time, go to memory, which is slow and
 * easy to bring about without noticing.
 */
class KernelResourcesTest {
  private static final Path SAID = Path.of("target", "ptxas.txt");

  @Test
  void noKernelKeepsValuesInLocalMemory() throws IOException {
    assumeTrue(Files.exists(SAID), "there was no nvcc to compile the kernels with");
    List<String> lines = Files.readAllLines(SAID);
    assertThat(lines).anyMatch(line -> line.contains("rbm_gibbs_128x128' for 'sm_90a'"));
    assertThat(lines).anyMatch(line -> line.contains("0 bytes spill stores"));
    assertThat(lines)
        .noneMatch(line -> line.toLowerCase(java.util.Locale.ROOT).contains("local memory"))
        .noneMatch(line -> line.contains("bytes spill") && !line.contains(" 0 bytes spill stores"));
  }
}
