package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class InfoCommandTest {
  @Test
  void peopleReadLines() {
    assertThat(Run.of("info").succeeds().out())
        .contains("Gibbsite ", "JDK ", "Processor ", "Vectors ", "-bit preferred", "scalar ");
  }

  @Test
  void programsReadJson() throws IOException {
    JsonNode json = new ObjectMapper().readTree(Run.of("info", "--json").succeeds().out());
    assertThat(json.get("jdk").textValue()).startsWith(System.getProperty("java.runtime.version"));
    assertThat(json.get("cores").intValue()).isPositive();
    assertThat(json.get("vector_bits").intValue()).isPositive();
    assertThat(json.get("memory_bytes").longValue()).isGreaterThan(1 << 26);
    assertThat(json.get("backends").findValuesAsText("name")).contains("scalar");
    assertThat(json.get("backends").findValuesAsText("detail")).doesNotContain("");
  }

  @Test
  void featuresAreThoseThatMatter() {
    List<String> cpuinfo =
        List.of("processor\t: 0", "flags\t\t: fpu sse2 avx512f amx_int8 avx2 avx512fp16x", "");
    assertThat(SystemReport.features(cpuinfo)).containsExactly("avx2", "avx512f", "amx_int8");
    assertThat(SystemReport.features(List.of("Features\t: fp asimd sve")))
        .containsExactly("asimd", "sve");
    assertThat(SystemReport.features(List.of())).isEmpty();
  }
}
