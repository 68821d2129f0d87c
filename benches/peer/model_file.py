"""Model files: `.safetensors` with `format` and `config` in the metadata."""

import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from network import BEAT_POSITION_WIDTH, HARMONY_WIDTH, CueNetwork, PublishedNetwork

FORMAT = "diff-bgm/1"


def read(path):
    """`(config, tensors)` of a model file, tensors in their stored type."""
    with safe_open(str(path), "pt") as file:
        metadata = file.metadata()
        if metadata.get("format") != FORMAT:
            raise ValueError(f"{path}: format {metadata.get('format')!r}, expected {FORMAT!r}")
        return json.loads(metadata["config"]), {name: file.get_tensor(name) for name in file.keys()}


def load(path):
    """`(config, network)` in float32, ready to evaluate."""
    config, tensors = read(path)
    ours = config["cond_type"] == "cues"
    network = CueNetwork(config) if ours else PublishedNetwork(config)
    network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    return config, network.eval()


def write(path, config, tensors):
    """Writes float16 tensors atomically."""
    path = Path(path)
    partial = path.with_suffix(".partial")
    halves = {name: tensor.detach().half().contiguous() for name, tensor in tensors.items()}
    save_file(halves, partial, {"format": FORMAT, "config": json.dumps(config)})
    partial.rename(path)


def extended(config, tensors, time_attention_levels):
    """Extends our network by harmony and time attention; initially it predicts the same.

    New inputs get zero weights and new layers a zero output projection.
    """
    config = dict(config)
    old_row = 2 * len(config["cue_names"]) + BEAT_POSITION_WIDTH
    config["in_channels"] += 3
    config["cue_encoder"] = [old_row + HARMONY_WIDTH] + config["cue_encoder"][1:]
    config |= {"harmony": True, "time_attention_levels": time_attention_levels}
    network = CueNetwork(config)
    for layer in network.unet.time_attention.values():
        torch.nn.init.zeros_(layer.to_out.weight)
        torch.nn.init.zeros_(layer.to_out.bias)
        _favour_whole_bars(layer)
    start = network.state_dict()
    for name, tensor in tensors.items():
        widened = torch.zeros_like(start[name])
        widened[tuple(slice(0, n) for n in tensor.shape)] = tensor.float()
        start[name] = widened
    network.load_state_dict(start)
    return config, network


def _favour_whole_bars(layer):
    """Makes the first three heads favour lags of one, two and four bars; the last has no preference."""
    lags = layer.bias.shape[1]
    moments = (lags + 1) // 2
    away = (torch.arange(lags) - moments + 1).abs()
    bar = moments // 8
    with torch.no_grad():
        for head, bars in enumerate((1, 2, 4)):
            layer.bias[head] = 2.0 * ((away % (bars * bar) == 0) & (away > 0)).float()
