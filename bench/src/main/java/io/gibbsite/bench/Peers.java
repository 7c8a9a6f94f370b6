package io.gibbsite.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The peers that a Python has, with a number of threads. */
public final class Peers implements AutoCloseable {
  /** The scripts, as this program carries them; the first is a part of the others. */
  private static final List<String> SCRIPTS =
      List.of("peer.py", "torch_peer.py", "jax_peer.py", "numpy_peer.py");

  /** For networks of real numbers. */
  private static final List<List<String>> NETWORKS =
      List.of(
          List.of("torch_peer.py"), List.of("torch_peer.py", "--compile"), List.of("jax_peer.py"));

  /** For units that are up or down. */
  private static final List<List<String>> SPINS =
      List.of(List.of("numpy_peer.py"), List.of("jax_peer.py"));

  private final Path folder;
  private final List<Peer> peers = new ArrayList<>();

  /** Where the process is ended from outside, the peers end with it. */
  private final Thread atExit = new Thread(this::end);

  /**
   * Starts those for {@link Workload} that are there.
   *
   * @param python the interpreter
   * @param device {@code cpu} or {@code cuda}
   * @param note takes a line for each that is missing
   * @throws PeerException if none is there
   */
  public Peers(Path python, int threads, String device, Consumer<String> note) {
    this(NETWORKS, python, threads, device, note);
  }

  /**
   * Starts those for {@link SpinWork} that are there, on the processor.
   *
   * @throws PeerException if none is there
   */
  public static Peers ofSpins(Path python, int threads, Consumer<String> note) {
    return new Peers(SPINS, python, threads, "cpu", note);
  }

  private Peers(
      List<List<String>> engines, Path python, int threads, String device, Consumer<String> note) {
    try {
      folder = unpack();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(atExit);
    Set<String> reasons = new LinkedHashSet<>();
    for (List<String> engine : engines) {
      List<String> command = new ArrayList<>(engine);
      command.set(0, folder.resolve(engine.get(0)).toString());
      command.addAll(List.of("--threads", Integer.toString(threads), "--device", device));
      try {
        peers.add(new Peer(python, command));
      } catch (PeerException e) {
        reasons.add(e.getMessage());
      }
    }
    if (peers.isEmpty()) {
      close();
      throw new PeerException("no peer to measure: " + String.join("; ", reasons));
    }
    reasons.forEach(reason -> note.accept("going on without a peer: " + reason));
  }

  private static Path unpack() throws IOException {
    Path folder = Files.createTempDirectory("gibbsite-peers");
    for (String script : SCRIPTS) {
      try (InputStream in = Peers.class.getResourceAsStream("peers/" + script)) {
        Files.copy(in, folder.resolve(script));
      }
    }
    return folder;
  }

  /** Those that run. */
  public List<Peer> all() {
    return List.copyOf(peers);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // It is running, and does the rest.
    }
    end();
  }

  private void end() {
    peers.forEach(Peer::close);
    try {
      for (String script : SCRIPTS) {
        Files.deleteIfExists(folder.resolve(script));
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
