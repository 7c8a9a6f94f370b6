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
  private static final List<String> SCRIPTS = List.of("peer.py", "torch_peer.py", "jax_peer.py");

  private static final List<List<String>> ENGINES =
      List.of(
          List.of("torch_peer.py"), List.of("torch_peer.py", "--compile"), List.of("jax_peer.py"));

  private final Path folder;
  private final List<Peer> peers = new ArrayList<>();

  /**
   * Starts all that are there.
   *
   * @param python the interpreter
   * @param device {@code cpu} or {@code cuda}
   * @param note takes a line for each that is missing
   * @throws PeerException if none is there
   */
  public Peers(Path python, int threads, String device, Consumer<String> note) {
    try {
      folder = unpack();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Set<String> reasons = new LinkedHashSet<>();
    for (List<String> engine : ENGINES) {
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
