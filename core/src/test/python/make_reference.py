"""Writes the reference cases of the ReferenceFilesTests: energies in float64 by automatic differentiation.

    python make_reference.py FOLDER        (PyTorch, safetensors)

Each case is a model file, NAME.model.safetensors, and NAME.expected.safetensors with inputs that float32
holds exactly and what they should give. Nothing here shares a line or a formula with the passes it checks:
PyTorch differentiates the energy below.
"""

import math
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

ACTIVATIONS = {
    "silu": torch.nn.functional.silu,
    "softplus": torch.nn.functional.softplus,
    "tanh": torch.tanh,
    "gelu": torch.nn.functional.gelu,
}
NOISE_SD = 1.5
DSM_SIGMA = 0.3


def exact(*shape, scale=1.0):
    """Normal numbers in float64 that float32 holds exactly."""
    return (scale * torch.randn(*shape)).float().double()


def make(folder, name, seed, activation, widths, rows, k, base):
    torch.manual_seed(seed)
    d = widths[0]
    theta = {}
    for n, (fan_in, out) in enumerate(zip(widths, widths[1:])):
        theta[f"layers.{n}.weight"] = exact(out, fan_in, scale=fan_in**-0.5)
        theta[f"layers.{n}.bias"] = exact(out, scale=0.3)
    log_z = torch.tensor([0.6]).float().double()
    fixed = {}
    if base:
        factor = torch.tril(exact(d, d, scale=0.3), -1)
        fixed["base.mean"] = exact(d, scale=0.5)
        fixed["base.cholesky"] = (factor + torch.diag(exact(d, scale=0.2).abs() + 0.75)).float().double()
    for tensor in [*theta.values(), log_z]:
        tensor.requires_grad_(True)

    def energy(x):
        a = x
        layers = len(widths) - 1
        for n in range(layers):
            a = torch.nn.functional.linear(a, theta[f"layers.{n}.weight"], theta[f"layers.{n}.bias"])
            if n < layers - 1:
                a = ACTIVATIONS[activation](a)
        e = a.squeeze(-1)
        if base:
            density = torch.distributions.MultivariateNormal(
                fixed["base.mean"], scale_tril=fixed["base.cholesky"]
            )
            e = e - density.log_prob(x)
        return e

    x, v = exact(rows, d), exact(rows, d)
    noise = exact(rows, k, d, scale=NOISE_SD)
    w, a, b = exact(rows), exact(rows), exact(rows)

    def along(x):
        """E, v.dE and v^T H v, with graph."""
        x = x.clone().requires_grad_(True)
        e = energy(x)
        (g,) = torch.autograd.grad(e.sum(), x, create_graph=True)
        slope = (g * v).sum(-1)
        (hv,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
        return e, g, slope, (hv * v).sum(-1)

    def gradients(prefix, loss, extra=None):
        names = list(theta) + ([extra[0]] if extra else [])
        tensors = list(theta.values()) + ([extra[1]] if extra else [])
        found = torch.autograd.grad(loss, tensors, allow_unused=True)
        return {
            f"{prefix}.{n}": torch.zeros_like(t) if g is None else g
            for n, t, g in zip(names, tensors, found)
        }

    e, g, slope, curvature = along(x)
    out = {
        "x": x,
        "direction": v,
        "noise_samples": noise,
        "weight_per_sample": w,
        "weight_slope": a,
        "weight_curvature": b,
        "energy": e,
        "input_gradient": g,
        "directional_first": slope,
        "directional_second": curvature,
    }
    out |= gradients("parameter_gradient", (w * energy(x)).sum())
    e, _, slope, curvature = along(x)
    out |= gradients("directional_parameter_gradient", (w * e + a * slope + b * curvature).sum())

    normal = torch.distributions.Normal(torch.tensor(0.0).double(), NOISE_SD)

    def logit(x):
        return -energy(x) - log_z - normal.log_prob(x).sum(-1) - math.log(k)

    on_data = torch.nn.functional.logsigmoid(logit(x))
    on_noise = torch.nn.functional.logsigmoid(-logit(noise.reshape(-1, d))).reshape(rows, k)
    loss = -(on_data + on_noise.sum(-1)).mean()
    out["nce.loss"] = loss.reshape(1)
    out |= gradients("nce.gradient", loss, ("log_z", log_z))

    def hessian(x, i):
        return torch.autograd.functional.hessian(
            lambda point: energy(point[None])[0], x[i], create_graph=True
        )

    def score_matching(first):
        """The exact forms: Hessians and gradients of single rows."""
        return torch.stack([first(i) for i in range(rows)]).mean()

    def squared(g):
        return 0.5 * (g**2).sum(-1)

    scores = torch.stack(
        [-energy(x)] + [-energy(noise[:, j]) for j in range(k)], dim=1
    ) - torch.stack(
        [normal.log_prob(x).sum(-1)] + [normal.log_prob(noise[:, j]).sum(-1) for j in range(k)], dim=1
    )
    noisy = (x + DSM_SIGMA * v).requires_grad_(True)
    (noisy_gradient,) = torch.autograd.grad(energy(noisy).sum(), noisy, create_graph=True)
    _, g, _, _ = along(x)
    losses = {
        "infonce": torch.nn.functional.cross_entropy(scores, torch.zeros(rows, dtype=torch.long)),
        "cd": energy(x).mean() - energy(noise[:, 0]).mean(),
        "dsm": squared(v - DSM_SIGMA * noisy_gradient).mean(),
        "ism": score_matching(lambda i: squared(g[i]) - torch.trace(hessian(x, i))),
        "ssm": score_matching(lambda i: 0.5 * (v[i] @ g[i]) ** 2 - v[i] @ hessian(x, i) @ v[i]),
        "ssm_vr": score_matching(lambda i: squared(g[i]) - v[i] @ hessian(x, i) @ v[i]),
    }
    for objective, value in losses.items():
        out[f"{objective}.loss"] = value.reshape(1)
        retained = torch.autograd.grad(value, list(theta.values()), retain_graph=True, allow_unused=True)
        for n, t, found in zip(theta, theta.values(), retained):
            out[f"{objective}.gradient.{n}"] = torch.zeros_like(t) if found is None else found

    model = {n: t.detach().float().contiguous() for n, t in (theta | fixed).items()}
    model["log_z"] = log_z.detach().float()
    save_file(
        model,
        folder / f"{name}.model.safetensors",
        metadata={"format": "gibbsite", "model": "mlp", "activation": activation},
    )
    save_file(
        {n: t.detach().double().contiguous() for n, t in out.items()},
        folder / f"{name}.expected.safetensors",
        metadata={
            "k": str(k),
            "noise": f"normal mean 0 sd {NOISE_SD}",
            "dsm.sigma": str(DSM_SIGMA),
            "cd.negatives": "noise_samples[:,0]",
        },
    )


def make_rbm(folder, name, seed, visible, hidden, rows):
    """All states are enumerated with the joint energy: no free energy, no conditional is written down."""
    torch.manual_seed(seed)
    theta = {
        "weight": exact(visible, hidden, scale=0.8),
        "visible_bias": exact(visible, scale=0.5),
        "hidden_bias": exact(hidden, scale=0.5),
    }
    for tensor in theta.values():
        tensor.requires_grad_(True)

    def all_states(units):
        return torch.cartesian_prod(*[torch.tensor([0.0, 1.0]).double()] * units).reshape(-1, units)

    def negative_energy(v, h):
        """[rows of v, rows of h]"""
        coupling = v @ theta["weight"] @ h.T
        return coupling + (v @ theta["visible_bias"])[:, None] + (h @ theta["hidden_bias"])[None, :]

    states_v, states_h = all_states(visible), all_states(hidden)
    v = states_v[torch.randint(len(states_v), (rows,))]
    h = states_h[torch.randint(len(states_h), (rows,))]
    given_v, given_h = negative_energy(v, states_h), negative_energy(states_v, h)
    log_z = torch.logsumexp(negative_energy(states_v, states_h).flatten(), 0)
    log_likelihood = (torch.logsumexp(given_v, 1) - log_z).mean()
    out = {
        "v": v,
        "h": h,
        "free_energy": -torch.logsumexp(given_v, 1),
        "hidden_probability": torch.softmax(given_v, 1) @ states_h,
        "visible_probability": torch.softmax(given_h, 0).T @ states_v,
        "log_z": log_z.reshape(1),
        "mean_log_likelihood": log_likelihood.reshape(1),
    }
    found = torch.autograd.grad(log_likelihood, list(theta.values()))
    out |= {f"log_likelihood_gradient.{n}": g for n, g in zip(theta, found)}
    save_file(
        {n: t.detach().float().contiguous() for n, t in theta.items()},
        folder / f"{name}.model.safetensors",
        metadata={"format": "gibbsite", "model": "rbm"},
    )
    save_file(
        {n: t.detach().double().contiguous() for n, t in out.items()},
        folder / f"{name}.expected.safetensors",
        metadata={"dtype": "float64 reference"},
    )


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    make(folder, "mlp_silu", 1, "silu", [2, 16, 17, 1], rows=9, k=3, base=False)
    make(folder, "mlp_gelu_base", 2, "gelu", [5, 7, 6, 1], rows=17, k=2, base=True)
    make(folder, "mlp_softplus_base", 3, "softplus", [3, 9, 1], rows=8, k=1, base=True)
    make(folder, "mlp_tanh", 4, "tanh", [4, 5, 3, 3, 1], rows=5, k=4, base=False)
    make_rbm(folder, "rbm", 5, visible=9, hidden=7, rows=12)


if __name__ == "__main__":
    main()
