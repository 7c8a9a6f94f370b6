"""The workloads in JAX, compiled by XLA. See peer.py."""
import math
import os
from functools import partial

import peer

options = peer.options(__doc__)
if options.device == "cpu":
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    if options.threads == 1:
        os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + (
            " --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
try:
    import jax
    import jax.numpy as jnp
    from jax import random
except ImportError as error:
    peer.missing(error)


def parameters(widths):
    keys = random.split(random.key(0), len(widths) - 1)
    return [(random.normal(key, (i, o)) / math.sqrt(i), jnp.zeros(o))
            for key, i, o in zip(keys, widths, widths[1:])]


def energy(model, x):
    """Of one row."""
    for weight, bias in model[:-1]:
        x = jax.nn.silu(x @ weight + bias)
    weight, bias = model[-1]
    return (x @ weight + bias)[0]


energies = jax.vmap(energy, (None, 0))
gradients = jax.vmap(jax.grad(energy, 1), (None, 0))


def rows(seed, batch, columns):
    return random.normal(random.key(seed), (batch, columns))


def energy_call(widths, batch, steps):
    model, x = parameters(widths), rows(1, batch, widths[0])
    forward = jax.jit(energies)
    return lambda: forward(model, x)


def langevin_chains(model, x, key, steps, step_size):
    def step(x, key):
        noise = math.sqrt(2 * step_size) * random.normal(key, x.shape)
        return x - step_size * gradients(model, x) + noise, None

    return jax.lax.scan(step, x, random.split(key, steps))[0]


def langevin_call(widths, batch, steps):
    model, x, key = parameters(widths), rows(1, batch, widths[0]), random.key(3)
    chains = jax.jit(lambda model, x, key: langevin_chains(model, x, key, steps, peer.STEP_SIZE))
    return lambda: chains(model, x, key)


def nce_call(widths, batch, steps):
    model, log_z = parameters(widths), jnp.zeros(())
    data, noise = rows(1, batch, widths[0]), rows(2, batch, widths[0])
    log_normaliser = 0.5 * widths[0] * math.log(2 * math.pi)

    def loss(trained, data, noise):
        model, log_z = trained

        def log_ratio(x):
            return -energies(model, x) - log_z + 0.5 * (x * x).sum(1) + log_normaliser

        return jax.nn.softplus(-log_ratio(data)).mean() + jax.nn.softplus(log_ratio(noise)).mean()

    gradient = jax.jit(jax.value_and_grad(loss))
    return lambda: gradient((model, log_z), data, noise)


def dsm_loss(model, x, noise):
    residual = noise - peer.SIGMA * gradients(model, x + peer.SIGMA * noise)
    return 0.5 * (residual ** 2).sum(1).mean()


def cd_loss(model, data, negatives):
    return energies(model, data).mean() - energies(model, negatives).mean()


def train_dsm_call(widths, batch, steps):
    return updates(widths, batch, lambda model, x, key: jax.value_and_grad(dsm_loss)(
        model, x, random.normal(key, x.shape)))


def train_cd_call(widths, batch, steps):
    return updates(widths, batch, lambda model, x, key: jax.value_and_grad(cd_loss)(
        model, x, langevin_chains(model, x, key, peer.CD_STEPS, peer.CD_STEP_SIZE)))


def updates(widths, batch, loss_and_gradient):
    """Makes an update by Adam a call; JAX itself has no optimisers."""
    x = rows(1, batch, widths[0])
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    @partial(jax.jit, donate_argnums=0)
    def update(state, x):
        model, first, second, t = state
        loss, g = loss_and_gradient(model, x, random.fold_in(random.key(3), t))
        t = t + 1
        first = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, first, g)
        second = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, second, g)
        rate = peer.LEARNING_RATE / (1 - beta1 ** t)
        model = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v / (1 - beta2 ** t)) + epsilon),
            model, first, second)
        return (model, first, second, t), loss

    model = parameters(widths)
    zeros = [jax.tree.map(jnp.zeros_like, model) for _ in range(2)]
    state = [(model, *zeros, jnp.zeros((), jnp.int32))]

    def call():
        state[0], loss = update(state[0], x)
        return state[0], loss

    return call


def gibbs_call(widths, batch, steps):
    visible, hidden = widths
    weight = 0.05 * random.normal(random.key(4), (visible, hidden))
    b, c = jnp.zeros(visible), jnp.zeros(hidden)
    start = random.bernoulli(random.key(5), 0.5, (batch, visible)).astype(jnp.float32)

    @jax.jit
    def sweeps(weight, b, c, v, key):
        def sweep(v, key):
            of_hidden, of_visible = random.split(key)
            h = random.bernoulli(of_hidden, jax.nn.sigmoid(v @ weight + c)).astype(jnp.float32)
            v = random.bernoulli(of_visible, jax.nn.sigmoid(h @ weight.T + b)).astype(jnp.float32)
            return v, None

        return jax.lax.scan(sweep, v, random.split(key, steps))[0]

    key = random.key(6)
    return lambda: sweeps(weight, b, c, start, key)


def neighbours_up(other, colour):
    """How many of the four neighbours of each site of a colour are up, [lattices, L, L / 2]."""
    shifted_right = (jnp.arange(other.shape[1]) % 2 == colour)[:, None]
    side = jnp.where(shifted_right, jnp.roll(other, 1, 2), jnp.roll(other, -1, 2))
    return other + jnp.roll(other, 1, 1) + jnp.roll(other, -1, 1) + side


def ising_call(widths, batch, steps):
    rows, columns = widths
    probability = jnp.array(peer.ising_probabilities(), jnp.float32)
    shape = (batch, rows, columns // 2)
    start = tuple(random.bernoulli(random.key(k), 0.5, shape).astype(jnp.int8) for k in (7, 8))

    def drawn(other, colour, key):
        p = probability[neighbours_up(other, colour)]
        return (random.uniform(key, shape) < p).astype(jnp.int8)

    @jax.jit
    def sweeps(state, key):
        def sweep(state, key):
            of_black, of_white = random.split(key)
            black = drawn(state[1], 0, of_black)
            return (black, drawn(black, 1, of_white)), None

        return jax.lax.scan(sweep, state, random.split(key, steps))[0]

    key = random.key(9)
    return lambda: sweeps(start, key)


def boltzmann_call(widths, batch, steps):
    """y_i = sign(f_i - z_i / 2), z_i logistic: +1 with probability sigmoid(2 f_i)."""
    (units,) = widths
    upper = jnp.triu(random.normal(random.key(10), (units, units)) / math.sqrt(units), 1)
    start = jnp.where(random.bernoulli(random.key(11), 0.5, (units, batch)), 1.0, -1.0)

    @jax.jit
    def sweeps(w, y, key):
        def sweep(y, key):
            threshold = random.logistic(key, y.shape) / 2

            def update(i, y):
                return y.at[i].set(jnp.where(threshold[i] < w[i] @ y, 1.0, -1.0))

            return jax.lax.fori_loop(0, units, update, y), None

        return jax.lax.scan(sweep, y, random.split(key, steps))[0]

    w, key = upper + upper.T, random.key(12)
    return lambda: sweeps(w, start, key)


WORKLOADS = {
    "energy": energy_call,
    "langevin": langevin_call,
    "nce": nce_call,
    "train-dsm": train_dsm_call,
    "train-cd": train_cd_call,
    "gibbs": gibbs_call,
    "ising": ising_call,
    "boltzmann": boltzmann_call,
}

peer.serve(
    "jax",
    jax.__version__,
    options.threads,
    WORKLOADS,
    jax.block_until_ready,
)
