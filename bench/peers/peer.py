"""What the peers share: requests come in on standard input, results go out on standard output.

A request is one JSON object a line:

    {"workload": "langevin", "shape": "2-128-128-1", "batch": 65536, "steps": 10, "seconds": 1}

and so is its result, with the times of all calls and their median, both of one step. A workload is
prepared (compiled, warmed up) when it is first asked for; "seconds": 0 asks for that alone. The first
line out names the peer and its version, or what is missing.

Everything is float32. Workloads: energy of a batch; langevin, some steps a call; nce, the sigmoid NCE
loss and the gradients of all parameters, with one given noise row a data row; train-dsm and train-cd,
an update by denoising score matching or contrastive divergence, from draws to Adam; gibbs, some block
sweeps a call of a restricted Boltzmann machine. MLPs have SiLU.

Units that are up or down: ising, heat-bath sweeps of "64x64" lattices, as many as the batch, each
stored as its two colours so that no update is thrown away; boltzmann, sequential Gibbs sweeps of
"1000" units that are all coupled, unit after unit in all chains, couplings normal of variance 1 / units.
"""
import argparse
import json
import math
import os
import statistics
import sys
import time

STEP_SIZE = 0.01
SIGMA = 0.1  # of train-dsm
CD_STEPS, CD_STEP_SIZE = 20, 0.005
LEARNING_RATE = 1e-5
ISING_TEMPERATURE = 2.269
WARM_UP_CALLS = 3
LEAST_CALLS = 2


def options(description):
    """Reads the command line, and gives the process the processors that its threads need."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--compile", action="store_true", help="torch.compile (PyTorch only)")
    chosen = parser.parse_args()
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(chosen.threads)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: chosen.threads])
    return chosen


def layers(shape):
    """The widths of "2-128-128-1", or the units of "784x500" or "1000"."""
    return [int(width) for width in shape.replace("x", "-").split("-")]


def ising_probabilities():
    """That a spin is up with 0 to 4 neighbours up."""
    return [1 / (1 + math.exp(-2 * (2 * k - 4) / ISING_TEMPERATURE)) for k in range(5)]


def rate(workload, shape, batch, seconds):
    """What a second of such steps does, in the unit that the workload is measured in."""
    if workload in ("ising", "boltzmann"):
        return {"updates_per_ns": batch * math.prod(layers(shape)) / seconds / 1e9}
    return {"gflops": flops(workload, shape, batch) / seconds / 1e9, "rows_per_s": batch / seconds}


def flops(workload, shape, batch):
    """Floating-point operations of one step, matrix products only."""
    widths = layers(shape)
    forward = 2 * batch * sum(a * b for a, b in zip(widths, widths[1:]))
    passes = {"energy": 1, "langevin": 2, "nce": 6, "train-dsm": 6, "train-cd": 2 * CD_STEPS + 6,
              "gibbs": 2}
    return passes[workload] * forward


def say(line):
    print(json.dumps(line), flush=True)


def missing(error):
    """Ends the process where the framework cannot be imported."""
    say({"missing": str(error)})
    sys.exit()


def serve(name, version, threads, workloads, wait):
    """Answers requests until there are no more.

    workloads[name](widths, batch, steps) returns a function that makes one call; wait(result) is over
    when that call's result has been computed.
    """
    say({"peer": name, "version": version, "threads": threads})
    prepared, call = None, None
    for line in sys.stdin:
        request = json.loads(line)
        workload, shape, batch, steps = (request[k] for k in ("workload", "shape", "batch", "steps"))
        if workload not in workloads:
            say({"error": "only " + ", ".join(workloads)})
            continue
        try:
            if prepared != (workload, shape, batch, steps):
                call = None  # Frees the last one's memory first.
                call = workloads[workload](layers(shape), batch, steps)
                for _ in range(WARM_UP_CALLS):
                    wait(call())
                prepared = (workload, shape, batch, steps)
            times = []
            end = time.perf_counter() + request["seconds"]
            while request["seconds"] > 0 and (len(times) < LEAST_CALLS or time.perf_counter() < end):
                start = time.perf_counter()
                wait(call())
                times.append((time.perf_counter() - start) / steps)
        except Exception as error:
            prepared = None
            say({"error": f"{type(error).__name__}: {error}".splitlines()[0]})
            continue
        result = {"peer": name, "version": version, "threads": threads, "workload": workload,
                  "shape": shape, "batch": batch}
        if times:
            seconds = statistics.median(times)
            result |= {"seconds": seconds} | rate(workload, shape, batch, seconds)
        say(result | {"times": times})
