"""The published noise schedule, `v`-prediction and the deterministic `dpm++2m` sampler."""

import numpy as np
import torch


def alpha_bars(config):
    """`ᾱ_t` for every diffusion step, `[n_steps]` float32."""
    roots = np.linspace(config["linear_start"] ** 0.5, config["linear_end"] ** 0.5, config["n_steps"])
    return torch.tensor(np.cumprod(1.0 - roots**2), dtype=torch.float32)


def noised(x_0, noise, alpha_bar):
    """`x_t` and the target `v` of a batch; `alpha_bar` `[b]`."""
    signal = alpha_bar.sqrt()[:, None, None, None]
    spread = (1.0 - alpha_bar).sqrt()[:, None, None, None]
    return signal * x_0 + spread * noise, signal * noise - spread * x_0


def timesteps(steps, n_steps=1000):
    """`steps + 1` diffusion steps from the noisiest to 0, evenly spaced."""
    return np.round(np.linspace(n_steps - 1, 0, steps + 1)).astype(int)


@torch.no_grad()
def dpmpp_2m(predict, x, steps, alpha_bar, correct=None, low=-0.1, high=1.1):
    """Multistep DPM-Solver++ of second order from noise `x` `[b, 2, steps, pitches]`.

    `predict(x, t)` gives `v`. Returns the last `x_0`, clamped to `[low, high]` and, where given,
    passed through `correct(x_0, progress)` (and clamped again), as after each step; `progress` goes
    from 0 at the noisiest step towards 1.
    """
    path = timesteps(steps, len(alpha_bar))
    signal, spread = alpha_bar.sqrt(), (1.0 - alpha_bar).sqrt()
    log_snr = torch.log(signal / spread)
    previous, previous_step = None, None
    for index, (here, there) in enumerate(zip(path[:-1], path[1:])):
        t = torch.full((len(x),), int(here), dtype=torch.long)
        x_0 = (signal[here] * x - spread[here] * predict(x, t)).clamp(low, high)
        if correct is not None:
            x_0 = correct(x_0, index / steps).clamp(low, high)
        step = log_snr[there] - log_snr[here]
        direction = x_0
        if previous is not None:
            ratio = previous_step / step
            direction = (1 + 0.5 / ratio) * x_0 - 0.5 / ratio * previous
        x = spread[there] / spread[here] * x - signal[there] * torch.expm1(-step) * direction
        previous, previous_step = x_0, step
    return previous


def guided(network, cues, harmony, scale):
    """A `predict` for the sampler with classifier-free guidance towards `cues` and `harmony`."""
    cues = torch.cat([torch.zeros_like(cues), cues])
    harmony = torch.cat([torch.zeros_like(harmony), harmony])

    def predict(x, t):
        v = network(torch.cat([x, x]), torch.cat([t, t]), cues, harmony)
        free, given = v.chunk(2)
        return free + scale * (given - free)

    return predict
