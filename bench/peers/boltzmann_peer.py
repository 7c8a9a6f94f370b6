"""Sequential Gibbs sweeps of a Boltzmann machine as users of NumPy and JAX write them, timed.

    python bench/peers/boltzmann_peer.py --units 1000 --chains 256 --threads 1

States are -1 and +1, couplings normal of variance 1 / units; unit after unit, all chains at once:
p(y_i = +1 | rest) = sigmoid(2 sum_j w_ij y_j). One JSON object a line, with the keys of
`gibbsite bench discrete --json`; a framework that is not installed is left out.
"""
import argparse
import json
import os
import statistics
import time

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--units", type=int, default=1000)
parser.add_argument("--chains", type=int, default=256)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--seconds", type=float, default=4)
chosen = parser.parse_args()
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(chosen.threads)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: chosen.threads])

import numpy as np


def report(peer, sweep):
    for _ in range(2):
        sweep()
    times, start = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < chosen.seconds:
        begin = time.perf_counter()
        sweep()
        times.append(time.perf_counter() - begin)
    seconds = statistics.median(times)
    print(
        json.dumps(
            {
                "workload": "boltzmann",
                "units": chosen.units,
                "chains": chosen.chains,
                "backend": peer,
                "threads": chosen.threads,
                "seconds": seconds,
                "sweeps_per_s": chosen.chains / seconds,
                "updates_per_s": chosen.chains * chosen.units / seconds,
            }
        ),
        flush=True,
    )


def network(generator):
    """Symmetric couplings with a diagonal of zeros, and states [units, chains]."""
    n = chosen.units
    upper = np.triu(generator.standard_normal((n, n)) / np.sqrt(n), 1)
    w = (upper + upper.T).astype(np.float32)
    y = np.where(generator.random((n, chosen.chains)) < 0.5, 1, -1).astype(np.float32)
    return w, y


def with_numpy():
    generator = np.random.default_rng(1)
    w, y = network(generator)

    def sweep():
        u = generator.random((chosen.units, chosen.chains), dtype=np.float32)
        for i in range(chosen.units):
            p = 1 / (1 + np.exp(-2 * (w[i] @ y)))
            y[i] = np.where(u[i] < p, 1, -1)

    report("numpy", sweep)


def with_jax():
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return
    w, start = (jnp.asarray(a) for a in network(np.random.default_rng(1)))

    @jax.jit
    def one(y, key):
        u = jax.random.uniform(key, y.shape)

        def update(i, y):
            p = jax.nn.sigmoid(2 * (w[i] @ y))
            return y.at[i].set(jnp.where(u[i] < p, 1.0, -1.0))

        return jax.lax.fori_loop(0, y.shape[0], update, y)

    state = [start, jax.random.key(1)]

    def sweep():
        state[1], key = jax.random.split(state[1])
        state[0] = one(state[0], key).block_until_ready()

    report("jax", sweep)


with_numpy()
with_jax()
