#!/usr/bin/env python3
"""Checkerboard heat-bath sweeps of an Ising lattice as a NumPy or JAX user would write them, timed.

usage: ising.py --engine numpy|jax [--threads N] [--size L ...] [--quick]

One JSON line for each size, with the keys of `gibbsite bench ising --json`: the median over repeats
of one sweep, and updates of a spin a nanosecond. The lattice is stored as its two colours, each
[L, L / 2], so that no update is computed and thrown away. T = 2.269, from fair spins.
"""
import argparse, json, os, statistics, time

a = argparse.ArgumentParser()
a.add_argument("--engine", required=True, choices=["numpy", "jax"])
a.add_argument("--threads", type=int, default=0)
a.add_argument("--size", type=int, nargs="*", default=[64, 1024, 4096])
a.add_argument("--quick", action="store_true")
a = a.parse_args()
if a.threads:
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(a.threads)
    if a.threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import numpy as np

TEMPERATURE = 2.269
# p(up) for -4, -2, 0, 2, 4 as the sum of neighbours
P = (1 / (1 + np.exp(-2 * np.arange(-4, 5, 2) / TEMPERATURE))).astype(np.float32)


def neighbours(other, colour, xp):
    """Sums over the four neighbours of one colour's sites, [L, L / 2] int8."""
    even = (xp.arange(other.shape[0]) % 2 == colour)[:, None]
    side = xp.where(even, xp.roll(other, 1, 1), xp.roll(other, -1, 1))
    return other + xp.roll(other, 1, 0) + xp.roll(other, -1, 0) + side


def numpy_sweeps(size):
    rng = np.random.Generator(np.random.SFC64(0))
    black, white = (rng.integers(0, 2, (size, size // 2), dtype=np.int8) * 2 - 1 for _ in range(2))
    state = [black, white]

    def sweep():
        for colour in (0, 1):
            k = (neighbours(state[1 - colour], colour, np) + 4) // 2
            u = rng.random(k.shape, dtype=np.float32)
            state[colour] = np.where(u < P[k], np.int8(1), np.int8(-1))

    return sweep, 1


def jax_sweeps(size):
    import jax, jax.numpy as jnp

    table = jnp.asarray(P)
    count = max(1, int(4e6 / size**2))

    def half(state, colour, key):
        k = (neighbours(state[1 - colour], colour, jnp) + 4) // 2
        u = jax.random.uniform(key, k.shape, dtype=jnp.float32)
        drawn = jnp.where(u < table[k], jnp.int8(1), jnp.int8(-1))
        return (drawn, state[1]) if colour == 0 else (state[0], drawn)

    @jax.jit
    def run(state, key):
        def body(i, carry):
            state, key = carry
            key, one, two = jax.random.split(key, 3)
            return half(half(state, 0, one), 1, two), key

        return jax.lax.fori_loop(0, count, body, (state, key))

    key = jax.random.PRNGKey(0)
    spin = lambda k: (jax.random.bernoulli(k, 0.5, (size, size // 2)) * 2 - 1).astype(jnp.int8)
    carry = [((spin(key), spin(jax.random.PRNGKey(1))), key)]

    def sweep():
        carry[0] = run(*carry[0])
        jax.block_until_ready(carry[0])

    return sweep, count


for size in a.size:
    sweep, count = (numpy_sweeps if a.engine == "numpy" else jax_sweeps)(size)
    for _ in range(3):
        sweep()
    times, start = [], time.perf_counter()
    while len(times) < 5 or (time.perf_counter() - start < (1.5 if a.quick else 4) and len(times) < 50):
        begin = time.perf_counter()
        sweep()
        times.append((time.perf_counter() - begin) / count)
    seconds = statistics.median(times)
    print(
        json.dumps(
            {
                "peer": a.engine,
                "workload": "ising",
                "shape": f"{size}x{size}",
                "threads": a.threads or "all",
                "seconds": seconds,
                "flips_per_ns": size * size / seconds / 1e9,
            }
        ),
        flush=True,
    )
