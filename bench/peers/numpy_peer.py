"""The workloads of units that are up or down in NumPy. See peer.py."""
import peer

options = peer.options(__doc__)
if options.device != "cpu":
    peer.missing("NumPy computes on the processor")
try:
    import numpy as np
except ImportError as error:
    peer.missing(error)

generator = np.random.Generator(np.random.SFC64(0))  # The fastest that NumPy has.


def neighbours_up(other, colour):
    """How many of the four neighbours of each site of a colour are up, [lattices, L, L / 2]."""
    up = other + np.roll(other, 1, 1)
    up += np.roll(other, -1, 1)
    up[:, colour::2] += np.roll(other[:, colour::2], 1, 2)
    up[:, 1 - colour :: 2] += np.roll(other[:, 1 - colour :: 2], -1, 2)
    return up


def ising_call(widths, batch, steps):
    rows, columns = widths
    probability = np.array(peer.ising_probabilities(), np.float32)
    shape = (batch, rows, columns // 2)
    state = [generator.integers(0, 2, shape, dtype=np.int8) for _ in range(2)]
    uniform = np.empty(shape, np.float32)

    def call():
        for _ in range(steps):
            for colour in (0, 1):
                p = probability[neighbours_up(state[1 - colour], colour)]
                generator.random(dtype=np.float32, out=uniform)
                state[colour] = (uniform < p).view(np.int8)
        return state

    return call


def boltzmann_call(widths, batch, steps):
    """y_i = sign(f_i - z_i / 2), z_i logistic: +1 with probability sigmoid(2 f_i)."""
    (units,) = widths
    upper = np.triu(generator.standard_normal((units, units)) / np.sqrt(units), 1)
    w = (upper + upper.T).astype(np.float32)
    y = np.where(generator.random((units, batch)) < 0.5, 1, -1).astype(np.float32)

    def call():
        for _ in range(steps):
            u = generator.random((units, batch), dtype=np.float32)
            with np.errstate(divide="ignore"):  # A uniform number may be 0.
                threshold = np.log(u / (1 - u)) / 2
            for i in range(units):
                np.copysign(1, w[i] @ y - threshold[i], out=y[i])
        return y

    return call


WORKLOADS = {"ising": ising_call, "boltzmann": boltzmann_call}

peer.serve("numpy", np.__version__, options.threads, WORKLOADS, lambda result: None)
