"""Writes inputs and outputs of our network, to check other implementations.

    python3 make_fixture.py ../../tests/fixtures/cues-harmony.safetensors
    python3 make_fixture.py --model MODEL.safetensors OUT.safetensors

Without `--model` the network is a narrow one with formula weights, so that the fixture needs no
model file. The metadata has the configuration, `config`, and the draft's `guidance_scale`.
"""

import argparse
import json

import numpy as np
import torch
from safetensors.torch import save_file

import diffusion
import model_file
import music
from network import HARMONY_WIDTH, CueNetwork

GUIDANCE_SCALE = 1.5
DRAFT_STEPS = 20
FORMULA_BASE = 3000
NARROW = {
    "cond_type": "cues",
    "in_channels": 21,
    "out_channels": 8,
    "channels": 32,
    "channel_multipliers": [1, 2, 4],
    "attention_levels": [2],
    "time_attention_levels": [0, 1],
    "n_res_blocks": 1,
    "n_heads": 4,
    "tf_layers": 1,
    "attention_windows": 2,
    "d_cond": 32,
    "linear_start": 0.00085,
    "linear_end": 0.012,
    "n_steps": 1000,
    "prediction": "v",
    "time_fold": 4,
    "pitch_min": 24,
    "img_h": 128,
    "img_w": 80,
    "harmony": True,
    "cue_names": music.CUE_NAMES,
    "cue_quantiles": [[i / 100] * len(music.CUE_NAMES) for i in range(101)],
}


def formula(count, stream):
    """`count` numbers in (-1, 1), each from 32-bit mixing of its index, `[count]` float64."""
    mask = np.uint64(0xFFFFFFFF)
    offset = np.uint64((stream * 0x9E3779B9 + 0x85EBCA6B) & 0xFFFFFFFF)
    h = (np.arange(count, dtype=np.uint64) * np.uint64(2654435761) + offset) & mask
    h ^= h >> np.uint64(16)
    h = (h * np.uint64(0x7FEB352D)) & mask
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(0x846CA68B)) & mask
    h ^= h >> np.uint64(16)
    return ((h.astype(np.float64) + 0.5) / 2**32 - 0.5) * 2


def formula_weights(network):
    """Fills the parameters by the formula; the `j`th name in order has the stream `FORMULA_BASE + j`."""
    state = network.state_dict()
    for j, (name, tensor) in enumerate(sorted(state.items())):
        values = formula(tensor.numel(), FORMULA_BASE + j)
        if tensor.dim() > 1:
            values = values * (3 * len(tensor) / tensor.numel()) ** 0.5
        elif name.endswith("weight"):
            values = 1 + values * 0.1
        else:
            values = values * 0.05
        state[name] = torch.from_numpy(values).float().view_as(tensor)
    network.load_state_dict(state)


def inputs(config):
    """Two segments: the first has all conditions, the second leaves parts of them free."""
    generator = torch.Generator().manual_seed(1)
    beats = config["img_h"] // config["time_fold"]
    cues = torch.rand(2, beats, len(config["cue_names"]), generator=generator) * 2 - 1
    mask = torch.ones_like(cues)
    mask[1] = (torch.rand(mask[1].shape, generator=generator) < 0.5).float()
    harmony = torch.zeros(2, beats, HARMONY_WIDTH)
    for segment in range(2):
        for beat, symbol in enumerate(["C:maj", "A:min7", "F:maj7/3", "G:sus4(b7)"] * (beats // 4)):
            flags, _ = music.parse_chord(symbol)
            harmony[segment, beat] = torch.tensor([*flags.tolist(), 1.0])
    harmony[1, beats // 2 :] = 0
    return {
        "x": torch.randn(2, 2, config["img_h"], config["img_w"], generator=generator),
        "t": torch.tensor([900, 120]),
        "cues": torch.cat([cues * mask, mask], dim=2),
        "harmony": harmony,
        "x_T": torch.randn(1, 2, config["img_h"], config["img_w"], generator=generator),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="model file to record (default: formula weights)")
    parser.add_argument("out")
    options = parser.parse_args()
    if options.model:
        config, network = model_file.load(options.model)
    else:
        config, network = NARROW, CueNetwork(NARROW).eval()
        formula_weights(network)
    fixture = inputs(config)
    with torch.no_grad():
        fixture["v"] = network(fixture["x"], fixture["t"], fixture["cues"], fixture["harmony"])
    predict = diffusion.guided(
        network, fixture["cues"][:1], fixture["harmony"][:1], GUIDANCE_SCALE
    )
    alpha_bar = diffusion.alpha_bars(config)
    fixture["draft"] = diffusion.dpmpp_2m(predict, fixture["x_T"], DRAFT_STEPS, alpha_bar)
    fixture["timesteps"] = torch.from_numpy(diffusion.timesteps(DRAFT_STEPS, config["n_steps"]))
    metadata = {"config": json.dumps(config), "guidance_scale": str(GUIDANCE_SCALE)}
    save_file({name: tensor.contiguous() for name, tensor in fixture.items()}, options.out, metadata)


if __name__ == "__main__":
    main()
