package io.gibbsite.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Another framework in a Python process of its own, which does the same work when asked; {@code
 * peer.py} says how. The process ends with this object, or when its standard input does.
 */
public final class Peer implements AutoCloseable {
  private static final int CLOSE_SECONDS = 5;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedReader results;
  private final Writer requests;
  private final String name;
  private final String version;

  /**
   * Starts a framework and waits until it is loaded.
   *
   * @param python the interpreter
   * @param script and its options
   * @throws PeerException with what the interpreter lacks
   */
  Peer(Path python, List<String> script) {
    List<String> command = new ArrayList<>(List.of(python.toString()));
    command.addAll(script);
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
      process = builder.start();
    } catch (IOException e) {
      throw new PeerException(
          python
              + ": cannot be started: name a Python that has the frameworks ("
              + e.getMessage()
              + ")");
    }
    results = process.inputReader(StandardCharsets.UTF_8);
    requests = process.outputWriter(StandardCharsets.UTF_8);
    JsonNode hello;
    try {
      hello = read(python.toString());
    } catch (PeerException e) {
      process.destroy();
      throw e;
    }
    if (hello.has("missing")) {
      process.destroy();
      throw new PeerException(python + ": " + hello.get("missing").asText());
    }
    name = hello.get("peer").asText();
    version = hello.get("version").asText();
  }

  /** Such as {@code jax}. */
  public String name() {
    return name;
  }

  public String version() {
    return version;
  }

  /**
   * Compiles and warms up.
   *
   * @throws PeerException if it cannot
   */
  void prepare(Work work) {
    request(work, 0);
  }

  /** The seconds of a step, by each of the calls within that many seconds. */
  double[] times(Work work, double seconds) {
    JsonNode times = request(work, seconds).path("times");
    if (times.isEmpty()) {
      throw new PeerException(name + ": answered without a time");
    }
    double[] values = new double[times.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = times.get(i).asDouble();
    }
    return values;
  }

  private JsonNode request(Work work, double seconds) {
    Map<String, Object> request =
        Map.of(
            "workload", work.name(),
            "shape", work.shape(),
            "batch", work.batch(),
            "steps", work.steps(),
            "seconds", seconds);
    try {
      requests.write(JSON.writeValueAsString(request) + "\n");
      requests.flush();
    } catch (IOException e) {
      throw new PeerException(name + ": has ended");
    }
    JsonNode result = read(name);
    if (result.has("error")) {
      throw new PeerException(
          "%s cannot do %s %s: %s"
              .formatted(name, work.name(), work.shape(), result.get("error").asText()));
    }
    return result;
  }

  private JsonNode read(String who) {
    try {
      String line = results.readLine();
      if (line == null) {
        throw new PeerException(who + ": ended without an answer");
      }
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new PeerException(who + ": answered what is no JSON: " + e.getMessage());
    }
  }

  /** Ends the process, whatever it is doing; its streams end with it. */
  @Override
  public void close() {
    process.destroy();
    // Until it has gone it takes time from what is measured next.
    process.onExit().completeOnTimeout(process, CLOSE_SECONDS, TimeUnit.SECONDS).join();
  }
}
