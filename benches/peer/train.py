"""Trains the `cues` network on POP909, on a CPU shared with other work.

Each worker process uses one core, draws its own batches and applies its gradients to shared weights,
one worker at a time, so a busy core does not delay the others. Rerunning the same command resumes
from the last checkpoint.

    nice -n 19 python3 train.py --data POP909 --cache pop909.npz --start model.safetensors \\
        --out run --until HH:MM
"""

import argparse
import json
import math
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import torch
import torch.multiprocessing as multiprocessing

import conditions
import data
import diffusion
import model_file
import music
from network import CueNetwork, spread_mask

ADAM = {"betas": (0.9, 0.99), "weight_decay": 0.01, "fused": True}
EMA_DECAY = 0.999
NEW_LAYERS = ("time_attention", "cue_enc.0.weight", "input_blocks.0.0.weight")
"""Layers that a model without harmony and time attention lacks or has with fewer inputs."""
WARM_UP_STEPS = 50
GRADIENT_NORM = 1.0
CHECKPOINT_SECONDS = 300
STATE = ("weights", "ema", "mean", "variance", "step", "windows")


KEPT_WEIGHT, LEAD_WEIGHT = 0.1, 2.0
"""Weights in the loss of `parts`: of cells that are to stay, and of the lead's planes."""


def velocity_loss(network, x_0, noise, t, alpha_bar, cues, harmony):
    """Mean square error of `v` of the `cues` network."""
    x_t, target = diffusion.noised(x_0, noise, alpha_bar[t])
    return (network(x_t, t, cues, harmony).to(target.dtype) - target).square().mean()


def parts_loss(network, x_0, noise, t, alpha_bar, rows, harmony, mask, sigma_data=0.2):
    """Weighted mean square error of the preconditioned prediction of the `parts` network."""
    x_t, _ = diffusion.noised(x_0, noise, alpha_bar[t])
    kept = spread_mask(mask, x_0.shape[2] // mask.shape[2])
    answer = network(x_t, t, rows, harmony, x_0 * kept, mask)
    skip, out = diffusion.preconditioning(alpha_bar[t], sigma_data)
    error = (answer - (x_0 - skip * x_t) / out).square() * (1 - (1 - KEPT_WEIGHT) * kept)
    return (LEAD_WEIGHT * error[:, :2].mean() + error[:, 2:].mean()) / 2


def cosine_rate(peak, done):
    """The learning rate after the share `done` of the run."""
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))


def is_new(name):
    """Whether the parameter belongs to `NEW_LAYERS`."""
    return any(part in name for part in NEW_LAYERS)


def ordered_parameters(network):
    """Named parameters in the order of the flat vectors: new layers first."""
    return sorted(network.named_parameters(), key=lambda named: not is_new(named[0]))


def flatten_parameters(network, weights):
    """Makes the network's parameters views of `weights` `[n]` and returns the flat gradient."""
    gradient = torch.zeros_like(weights)
    offset = 0
    for _, parameter in ordered_parameters(network):
        stretch = slice(offset, offset + parameter.numel())
        parameter.data = weights[stretch].view_as(parameter)
        parameter.grad = gradient[stretch].view_as(parameter)
        offset = stretch.stop
    return gradient


def named_tensors(network, flat):
    """Splits a flat vector `[n]` into the network's named tensors."""
    named = ordered_parameters(network)
    parts = flat.split([parameter.numel() for _, parameter in named])
    return {name: part.view_as(parameter) for (name, parameter), part in zip(named, parts)}


def shared_adam(network, state, gradient, new_layers_rate):
    """AdamW over the shared vectors, in two groups: new layers, the rest."""
    new = sum(p.numel() for name, p in network.named_parameters() if is_new(name))
    groups = []
    for stretch, scale in ((slice(0, new), new_layers_rate), (slice(new, None), 1.0)):
        parameter = torch.nn.Parameter(state["weights"][stretch])
        parameter.grad = gradient[stretch]
        groups.append({"params": [parameter], "scale": scale})
    optimizer = torch.optim.AdamW(groups, **ADAM)
    for group, step, stretch in zip(groups, state["step"], (slice(0, new), slice(new, None))):
        optimizer.state[group["params"][0]] = {
            "step": step,
            "exp_avg": state["mean"][stretch],
            "exp_avg_sq": state["variance"][stretch],
        }
    return optimizer


class Batches:
    """Draws batches of transposed windows with parts of their conditions left free."""

    def __init__(self, songs, config, size, seed):
        self.songs, self.config, self.size = songs, config, size
        self.generator = np.random.default_rng(seed)
        self.quantiles = np.array(config["cue_quantiles"])
        self.dropout = conditions.Dropout()
        counts = np.array([len(song.starts) for song in songs])
        self.shares = counts / counts.sum()

    def next(self):
        """`(x_0, cues, harmony, t)`; the diffusion steps `t` cover their range evenly."""
        generator = self.generator
        rolls, cues, harmonies = [], [], []
        for index in generator.choice(len(self.songs), self.size, p=self.shares):
            song = self.songs[index]
            semitones = int(generator.choice(data.TRANSPOSITIONS))
            window = data.window(song, generator.choice(song.starts), semitones, self.config)
            scaled = music.scale_cues(window.cues, self.quantiles)
            rolls.append(window.roll)
            cues.append(music.masked(scaled, conditions.cue_mask(generator, self.dropout)))
            harmonies.append(conditions.harmony_rows(generator, self.dropout, window.chords))
        spread = (np.arange(self.size) + generator.random(self.size)) / self.size
        t = torch.from_numpy((spread * self.config["n_steps"]).astype(np.int64))
        x_0 = torch.from_numpy(np.stack(rolls)).float()
        return x_0, torch.from_numpy(np.stack(cues)), torch.from_numpy(np.stack(harmonies)), t


