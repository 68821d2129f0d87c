"""Writes a model file of the published network's size with random weights, to time passes."""

import argparse

import model_file
from network import PublishedNetwork

PUBLISHED = {
    "cond_type": "visual",
    "in_channels": 2,
    "out_channels": 2,
    "channels": 64,
    "attention_levels": [2, 3],
    "n_res_blocks": 2,
    "channel_multipliers": [1, 2, 4, 4],
    "n_heads": 4,
    "tf_layers": 1,
    "d_cond": 512,
    "linear_start": 0.00085,
    "linear_end": 0.0120,
    "n_steps": 1000,
    "img_h": 128,
    "img_w": 128,
}
"""The authors' `params_sdf_chd8bar.py`."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    options = parser.parse_args()
    model_file.write(options.out, PUBLISHED, PublishedNetwork(PUBLISHED).state_dict())


if __name__ == "__main__":
    main()
