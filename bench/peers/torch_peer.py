"""The workloads in PyTorch, eager or, with --compile, compiled. See peer.py."""
import math

import peer

options = peer.options(__doc__)
try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    peer.missing(error)

torch.set_num_threads(options.threads)
torch.manual_seed(0)
device = torch.device(options.device)
optimise = torch.compile if options.compile else lambda function: function


def parameters(widths):
    weights = [torch.randn(o, i, device=device) / math.sqrt(i) for i, o in zip(widths, widths[1:])]
    return weights, [torch.zeros(o, device=device) for o in widths[1:]]


def energy(x, weights, biases):
    for weight, bias in zip(weights[:-1], biases[:-1]):
        x = F.silu(F.linear(x, weight, bias))
    return F.linear(x, weights[-1], biases[-1]).squeeze(1)


def energy_call(widths, batch, steps):
    weights, biases = parameters(widths)
    x = torch.randn(batch, widths[0], device=device)
    if options.compile:
        forward = torch.compile(lambda x: energy(x, weights, biases))
    else:

        def forward(x):
            for weight, bias in zip(weights[:-1], biases[:-1]):
                x = F.silu(F.linear(x, weight, bias), inplace=True)
            return F.linear(x, weights[-1], biases[-1]).squeeze(1)

    @torch.no_grad()
    def call():
        return forward(x)

    return call


def langevin_chains(total, x, steps, step_size):
    """Noise is drawn outside of what is compiled: torch.compile's own generator is slower on a CPU."""
    noise, scale = torch.empty_like(x), math.sqrt(2 * step_size)
    z = x.clone().requires_grad_(True)
    for _ in range(steps):
        (gradient,) = torch.autograd.grad(total(z), z)
        with torch.no_grad():
            z.add_(gradient, alpha=-step_size).add_(noise.normal_(), alpha=scale)
    return z.detach()


def langevin_call(widths, batch, steps):
    weights, biases = parameters(widths)
    x = torch.randn(batch, widths[0], device=device)
    total = optimise(lambda x: energy(x, weights, biases).sum())
    return lambda: langevin_chains(total, x, steps, peer.STEP_SIZE)


def nce_call(widths, batch, steps):
    weights, biases = parameters(widths)
    log_z = torch.zeros((), device=device)
    trained = [p.requires_grad_(True) for p in (*weights, *biases, log_z)]
    data = torch.randn(batch, widths[0], device=device)
    noise = torch.randn(batch, widths[0], device=device)
    log_normaliser = 0.5 * widths[0] * math.log(2 * math.pi)

    @optimise
    def loss(data, noise):
        def log_ratio(x):
            return -energy(x, weights, biases) - log_z + 0.5 * (x * x).sum(1) + log_normaliser

        return F.softplus(-log_ratio(data)).mean() + F.softplus(log_ratio(noise)).mean()

    return lambda: torch.autograd.grad(loss(data, noise), trained)


def trained(widths):
    weights, biases = parameters(widths)
    adam = torch.optim.Adam(
        [p.requires_grad_(True) for p in (*weights, *biases)], lr=peer.LEARNING_RATE, fused=True)
    return weights, biases, adam


def update(adam, loss):
    adam.zero_grad(set_to_none=True)
    loss.backward()
    adam.step()
    return loss


def dsm_loss(x, noise, weights, biases):
    """A compiled function cannot hold a backward pass, but the transform that makes its graph."""
    noisy = x + peer.SIGMA * noise
    if options.compile:
        gradient = torch.func.grad(lambda z: energy(z, weights, biases).sum())(noisy)
    else:
        noisy.requires_grad_(True)
        total = energy(noisy, weights, biases).sum()
        (gradient,) = torch.autograd.grad(total, noisy, create_graph=True)
    return 0.5 * (noise - peer.SIGMA * gradient).square().sum(1).mean()


def cd_loss(data, negatives, weights, biases):
    return energy(data, weights, biases).mean() - energy(negatives, weights, biases).mean()


def train_dsm_call(widths, batch, steps):
    weights, biases, adam = trained(widths)
    x = torch.randn(batch, widths[0], device=device)
    noise = torch.empty_like(x)
    loss = optimise(lambda x, noise: dsm_loss(x, noise, weights, biases))
    return lambda: update(adam, loss(x, noise.normal_()))


def train_cd_call(widths, batch, steps):
    weights, biases, adam = trained(widths)
    x = torch.randn(batch, widths[0], device=device)
    fixed = [weight.detach() for weight in weights], [bias.detach() for bias in biases]
    total = optimise(lambda z: energy(z, *fixed).sum())
    loss = optimise(lambda data, negatives: cd_loss(data, negatives, weights, biases))

    def call():
        return update(adam, loss(x, langevin_chains(total, x, peer.CD_STEPS, peer.CD_STEP_SIZE)))

    return call


def gibbs_call(widths, batch, steps):
    visible, hidden = widths
    weight = 0.05 * torch.randn(visible, hidden, device=device)
    transposed = weight.t().contiguous()
    b, c = torch.zeros(visible, device=device), torch.zeros(hidden, device=device)
    start = (torch.rand(batch, visible, device=device) < 0.5).float()

    @optimise
    def draw(uniforms, states, weight, bias):
        return (uniforms < torch.addmm(bias, states, weight).sigmoid_()).float()

    of_hidden, of_visible = torch.empty(batch, hidden, device=device), torch.empty_like(start)

    @torch.no_grad()
    def call():
        v = start
        for _ in range(steps):
            h = draw(of_hidden.uniform_(), v, weight, c)
            v = draw(of_visible.uniform_(), h, transposed, b)
        return v

    return call


WORKLOADS = {"energy": energy_call, "langevin": langevin_call, "nce": nce_call,
             "train-dsm": train_dsm_call, "train-cd": train_cd_call, "gibbs": gibbs_call}


def wait(result):
    if options.device == "cuda":
        torch.cuda.synchronize()


peer.serve(
    "torch-compile" if options.compile else "torch",
    torch.__version__,
    options.threads,
    WORKLOADS,
    wait,
)