def steps_done(state):
    """Optimiser steps so far, including those before a checkpoint."""
    return int(state["step"][0])


def work(worker, options, config, songs, state, lock):
    """Runs one worker until the deadline; worker 0 also logs and saves."""
    torch.set_num_threads(1)
    torch.manual_seed(time.time_ns() + worker)
    network = CueNetwork(config)
    gradient = flatten_parameters(network, state["weights"])
    optimizer = shared_adam(network, state, gradient, options.new_layers_rate)
    alpha_bar = diffusion.alpha_bars(config)
    batches = Batches(songs, config, options.batch, time.time_ns() % 2**32 + worker)
    losses, saved, logged = [], time.time(), time.time()
    while time.time() < options.deadline:
        x_0, cues, harmony, t = batches.next()
        gradient.zero_()
        noise = torch.randn_like(x_0)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            loss = velocity_loss(network, x_0, noise, t, alpha_bar, cues, harmony)
        loss.backward()
        if not math.isfinite(loss.item()):
            raise FloatingPointError(f"loss is {loss.item()} after step {steps_done(state)}")
        losses.append(loss.item())
        with lock:
            norm = gradient.norm()
            if not math.isfinite(norm.item()):
                raise FloatingPointError(f"gradients are {norm.item()} after step {steps_done(state)}")
            gradient.mul_((GRADIENT_NORM / (norm + 1e-6)).clamp(max=1.0))
            done = (time.time() - options.began) / (options.deadline - options.began)
            step = steps_done(state)
            warm_up = min(1.0, (step + 1) / WARM_UP_STEPS)
            for group in optimizer.param_groups:
                group["lr"] = group["scale"] * warm_up * cosine_rate(options.rate, done)
            optimizer.step()
            state["ema"].lerp_(state["weights"], 1 - min(EMA_DECAY, (1 + step) / (10 + step)))
            state["windows"] += options.batch
        if worker == 0 and time.time() - logged > 60:
            log(options, state, losses)
            losses, logged = [], time.time()
        if worker == 0 and time.time() - saved > CHECKPOINT_SECONDS:
            save(options, config, network, state, lock)
            saved = time.time()
    if worker == 0:
        save(options, config, network, state, lock)


def log(options, state, losses):
    """Appends a line: steps and windows so far, time, and mean loss since the last line."""
    line = {
        "step": steps_done(state),
        "windows": int(state["windows"]),
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "loss": round(sum(losses) / len(losses), 6),
    }
    with open(options.out / "log.jsonl", "a") as file:
        file.write(json.dumps(line) + "\n")


def save(options, config, network, state, lock):
    """Writes the checkpoint, and the EMA weights as a model file, each atomically."""
    partial = options.out / "checkpoint.partial"
    with lock:
        torch.save({"config": config, "began": options.began} | state, partial)
        ema = state["ema"].clone()
    partial.rename(options.out / "checkpoint.pt")
    trained = config["trained_steps"] + int(state["windows"]) // config["batch_size"]
    exported = config | {"trained_steps": trained}
    model_file.write(options.out / "ema.safetensors", exported, named_tensors(network, ema))


def start(options):
    """`(config, shared state)` from the last checkpoint, or from `--start`, extended by missing layers."""
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        options.began = saved["began"]
        config, state = saved["config"], {name: saved[name] for name in STATE}
    else:
        config, tensors = model_file.read(options.start)
        if config.get("harmony"):
            config, network = model_file.load(options.start)
        else:
            config, network = model_file.extended(config, tensors, options.time_attention_levels)
        weights = torch.cat([p.detach().flatten() for _, p in ordered_parameters(network)])
        state = {
            "weights": weights,
            "ema": weights.clone(),
            "mean": torch.zeros_like(weights),
            "variance": torch.zeros_like(weights),
            "step": torch.zeros(2),
            "windows": torch.zeros(1, dtype=torch.long),
        }
    return config, {name: tensor.share_memory_() for name, tensor in state.items()}


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="POP909", help="POP909 as published, one folder a song")
    parser.add_argument("--cache", default="pop909.npz", help="compact copy, made if missing")
    parser.add_argument("--start", help="model file to start from")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--until", required=True, help="UTC time of day (HH:MM) at which the run ends")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8, help="windows in a batch of one worker")
    parser.add_argument("--rate", type=float, default=2.5e-4)
    parser.add_argument("--new-layers-rate", type=float, default=3.0, help="factor on the learning rate of new layers")
    parser.add_argument("--time-attention-levels", type=int, nargs="*", default=[0, 1])
    parser.add_argument("--bf16", action="store_true", help="bfloat16 autocast")
    options = parser.parse_args()
    hour, minute = map(int, options.until.split(":"))
    now = datetime.now(timezone.utc)
    end = now.replace(hour=hour, minute=minute, second=0)
    end += timedelta(days=end < now)
    options.began, options.deadline = now.timestamp(), end.timestamp()
    options.out.mkdir(parents=True, exist_ok=True)
    return options


def main():
    options = parse_options()
    config, state = start(options)
    songs = data.load_songs(options.data, options.cache)
    songs = [song for song in songs if not data.held_out(song.name)]
    lock = multiprocessing.get_context("spawn").Lock()
    workers = (options, config, songs, state, lock)
    multiprocessing.spawn(work, workers, nprocs=options.workers)


if __name__ == "__main__":
    main()
