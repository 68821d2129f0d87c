//! What becomes of a draft, for people.

use super::Conforming;
use crate::time::Beats;

/// A run of bars with one fate: its first bar and its last, and the first one of the old draft.
struct Run {
    first: usize,
    last: usize,
    source: Option<usize>,
}

impl Conforming {
    /// Says what becomes of the bars, a line for each run of them. `first_bar` is the number of the first one.
    pub fn lines(&self, first_bar: u32) -> Vec<String> {
        let number = |bar: usize| bar + first_bar as usize;
        let bars = |first: usize, last: usize| match first == last {
            true => format!("bar {}", number(first)),
            false => format!("bars {}–{}", number(first), number(last)),
        };
        let metre = self.settings.metre;
        let bar_beats = f64::from(metre.bar_beats());
        self.runs()
            .iter()
            .map(|run| {
                let here = bars(run.first, run.last);
                match run.source {
                    Some(source) if source == run.first => format!("{here}: kept"),
                    Some(source) => {
                        let there = bars(source, source + run.last - run.first);
                        format!("{here}: kept, from {there}")
                    }
                    None => {
                        let [from, to] =
                            [run.first, run.last + 1].map(|bar| Beats(bar as f64 * bar_beats));
                        let tempo = self.settings.tempo_map.mean_tempo(from, to);
                        let is_other = run.first > 0 && {
                            let before = from - Beats(1e-3);
                            self.settings.tempo_map.tempo_at(before) != tempo
                        };
                        match is_other {
                            true => format!("{here}: painted again, at {:.1} BPM", tempo.bpm()),
                            false => format!("{here}: painted again"),
                        }
                    }
                }
            })
            .collect()
    }

    fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (bar, source) in self.sources.iter().enumerate() {
            let source = source.map(|bar| bar as usize);
            let goes_on = |run: &Run| match (run.source, source) {
                (Some(first), Some(source)) => first + bar - run.first == source,
                (None, None) => true,
                _ => false,
            };
            match runs.last_mut() {
                Some(run) if goes_on(run) => run.last = bar,
                _ => runs.push(Run {
                    first: bar,
                    last: bar,
                    source,
                }),
            }
        }
        runs
    }
}
