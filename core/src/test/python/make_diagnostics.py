"""Writes the cases of DiagnosticsFileTest: chains, and what ArviZ says of them.

    python make_diagnostics.py diagnostics.npz        (ArviZ 0.23, NumPy)

NAME/x [chain, draw] holds the draws, NAME/expected [7] the bulk and the tail ESS, the ESS of the mean, that
of the squared deviations, the standard errors of the mean and of the standard deviation, and R-hat.
"""

import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
import arviz as az  # noqa: E402


def autoregressive(rng, chains, draws, rho):
    x = np.empty((chains, draws))
    x[:, 0] = rng.standard_normal(chains)
    for t in range(1, draws):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho**2) * rng.standard_normal(chains)
    return x


def metropolis(rng, chains, draws, scale):
    """Many draws are repeated, so that ranks and quantiles have ties."""
    x = np.empty((chains, draws))
    state = rng.standard_normal(chains)
    for t in range(draws):
        proposal = state + scale * rng.standard_normal(chains)
        accept = rng.random(chains) < np.exp(0.5 * (state**2 - proposal**2))
        state = np.where(accept, proposal, state)
        x[:, t] = state
    return x


def cases():
    rng = np.random.default_rng(20260101)
    yield "independent", rng.standard_normal((4, 100))
    yield "slow", autoregressive(rng, 4, 200, 0.9)
    yield "very-slow", autoregressive(rng, 2, 800, 0.99)
    yield "antithetic", autoregressive(rng, 4, 150, -0.8)
    yield "single-chain", autoregressive(rng, 1, 257, 0.5)
    yield "odd", autoregressive(rng, 3, 101, 0.3)
    yield "repeated", metropolis(rng, 4, 300, 8.0)
    yield "binary", (autoregressive(rng, 4, 200, 0.7) > 0.4).astype(float)
    yield "apart", rng.standard_normal((4, 100)) + np.array([[0.0], [0.5], [1.0], [3.0]])
    yield "unequal-spread", rng.standard_normal((4, 100)) * np.array([[1.0], [1.0], [1.0], [4.0]])
    yield "cauchy", rng.standard_cauchy((4, 200))
    yield "drift", rng.standard_normal((4, 100)) + np.linspace(0, 2, 100)
    yield "many-chains", autoregressive(rng, 64, 16, 0.6)
    yield "four-draws", rng.standard_normal((2, 4))
    yield "five-draws", rng.standard_normal((3, 5))
    yield "nine-draws", rng.standard_normal((5, 9))
    yield "constant", np.full((4, 20), 1.5)


def main(file):
    arrays = {}
    for name, x in cases():
        x = x.astype(np.float32).astype(np.float64)
        arrays[name + "/x"] = x.astype(np.float32)
        arrays[name + "/expected"] = np.array(
            [
                az.ess(x, method="bulk"),
                az.ess(x, method="tail"),
                az.ess(x, method="mean"),
                az.ess(x, method="sd"),
                az.mcse(x, method="mean"),
                az.mcse(x, method="sd"),
                az.rhat(x, method="rank"),
            ],
            dtype=np.float64,
        )
    np.savez(file, **arrays)


main(sys.argv[1])
