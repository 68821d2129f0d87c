"""Writes one optimisation step of PyTorch's for other implementations to be checked against.

    python3 make_training_fixture.py ../../tests/fixtures/training-step.safetensors

The network and its weights are those of `make_fixture.py` without `--model`; roll and noise follow the same formula.
Loss, norm of the gradients, and gradient and weight after one step of AdamW of some layers of each kind.
"""

import argparse
import json

import torch
from safetensors.torch import save_file

import diffusion
from make_fixture import NARROW, formula, formula_weights, inputs
from network import CueNetwork

RATE, BETAS, WEIGHT_DECAY, GRADIENT_NORM = 1e-3, (0.9, 0.99), 0.01, 1.0
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    options = parser.parse_args()
    network = CueNetwork(NARROW)
    formula_weights(network)
    told = inputs(NARROW)
    shape = told["x"].shape
    x_0 = torch.from_numpy(formula(shape.numel(), 1) > 0.8).float().view(shape)
    noise = torch.from_numpy(formula(shape.numel(), 2) * 3**0.5).float().view(shape)
    alpha_bar = diffusion.alpha_bars(NARROW)
    x_t, target = diffusion.noised(x_0, noise, alpha_bar[told["t"]])
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=RATE, betas=BETAS, weight_decay=WEIGHT_DECAY
    )
    loss = (network(x_t, told["t"], told["cues"], told["harmony"]) - target).square().mean()
    loss.backward()
    named = dict(network.named_parameters())
    fixture = {f"gradient/{name}": named[name].grad.clone() for name in RECORDED}
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), GRADIENT_NORM)
    optimizer.step()
    fixture |= {f"after/{name}": named[name].detach().clone() for name in RECORDED}
    fixture |= {"t": told["t"], "cues": told["cues"], "harmony": told["harmony"]}
    fixture |= {"loss": loss.detach()[None], "gradient_norm": norm[None]}
    metadata = {"config": json.dumps(NARROW)}
    save_file({name: tensor.contiguous() for name, tensor in fixture.items()}, options.out, metadata)


if __name__ == "__main__":
    main()
