package io.gibbsite.random;

/**
 * The purpose of a draw: one component of its address, so that draws for different purposes never
 * coincide. The identifiers are part of the file format of a run; they never change.
 */
public enum DrawStream {
  INITIAL_PARAMETERS(1),
  INITIAL_STATE(2),
  LANGEVIN(3),
  HIDDEN_GIBBS(4),
  VISIBLE_GIBBS(5),
  NCE_NOISE(6),
  PROPOSAL(7),
  ACCEPT(8),
  DATA_ORDER(9),
  DATA(10),
  JITTER(11),
  DIRECTION(12),
  IMPORTANCE(13),
  SPIN_GIBBS(31),
  SCAN_ORDER(32),
  CORRUPTION(33),
  COUPLINGS(34);

  private final int id;

  DrawStream(int id) {
    this.id = id;
  }

  /** The stream's number, 1 to 255. */
  public int id() {
    return id;
  }
}
