//! Bars that came out silent although notes were asked for.

use candle_core::Tensor;

use crate::diffusion::sampler::Kept;
use crate::error::Result;
use crate::music::piano_roll::RollParts;
use crate::time;

const STEPS_PER_BAR: usize = time::STEPS_PER_BAR as usize;

/// Returns the bars of a roll of zeros and ones `[1, planes, steps, pitches]`, from `first` on, in which no part starts a
/// note although `is_asked` says that one should.
pub(super) fn silent_bars(
    roll: &Tensor,
    parts: RollParts,
    first: u32,
    is_asked: impl Fn(u32) -> bool,
) -> Result<Vec<u32>> {
    let (_, _, steps, pitches) = roll.dims4()?;
    let mut onsets: Vec<Vec<f32>> = Vec::new();
    for plane in parts.iter().filter_map(|part| parts.onset_plane(part)) {
        onsets.push(roll.narrow(1, plane, 1)?.flatten_all()?.to_vec1()?);
    }
    let is_silent = |bar: &u32| {
        let from = *bar as usize * STEPS_PER_BAR * pitches;
        let mut cells = onsets
            .iter()
            .flat_map(|plane| &plane[from..][..STEPS_PER_BAR * pitches]);
        cells.all(|&onset| onset == 0.0)
    };
    Ok((first..(steps / STEPS_PER_BAR) as u32)
        .filter(is_silent)
        .filter(|&bar| is_asked(bar))
        .collect())
}

/// Keeps all of `roll` `[1, planes, steps, pitches]` except some bars.
pub(super) fn all_but(bars: &[u32], roll: &Tensor) -> Result<Kept> {
    let steps = roll.dim(2)?;
    let keeps = (0..steps).map(|step| {
        let bar = (step / STEPS_PER_BAR) as u32;
        f32::from(u8::from(!bars.contains(&bar)))
    });
    let mask = Tensor::from_iter(keeps, roll.device())?.reshape((1, 1, steps, 1))?;
    Ok(Kept {
        original: roll.clone(),
        mask: mask.broadcast_as(roll.shape())?.contiguous()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    const STEPS: usize = 4 * STEPS_PER_BAR;

    /// Returns one part, two pitches and four bars: one note at the start of each of `bars`, and one that sounds throughout.
    fn roll(bars: &[usize]) -> Tensor {
        let mut cells = vec![0.0_f32; 2 * STEPS * 2];
        for bar in bars {
            cells[bar * STEPS_PER_BAR * 2] = 1.0;
        }
        cells[STEPS * 2..].fill(1.0);
        Tensor::from_vec(cells, (1, 2, STEPS, 2), &Device::Cpu).unwrap()
    }

    #[test]
    fn a_bar_without_an_onset_is_silent_if_notes_are_asked_for() {
        let (roll, one) = (roll(&[1]), RollParts::One);
        assert_eq!(silent_bars(&roll, one, 0, |_| true).unwrap(), [0, 2, 3]);
        assert_eq!(silent_bars(&roll, one, 1, |bar| bar != 3).unwrap(), [2]);
    }

    #[test]
    fn a_bar_in_which_any_part_starts_a_note_is_not_silent() {
        let roll = Tensor::cat(&[roll(&[1]), roll(&[2])], 1).unwrap();
        let bars = silent_bars(&roll, RollParts::LeadAndAccompaniment, 0, |_| true).unwrap();
        assert_eq!(bars, [0, 3]);
    }

    #[test]
    fn all_bars_except_the_silent_ones_are_kept() {
        let roll = roll(&[0, 1, 3]);
        let kept = all_but(&[2], &roll).unwrap();
        assert_eq!(kept.mask.dims(), roll.dims());
        let bars = kept.mask.narrow(3, 0, 1).unwrap().flatten_to(1).unwrap();
        let sums = bars.narrow(0, 0, 1).unwrap().to_dtype(DType::F32).unwrap();
        let sums = (sums.reshape((4, STEPS_PER_BAR)).unwrap())
            .mean(1)
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        assert_eq!(sums, [1.0, 1.0, 0.0, 1.0]);
    }
}
