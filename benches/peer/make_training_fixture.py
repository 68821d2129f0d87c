"""Writes optimisation steps of PyTorch, to check other implementations.

    python3 make_training_fixture.py ../../tests/fixtures/training-steps.safetensors
    python3 make_training_fixture.py --family parts ../../tests/fixtures/training-steps-parts.safetensors

The network of `cues` and the weights are those of `make_fixture.py` without `--model`; the network
of `parts` has two levels. There are two runs of three steps: one on music, and (`cues` only) one on
given gradients that follow the formula. All is computed in double precision.

On music, batch `k`, from 0, has the formula's streams `10·k + 1` (roll) and `10·k + 2` (noise) and
its own diffusion steps, and the two conditions swap places with each batch; the rate is constant.
Adam changes a weight by the sign of its gradient, however small, so if rounding decides the sign,
later gradients differ. Therefore only the places of each layer's largest gradients are recorded,
and layers whose changes differ in single precision are left out: their gradients are zero except
for rounding.

Given gradients are unambiguous. In step `k` the gradient of layer `j`, in the order of the names,
is the formula's stream `100000·(k + 1) + j` times `SCALES[k]`; the rate rises and falls. Evenly
spaced places, `i · elements // places`, are recorded.

In both runs the norm of the gradients is clipped in steps 0 and 2 only. The metadata has `config`
and the `optimizer` of each run. The first step on music has `loss` and, for some layers of each
kind, `gradient/NAME`. Each run, `music` or `given`, has `RUN/gradient_norm`, `RUN/rate` `[3]` and
`RUN/moved/NAME` `[4, places]`: the changes of the weights by each step and the final change of
their average, divided by the rate of the step (the average's by that of the last step).
`places/NAME` are the places on music.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from safetensors.numpy import save_file

import diffusion
from make_fixture import NARROW, formula, formula_weights, inputs
from network import CueNetwork, PartsNetwork, row_width
from train import ADAM, EMA_DECAY, cosine_rate, parts_loss, velocity_loss

MUSIC = {"rate": 1e-3, "warm_up_steps": 0, "cosine": False, "gradient_norm": 1.5}
GIVEN = {"rate": 1e-2, "warm_up_steps": 2, "cosine": True, "gradient_norm": 1.0}
BETAS, WEIGHT_DECAY = ADAM["betas"], 0.1
DIFFUSION_STEPS = [[900, 120], [990, 700], [500, 30]]
SCALES = [2e-3, 5e-4, 3e-3]
PLACES_ON_MUSIC, PLACES_GIVEN = 24, 8
AGREEMENT = (1e-4, 1e-2)
"""The largest differences between precisions in the changes of the first and of later steps."""
RECORDED = (
    "cue_enc.0.weight",
    "unet.time_embed.0.bias",
    "unet.input_blocks.0.0.bias",
    "unet.input_blocks.1.0.in_layers.2.weight",
    "unet.input_blocks.1.0.in_layers.0.weight",
    "unet.input_blocks.2.0.op.bias",
    "unet.time_attention.input_1.bias",
    "unet.time_attention.input_1.to_qkv.weight",
    "unet.middle_block.1.transformer_blocks.0.attn1.to_q.weight",
    "unet.middle_block.1.transformer_blocks.0.attn2.to_k.weight",
    "unet.middle_block.1.transformer_blocks.0.norm1.weight",
    "unet.middle_block.1.transformer_blocks.0.ff.net.0.proj.bias",
    "unet.output_blocks.5.0.skip_connection.weight",
    "unet.out.2.weight",
)


RECORDED_PARTS = (
    "cue_enc.0.weight",
    "cue_enc.2.bias",
    "unet.input_blocks.0.0.weight",
    "unet.input_blocks.1.0.in_layers.0.weight",
    "unet.time_attention.input_1.bias",
    "unet.middle_block.1.transformer_blocks.0.attn2.to_k.weight",
    "unet.out.2.weight",
)
NARROW_PARTS = NARROW | {
    "cond_type": "parts",
    "in_channels": 60,
    "out_channels": 16,
    "channel_multipliers": [1, 1],
    "attention_levels": [1],
    "time_attention_levels": [0],
    "prediction": "x0-preconditioned",
    "cue_names": [*NARROW["cue_names"], "lead", "tempo"],
    "styles": ["pop", "song", "strings"],
    "parts": ["lead", "accompaniment"],
    "sigma_data": 0.2,
}


def parts_inputs(config):
    """Two segments: the first keeps its lead, the second its first half and has parts of its conditions free."""
    generator = torch.Generator().manual_seed(1)
    beats = config["img_h"] // config["time_fold"]
    rows = torch.rand(2, beats, row_width(config), generator=generator) * 2 - 1
    rows[1, beats // 4 :, : len(config["cue_names"])] = 0
    mask = torch.zeros(2, len(config["parts"]), beats)
    mask[0, 0] = 1
    mask[1, :, : beats // 2] = 1
    return {"rows": rows, "harmony": inputs(NARROW)["harmony"], "mask": mask}


@dataclass
class Family:
    """A family's network, the inputs of its batches by name, its loss, and layers whose gradients are recorded."""

    config: dict
    network: type
    conditions: dict
    loss: Callable
    planes: int
    recorded: tuple


