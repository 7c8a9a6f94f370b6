package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import io.gibbsite.ising.IsingLattices;
import io.gibbsite.ising.IsingParameters;
import io.gibbsite.ising.IsingShape;

/**
 * Heat-bath sweeps over Ising lattices with J = 1 and no field, from fair spins.
 *
 * @param size sites of a side
 * @param batch lattices: 1 or 64
 * @param temperature T
 */
public record IsingWork(int size, int batch, double temperature) implements SpinWork {
  /** The name it is asked for by. */
  public static final String NAME = "ising";

  /** Near the critical one, where spins take longest to decide. */
  static final double TEMPERATURE = 2.269;

  /** Spins of one call: as many as make it long beside the clock's resolution. */
  private static final double UPDATES = 4e6;

  public IsingWork {
    new IsingShape(size, size, batch);
    IsingParameters.ferromagnet(temperature);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String shape() {
    return size + "x" + size;
  }

  @Override
  public int units() {
    return size * size;
  }

  @Override
  public int steps() {
    return (int) Math.max(1, UPDATES / updates());
  }

  @Override
  public Run prepare(Backend backend) {
    return new Run(this, backend);
  }

  /** The lattices, whose sweeps go on from call to call. */
  public static final class Run implements Body {
    private final IsingLattices lattices;
    private final int sweeps;
    private long done;

    private Run(IsingWork work, Backend backend) {
      lattices =
          backend.open(
              new IsingShape(work.size, work.size, work.batch),
              IsingParameters.ferromagnet(work.temperature));
      lattices.random(0);
      sweeps = work.steps();
    }

    /** As the sweeps left them. */
    public IsingLattices lattices() {
      return lattices;
    }

    @Override
    public void run() {
      lattices.sweep(sweeps, done, 0);
      done += sweeps;
    }

    @Override
    public String method() {
      return lattices.method();
    }

    @Override
    public void close() {
      lattices.close();
    }
  }
}
