//! Draws what is to stay of a training window in parts: the tasks that the network is later asked for.

use crate::time::BEATS_PER_SEGMENT;

const BEATS: usize = BEATS_PER_SEGMENT as usize;

/// The task of a window, and what is to stay in it. A bar is counted from the first whole one in the window, 1.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// Everything is painted.
    Free,
    /// The first bars stay: a piece goes on.
    Continue,
    /// All but some bars stay: they are painted again.
    Fill,
    /// All but some beats stay.
    FillBeats,
    /// The lead stays: it is accompanied.
    Accompany,
    /// The accompaniment stays: it gets a tune.
    AddTune,
    /// Any bars of any part stay.
    Scattered,
    /// The first bars stay, and the lead throughout.
    ContinueUnderLead,
    /// All but some bars of the lead stay.
    FillLead,
    /// All but some bars of the accompaniment stay.
    FillAccompaniment,
}

/// The tasks and their shares.
const TASKS: [(Task, f64); 10] = [
    (Task::Free, 0.40),
    (Task::Continue, 0.17),
    (Task::Fill, 0.09),
    (Task::FillBeats, 0.04),
    (Task::Accompany, 0.11),
    (Task::AddTune, 0.05),
    (Task::Scattered, 0.06),
    (Task::ContinueUnderLead, 0.04),
    (Task::FillLead, 0.02),
    (Task::FillAccompaniment, 0.02),
];

/// Draws which beats of which part are to stay, `[parts, beats]` (lead first) with 1 for those that do, by numbers from
/// `uniform`. `downbeats` says which beats start a bar.
pub(super) fn draw_kept(downbeats: &[bool], uniform: &mut dyn FnMut() -> f64) -> Vec<f32> {
    let bar_of: Vec<usize> = (downbeats.iter())
        .scan(0, |bar, &downbeat| {
            *bar += usize::from(downbeat);
            Some(*bar)
        })
        .collect();
    let bars = bar_of.last().copied().unwrap_or(0);
    match drawn_task(uniform()) {
        Task::Free => mask(|_, _| false),
        Task::Accompany => mask(|is_lead, _| is_lead),
        Task::AddTune => mask(|is_lead, _| !is_lead),
        Task::Continue => {
            let cut = cut(bars, uniform);
            mask(|_, beat| bar_of[beat] < cut)
        }
        Task::ContinueUnderLead => {
            let cut = cut(bars, uniform);
            mask(|is_lead, beat| is_lead || bar_of[beat] < cut)
        }
        Task::Fill => {
            let gap = gap(bars, uniform);
            mask(|_, beat| !gap.contains(&bar_of[beat]))
        }
        Task::FillLead => {
            let gap = gap(bars, uniform);
            mask(|is_lead, beat| !is_lead || !gap.contains(&bar_of[beat]))
        }
        Task::FillAccompaniment => {
            let gap = gap(bars, uniform);
            mask(|is_lead, beat| is_lead || !gap.contains(&bar_of[beat]))
        }
        Task::FillBeats => {
            let [a, b] = [uniform(), uniform()].map(|place| (place * (BEATS + 1) as f64) as usize);
            mask(|_, beat| !(a.min(b)..a.max(b)).contains(&beat))
        }
        Task::Scattered => {
            let share = uniform();
            let mut stays = |_| (0..=bars).map(|_| uniform() < share).collect();
            let stays: [Vec<bool>; 2] = [0, 1].map(&mut stays);
            mask(|is_lead, beat| stays[usize::from(!is_lead)][bar_of[beat]])
        }
    }
}

fn drawn_task(place: f64) -> Task {
    let mut above = 0.0;
    for (task, share) in TASKS {
        above += share;
        if place < above {
            return task;
        }
    }
    Task::FillAccompaniment
}

fn mask(stays: impl Fn(bool, usize) -> bool) -> Vec<f32> {
    let parts = [true, false].into_iter();
    parts
        .flat_map(|is_lead| (0..BEATS).map(move |beat| (is_lead, beat)))
        .map(|(is_lead, beat)| f32::from(u8::from(stays(is_lead, beat))))
        .collect()
}

