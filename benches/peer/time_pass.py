"""Times the network on request, so that another program can alternate with it on one machine.

It loads a model, prints `ready`, and answers each line of standard input with a time in seconds:

    pass B     one forward pass of batch B
    train B    one forward and backward pass of batch B

It ends when its input does. `--check FIXTURE` first prints `error E`, the greatest difference from
a recorded output.
"""

import argparse
import sys
import time

import torch
from safetensors.torch import load_file

import model_file
from network import HARMONY_WIDTH, CueNetwork


def make_inputs(network, config, batch):
    """Inputs of the network's `forward` for one batch."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(batch, 2, config["img_h"], config["img_w"], generator=generator)
    t = torch.full((batch,), 500)
    if isinstance(network, CueNetwork):
        beats = config["img_h"] // config["time_fold"]
        cues = torch.rand(batch, beats, 2 * len(config["cue_names"]), generator=generator)
        return x, t, cues, torch.zeros(batch, beats, HARMONY_WIDTH)
    return x, t, torch.randn(batch, 32, config["d_cond"], generator=generator)


def seconds_of_pass(network, inputs):
    began = time.perf_counter()
    with torch.inference_mode():
        network(*inputs)
    return time.perf_counter() - began


def seconds_of_training(network, inputs):
    network.zero_grad()
    began = time.perf_counter()
    network(*inputs).square().mean().backward()
    return time.perf_counter() - began


def greatest_error(network, fixture):
    """The greatest difference from the recorded `v` (ours) or `eps` (published)."""
    ours = isinstance(network, CueNetwork)
    names = ("x", "t", "cues", "harmony") if ours else ("x", "t", "cond")
    with torch.inference_mode():
        output = network(*(fixture[name] for name in names if name in fixture))
    return (output - fixture["v" if ours else "eps"]).abs().max().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--check", help="fixture with recorded inputs and outputs")
    parser.add_argument("--threads", type=int, help="threads of a pass (default: PyTorch's choice)")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    config, network = model_file.load(options.model)
    if options.check:
        print(f"error {greatest_error(network, load_file(options.check)):.3e}", flush=True)
    print("ready", flush=True)
    timings = {"pass": seconds_of_pass, "train": seconds_of_training}
    for line in sys.stdin:
        what, batch = line.split()
        inputs = make_inputs(network, config, int(batch))
        print(f"{timings[what](network, inputs):.6f}", flush=True)


if __name__ == "__main__":
    main()
