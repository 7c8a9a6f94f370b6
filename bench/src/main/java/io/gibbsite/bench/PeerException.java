package io.gibbsite.bench;

/** A peer that is not there, or cannot do what it was asked for; the message is one line. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  PeerException(String message) {
    super(message);
  }
}