/// Draws the bar before which everything stays: the second half's first one or any.
fn cut(bars: usize, uniform: &mut dyn FnMut() -> f64) -> usize {
    if uniform() < 0.5 {
        bars / 2 + 1
    } else {
        bar(bars, uniform)
    }
}

/// Draws the bars that are painted again.
fn gap(bars: usize, uniform: &mut dyn FnMut() -> f64) -> std::ops::RangeInclusive<usize> {
    let (a, b) = (bar(bars, uniform), bar(bars, uniform));
    a.min(b)..=a.max(b)
}

fn bar(bars: usize, uniform: &mut dyn FnMut() -> f64) -> usize {
    1 + (uniform() * bars as f64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::noise::{NoiseSource, NoiseUse};

    fn waltz() -> Vec<bool> {
        (0..BEATS).map(|beat| beat.is_multiple_of(3)).collect()
    }

    /// Returns the kept beats of the task at `place` among the shares, with the numbers that follow it.
    fn kept(place: f64, numbers: &[f64]) -> Vec<usize> {
        let mut numbers = [&[place], numbers].concat().into_iter();
        let mask = draw_kept(&waltz(), &mut || numbers.next().unwrap());
        assert_eq!(mask.len(), 2 * BEATS);
        (0..mask.len()).filter(|&at| mask[at] == 1.0).collect()
    }

    #[test]
    fn each_task_keeps_its_bars_and_parts() {
        assert_eq!(kept(0.1, &[]), [0; 0]);
        // Eleven bars: the first half is five.
        let half = (0..15).chain(32..47).collect::<Vec<_>>();
        assert_eq!(kept(0.5, &[0.2]), half);
        // Bars 3 and 4 are painted.
        let around: Vec<usize> = (0..64).filter(|at| !(6..12).contains(&(at % 32))).collect();
        assert_eq!(kept(0.6, &[0.3, 0.2]), around);
        let beats: Vec<usize> = (0..64).filter(|at| !(8..16).contains(&(at % 32))).collect();
        assert_eq!(kept(0.68, &[0.25, 0.5]), beats);
        assert_eq!(kept(0.75, &[]), (0..32).collect::<Vec<_>>());
        assert_eq!(kept(0.83, &[]), (32..64).collect::<Vec<_>>());
        let under: Vec<usize> = (0..32).chain(32..47).collect();
        assert_eq!(kept(0.94, &[0.2]), under);
        let lead: Vec<usize> = (0..64).filter(|at| !(6..12).contains(at)).collect();
        assert_eq!(kept(0.97, &[0.3, 0.2]), lead);
        let accompaniment: Vec<usize> = (0..64).filter(|at| !(38..44).contains(at)).collect();
        assert_eq!(kept(0.99, &[0.3, 0.2]), accompaniment);
    }

    #[test]
    fn scattered_bars_stay_whole() {
        let numbers: Vec<f64> = (0..25).map(|i| f64::from((i + 1) % 3) / 3.0).collect();
        let kept = kept(0.9, &numbers);
        assert!(!kept.is_empty() && kept.len() < 64);
        for at in 0..64 {
            let first = at / 32 * 32 + at % 32 / 3 * 3;
            assert_eq!(kept.contains(&at), kept.contains(&first), "{at}");
        }
    }

    #[test]
    fn two_windows_in_five_are_painted_whole() {
        let mut numbers = NoiseSource::new(1, 0).uniform(NoiseUse::Choices);
        let mut uniform = || numbers.next().unwrap();
        let free = (0..4000)
            .filter(|_| {
                draw_kept(&waltz(), &mut uniform)
                    .iter()
                    .all(|&kept| kept == 0.0)
            })
            .count();
        // A few continued or scattered windows keep nothing, too.
        assert!((0.39..0.46).contains(&(free as f64 / 4000.0)), "{free}");
    }
}
