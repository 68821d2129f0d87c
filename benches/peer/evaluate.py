"""Compares generated music with the held-out music that its conditions come from.

    python3 evaluate.py --data POP909 --cache pop909.npz --segments 64 --model MODEL.safetensors \\
        --guidance 1.5 2.5 --steps 20 --harmony free given

Prints figures of the held-out windows and of every combination of settings; `--json` saves them.
"""

import argparse
import json
import time

import numpy as np
import torch

import data
import diffusion
import metrics
import model_file
import music
import steering


def network_rows(windows, config, harmony_given):
    """Cue rows `[n, 32, 10]` with all cues given, and harmony rows `[n, 32, 25]`."""
    quantiles = np.array(config["cue_quantiles"])
    scaled = music.scale_cues(np.stack([w.cues for w in windows]), quantiles)
    cues = torch.from_numpy(music.masked(scaled, np.ones_like(scaled)))
    chords = torch.from_numpy(np.stack([w.chords for w in windows])).float()
    mask = torch.ones(*chords.shape[:2], 1)
    harmony = torch.cat([chords, mask], dim=2)
    return cues, harmony if harmony_given else torch.zeros_like(harmony)


def generate(network, config, windows, options, steps, guidance, harmony_given):
    """Generates rolls for the windows' conditions, `[n, 2, 128, pitches]`; noise depends on the seed."""
    cues, harmony = network_rows(windows, config, harmony_given)
    steered = steering.Steering(options.repeat, options.key, options.groove, options.chord)
    pitch_min = config["pitch_min"]
    signs = steering.signs_of_chords(
        network_rows(windows, config, True)[1], config["img_h"], config["img_w"], pitch_min
    )
    generator = torch.Generator().manual_seed(options.seed)
    shape = (len(windows), 2, config["img_h"], config["img_w"])
    noise = torch.randn(shape, generator=generator)
    common = torch.randn(noise[:, :, : noise.shape[2] // 2].shape, generator=generator)
    noise = steering.repeated_noise(noise, common, steered.repeat)
    alpha_bar = diffusion.alpha_bars(config)
    rolls = []
    for part in torch.arange(len(windows)).split(options.batch):
        predict = diffusion.guided(network, cues[part], harmony[part], guidance)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            correct = steered.correction(signs[part], pitch_min)
            rolls.append(diffusion.dpmpp_2m(predict, noise[part], steps, alpha_bar, correct))
    return torch.cat(rolls).numpy()


def measure(rolls, windows, pitch_min):
    """All measures by name, as means over the rolls."""
    single = [metrics.of_roll(roll, pitch_min) for roll in rolls]
    means = {name: float(np.mean([one[name] for one in single])) for name in single[0]}
    return means | metrics.of_answers(rolls, windows, pitch_min)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="POP909", help="POP909 as published, one folder a song")
    parser.add_argument("--cache", default="pop909.npz", help="compact copy, made if missing")
    parser.add_argument("--model", required=True)
    parser.add_argument("--segments", type=int, default=64)
    parser.add_argument("--guidance", type=float, nargs="+", default=[1.5])
    parser.add_argument("--steps", type=int, nargs="+", default=[20])
    parser.add_argument("--harmony", nargs="+", choices=["free", "given"], default=["free"])
    for name in ("repeat", "key", "groove", "chord"):
        default = getattr(steering.Steering, name)
        parser.add_argument(f"--{name}", type=float, default=default, help="see steering.py")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true", help="bfloat16 autocast")
    parser.add_argument("--json", help="file for the figures, one JSON object a line")
    parser.add_argument("--rolls", help="file for the rolls of the last setting, .npy")
    return parser.parse_args()


def report(options, setting, figures):
    print(json.dumps(setting), flush=True)
    print("  " + "  ".join(f"{name} {value:.3f}" for name, value in figures.items()), flush=True)
    if options.json:
        with open(options.json, "a") as file:
            file.write(json.dumps(setting | figures) + "\n")


def main():
    options = parse_options()
    torch.set_num_threads(options.threads)
    config, network = model_file.load(options.model)
    songs = data.load_songs(options.data, options.cache)
    windows = data.held_out_windows(songs, options.segments, config, options.seed)
    real = np.stack([window.roll for window in windows])
    report(options, {"music": "held out"}, measure(real, windows, config["pitch_min"]))
    for harmony in options.harmony:
        for steps in options.steps:
            for guidance in options.guidance:
                began = time.time()
                given = harmony == "given"
                rolls = generate(network, config, windows, options, steps, guidance, given)
                figures = measure(rolls, windows, config["pitch_min"])
                figures["seconds"] = time.time() - began
                setting = {"model": options.model, "harmony": harmony}
                setting |= {k: getattr(options, k) for k in ("repeat", "key", "groove", "chord")}
                report(options, setting | {"steps": steps, "guidance": guidance}, figures)
    if options.rolls:
        np.save(options.rolls, rolls)


if __name__ == "__main__":
    main()