def families():
    cues = {name: inputs(NARROW)[name] for name in ("cues", "harmony")}
    return {
        "cues": Family(NARROW, CueNetwork, cues, velocity_loss, 2, RECORDED),
        "parts": Family(
            NARROW_PARTS, PartsNetwork, parts_inputs(NARROW_PARTS), parts_loss, 4, RECORDED_PARTS
        ),
    }


class Run:
    """A network that takes optimisation steps, and the norms, rates and changes of its steps."""

    def __init__(self, family, setting, dtype):
        self.setting = setting
        self.network = family.network(family.config)
        formula_weights(self.network)
        self.network.to(dtype)
        self.named = dict(sorted(self.network.named_parameters()))
        self.optimizer = torch.optim.AdamW(
            self.named.values(), betas=BETAS, weight_decay=WEIGHT_DECAY
        )
        self.start = self.weights()
        self.ema = self.weights()
        self.norms, self.rates = [], []
        self.changes = {name: [] for name in self.named}

    def weights(self):
        return {name: weight.detach().clone() for name, weight in self.named.items()}

    def step(self):
        """Takes a step with the current gradients."""
        step, setting = len(self.rates), self.setting
        norm = torch.nn.utils.clip_grad_norm_(self.named.values(), setting["gradient_norm"])
        rate = setting["rate"] * min(1.0, (step + 1) / max(setting["warm_up_steps"], 1))
        if setting["cosine"]:
            rate = cosine_rate(rate, step / len(SCALES))
        self.norms.append(norm.item())
        self.rates.append(rate)
        before = self.weights()
        self.optimizer.param_groups[0]["lr"] = rate
        self.optimizer.step()
        decay = min(EMA_DECAY, (1 + step) / (10 + step))
        for name, weight in self.weights().items():
            self.changes[name].append((weight - before[name]) / rate)
            self.ema[name].lerp_(weight, 1 - decay)

    def moved(self, name, places):
        """`[4, places]`: the change at places of a layer by each step, and that of its average."""
        average = (self.ema[name] - self.start[name]) / self.rates[-1]
        changes = [*self.changes[name], average]
        return torch.stack([change.flatten()[places] for change in changes]).float()

    def recorded(self, name):
        """Norms and rates, by name in the file."""
        if [norm > self.setting["gradient_norm"] for norm in self.norms] != [True, False, True]:
            raise ValueError(f"gradient norms {self.norms}: only steps 0 and 2 should be clipped")
        norms, rates = torch.tensor(self.norms), torch.tensor(self.rates)
        return {f"{name}/gradient_norm": norms, f"{name}/rate": rates}


