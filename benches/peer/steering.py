"""Steers the sampler without training: repeated phrases, one key, one groove, chords.

At every step the clamped `x_0` is multiplied cell by cell with mild factors, from which sampling
continues. A share of 0 changes nothing. The factors of chords and groove lie around 1, so that the
number of notes stays about the same.
"""

from dataclasses import dataclass

import torch

import metrics

BARS = metrics.BARS


@dataclass
class Steering:
    """How strongly to steer; with the defaults, measures on held-out windows are closest to real."""

    repeat: float = 0.75
    key: float = 0.0
    groove: float = 1.0
    chord: float = 0.0

    def correction(self, chord_signs, pitch_min):
        """A `correct(x_0, progress)` for the sampler; `chord_signs` from `signs_of_chords`."""

        def correct(x_0, progress):
            if self.key > 0:
                x_0 = lowered_outside_key(x_0, self.key, pitch_min)
            if self.chord > 0:
                fading = self.chord * (1 - progress)
                x_0 = x_0 * (1 + fading * chord_signs[:, None])
            if self.groove > 0:
                x_0 = evened_groove(x_0, self.groove)
            return x_0

        return correct


def repeated_noise(noise, common, share):
    """Makes the phrases of `noise` `[b, 2, steps, pitches]` similar, so that drafts repeat them.

    `common` `[b, 2, steps/2, pitches]` is four bars of noise, which contributes `share` of the
    variance of each half. Every cell stays standard normal, and the halves correlate by `share`.
    """
    return (1 - share) ** 0.5 * noise + share**0.5 * common.repeat(1, 1, 2, 1)


def lowered_outside_key(x_0, share, pitch_min):
    """Lowers cells outside the major scale that best fits each roll of `[b, 2, steps, pitches]`."""
    classes = (torch.arange(x_0.shape[3]) + pitch_min) % 12
    scale = torch.tensor(metrics.MAJOR_SCALE)
    outside = torch.stack([~torch.isin((classes - tonic) % 12, scale) for tonic in range(12)])
    mass = x_0.clamp(min=0).square().sum((1, 2))
    nearest = (mass @ outside.float().T).argmin(1)
    return x_0 * (1 - share * outside[nearest].float())[:, None, None, :]


def evened_groove(x_0, share):
    """Raises onsets on the sixteenths that most bars use, and lowers the others."""
    onset, sustain = x_0.unbind(1)
    use = onset.clamp(0, 1).amax(2).unflatten(1, (BARS, -1)).mean(1)
    use = use / use.amax(1, keepdim=True).clamp(min=1e-3)
    factor = 1 + share * (use - 0.5)
    return torch.stack([onset * factor.repeat(1, BARS)[:, :, None], sustain], dim=1)


def signs_of_chords(harmony, steps, pitches, pitch_min):
    """Signs `[b, steps, pitches]` of harmony rows `[b, beats, 25]`: +0.5 for pitches in the chord, -0.5
    for others, 0 on beats without a chord.
    """
    classes = (torch.arange(pitches) + pitch_min) % 12
    inside = harmony[:, :, :12][:, :, classes]
    with_chord = harmony[:, :, :12].amax(2, keepdim=True)
    return ((inside - 0.5) * with_chord).repeat_interleave(steps // harmony.shape[1], dim=1)