def on_music(family, dtype):
    """Returns the run on music, the loss of its first step, and the gradients of each step by name."""
    run, config = Run(family, MUSIC, dtype), family.config
    alpha_bar = diffusion.alpha_bars(config).to(dtype)
    gradients, losses = {name: [] for name in run.named}, []
    for k, diffusion_steps in enumerate(DIFFUSION_STEPS):
        t = torch.tensor(diffusion_steps)
        shape = torch.Size([len(t), family.planes, config["img_h"], config["img_w"]])
        x_0 = torch.from_numpy(formula(shape.numel(), 10 * k + 1) > 0.8).view(shape).to(dtype)
        noise = torch.from_numpy(formula(shape.numel(), 10 * k + 2) * 3**0.5).view(shape).to(dtype)
        conditions = {name: rows.roll(k, 0).to(dtype) for name, rows in family.conditions.items()}
        run.optimizer.zero_grad()
        loss = family.loss(run.network, x_0, noise, t, alpha_bar, **conditions)
        loss.backward()
        for name, weight in run.named.items():
            gradients[name].append(weight.grad.clone())
        run.step()
        losses.append(loss.item())
    return run, losses[0], gradients


def on_given_gradients(family):
    """Returns the run on gradients that follow the formula."""
    run = Run(family, GIVEN, torch.float64)
    for k, scale in enumerate(SCALES):
        for j, weight in enumerate(run.named.values()):
            values = formula(weight.numel(), 100_000 * (k + 1) + j)
            weight.grad = torch.from_numpy(values).float().double().view_as(weight) * scale
        run.step()
    return run


def strongest(gradients):
    """Places whose gradients are large in every step, relative to the largest of that step."""
    shares = [gradient.flatten().abs() / gradient.abs().max() for gradient in gradients]
    shares = torch.stack(shares).amin(0)
    return shares.topk(min(PLACES_ON_MUSIC, len(shares))).indices


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--family", choices=["cues", "parts"], default="cues")
    parser.add_argument("out")
    options = parser.parse_args()
    family = families()[options.family]
    music, loss, gradients = on_music(family, torch.float64)
    single, _, _ = on_music(family, torch.float32)
    fixture = music.recorded("music") | family.conditions
    fixture |= {"loss": torch.tensor([loss]), "t": torch.tensor(DIFFUSION_STEPS)}
    fixture |= {f"gradient/{name}": gradients[name][0].float() for name in family.recorded}
    if options.family == "cues":
        given = on_given_gradients(family)
        fixture |= given.recorded("given")
        for name, weight in given.named.items():
            places = torch.arange(PLACES_GIVEN) * weight.numel() // PLACES_GIVEN
            fixture[f"given/moved/{name}"] = given.moved(name, places)
    left_out = []
    for name in music.named:
        places = strongest(gradients[name])
        moved = music.moved(name, places)
        differences = (moved - single.moved(name, places)).abs().amax(1)
        if differences[0] > AGREEMENT[0] or differences[1:3].max() > AGREEMENT[1]:
            left_out.append(name)
            continue
        fixture |= {f"places/{name}": places, f"music/moved/{name}": moved}
    print(f"norms {music.norms}; {len(left_out)} of {len(music.named)} layers left out")
    optimizer = {"weight_decay": WEIGHT_DECAY, "music": MUSIC, "given": GIVEN}
    metadata = {"config": json.dumps(family.config), "optimizer": json.dumps(optimizer)}
    arrays = {name: tensor.contiguous().numpy() for name, tensor in fixture.items()}
    for name in arrays:
        if name.startswith("places/"):
            arrays[name] = arrays[name].astype(np.uint32)
    save_file(arrays, options.out, metadata)


if __name__ == "__main__":
    main()
