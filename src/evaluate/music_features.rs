//! How well real music is found by the music generated for it, among others: the precision at 5, 10 and 20 of the Diff-BGM
//! paper.
//!
//! A row of numbers describes a stretch of music. The published evaluation takes rows of musicnn, a network that hears the
//! rendered sound ([`MusicFeatures::of_folders`] reads such rows); without it, rows are measured on the notes of eight bars.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::error::{Error, Fault, Result};
use crate::evaluate::retrieval::{CANDIDATES, RANKS};
use crate::formats::bounded_file::read_bounded;
use crate::formats::npy;
use crate::music::decode::decode;
use crate::music::piano_roll::PianoRoll;
use crate::music::pitch_class::PITCH_CLASSES;
use crate::time::{STEPS_PER_BAR, STEPS_PER_SEGMENT, Steps};

/// The largest file of rows that is read, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// The most rows of all files: work grows with their number, memory too.
const MAX_ROWS: usize = 1 << 20;

/// Retrieval of real music by generated music.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MusicFeatures {
    /// The number of stretches of music that are compared.
    pub stretches: usize,
    /// The number of candidates of each: its own real music and others, drawn by lot.
    pub candidates: usize,
    /// Of the stretches, the share whose own real music is among the 5, 10 or 20 candidates most like the generated music, by the
    /// cosine of their rows.
    pub precision_at: BTreeMap<usize, f64>,
    /// What guessing reaches at each rank.
    pub chance_at: BTreeMap<usize, f64>,
}

impl MusicFeatures {
    /// Compares rows of real music with those of the music generated in its place. `seed` draws the candidates: for each
    /// stretch its own real music and up to 59 others. Ties count against it.
    ///
    /// # Panics
    /// Panics if there are not as many rows of both.
    pub(super) fn compare(real: &[Vec<f32>], generated: &[Vec<f32>], seed: u64) -> Self {
        assert_eq!(
            real.len(),
            generated.len(),
            "a row of each for each stretch"
        );
        let stretches = real.len();
        let candidates = stretches.min(CANDIDATES);
        let rank = |(own, row): (usize, &Vec<f32>)| {
            let likeness = cosine(row, &real[own]);
            let others = others(own, stretches, candidates - 1, seed).into_iter();
            1 + others
                .filter(|&other| cosine(row, &real[other]) >= likeness)
                .count()
        };
        let ranks: Vec<usize> = generated.iter().enumerate().map(rank).collect();
        let within = |rank: usize| ranks.iter().filter(|&&own| own <= rank).count();
        let at = |share: &dyn Fn(usize) -> f64| RANKS.map(|rank| (rank, share(rank))).into();
        Self {
            stretches,
            candidates,
            precision_at: at(&|rank| within(rank) as f64 / stretches.max(1) as f64),
            chance_at: at(&|rank| (rank as f64 / candidates.max(1) as f64).min(1.0)),
        }
    }

    /// Compares the rows in files of the same name in two folders, NAME.npy `[rows, width]`, row by row as far as both have
    /// them.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or has another form, or no name is in both folders.
    pub fn of_folders(real: &Path, generated: &Path, seed: u64) -> Result<Self> {
        let (mut of_real, mut of_generated) = (Vec::new(), Vec::new());
        for name in names(real)? {
            let [left, right] = [real, generated].map(|folder| folder.join(&name));
            if !right.is_file() {
                continue;
            }
            let (left, right) = (rows(&left)?, rows(&right)?);
            let count = left.len().min(right.len());
            of_real.extend(left.into_iter().take(count));
            of_generated.extend(right.into_iter().take(count));
        }
        let mut widths = of_real.iter().chain(&of_generated).map(Vec::len);
        let width = widths.next().ok_or_else(|| {
            Error::Usage(format!(
                "No .npy file of {} has one of the same name with rows in {}. Write both with the same names.",
                real.display(),
                generated.display()
            ))
        })?;
        if let Some(other) = widths.find(|other| *other != width) {
            return Err(Error::Usage(format!(
                "{} and {} have rows of {width} and of {other} numbers. Make all by one network.",
                real.display(),
                generated.display()
            )));
        }
        if of_real.len() > MAX_ROWS {
            return Err(Error::value(
                format!("{} rows of music", of_real.len()),
                format!("at most {MAX_ROWS}"),
            ));
        }
        Ok(Self::compare(&of_real, &of_generated, seed))
    }
}

/// Formats a line for each rank.
impl fmt::Display for MusicFeatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for rank in RANKS {
            let name = format!("own music in best {rank}/{}", self.candidates);
            let (precision, chance) = (self.precision_at[&rank], self.chance_at[&rank]);
            writeln!(f, "{name:<34}{precision:>11.3}   chance {chance:.3}")?;
        }
        Ok(())
    }
}

/// Returns a row for each eight bars of each roll: the shares of its onsets by pitch class and by step of the bar, each scaled to
/// length 1.
pub(super) fn segments(rolls: &[PianoRoll]) -> Vec<Vec<f32>> {
    let of_roll = |roll: &PianoRoll| {
        let count = roll.steps().0.div_ceil(STEPS_PER_SEGMENT);
        let window =
            |index| roll.window(Steps(index * STEPS_PER_SEGMENT), Steps(STEPS_PER_SEGMENT));
        (0..count)
            .map(|index| row(&window(index)))
            .collect::<Vec<_>>()
    };
    rolls.iter().flat_map(of_roll).collect()
}

fn row(roll: &PianoRoll) -> Vec<f32> {
    let mut classes = vec![0.0; PITCH_CLASSES];
    let mut places = vec![0.0; STEPS_PER_BAR as usize];
    for note in decode(roll) {
        classes[usize::from(note.pitch) % PITCH_CLASSES] += 1.0;
        places[(note.start.0 % STEPS_PER_BAR) as usize] += 1.0;
    }
    for numbers in [&mut classes, &mut places] {
        let length = numbers
            .iter()
            .map(|number: &f32| number * number)
            .sum::<f32>()
            .sqrt();
        numbers
            .iter_mut()
            .for_each(|number| *number /= length.max(1e-9));
    }
    classes.into_iter().chain(places).collect()
}

/// Returns the cosine of two rows, or 0 if one is all zeros.
fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum()
    };
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 {
        dot(a, b) / lengths
    } else {
        0.0
    }
}

/// Draws `count` of the numbers below `all` besides `own`.
fn others(own: usize, all: usize, count: usize, seed: u64) -> Vec<usize> {
    let source = NoiseSource::new(seed, own as u32);
    let mut numbers: Vec<usize> = (0..all).filter(|&other| other != own).collect();
    let draws = source.uniform(NoiseUse::Choices);
    for (place, draw) in (0..count).zip(draws) {
        let left = numbers.len() - place;
        let chosen = place + ((draw * left as f64) as usize).min(left - 1);
        numbers.swap(place, chosen);
    }
    numbers.truncate(count);
    numbers
}

/// Returns the names of the `.npy` files in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let name = entry.map_err(Error::io(folder))?.file_name();
        names.extend(
            name.into_string()
                .ok()
                .filter(|name| name.ends_with(".npy")),
        );
    }
    names.sort_unstable();
    Ok(names)
}

fn rows(path: &Path) -> Result<Vec<Vec<f32>>> {
    let bytes = read_bounded(path, MAX_FILE_BYTES)?;
    let read = || {
        let table = npy::parse(&bytes)?;
        let &[_, width] = table.shape() else {
            let found = format!("an array of shape {:?}", table.shape());
            return Err(Fault::new(found, "[rows, width]"));
        };
        let values = table.to_f32()?;
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Fault::new("a number that is not finite", "finite numbers"));
        }
        Ok(values
            .chunks_exact(width.max(1))
            .map(<[f32]>::to_vec)
            .collect())
    };
    read().map_err(|fault| fault.in_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::npy::write::encode_f32;

    /// Returns a row that points in a direction of a circle.
    fn towards(degrees: f32) -> Vec<f32> {
        let angle = degrees.to_radians();
        vec![angle.cos(), angle.sin()]
    }

    #[test]
    fn ranks_match_values_computed_by_hand() {
        // Thirty directions three degrees apart, so that everything is a candidate of everything.
        let real: Vec<Vec<f32>> = (0..30).map(|n| towards(3.0 * n as f32)).collect();
        let away = |n: usize| [0.0, 13.0, 31.0, 61.0][n.min(3)];
        let generated: Vec<Vec<f32>> = (0..30).map(|n| towards(3.0 * n as f32 + away(n))).collect();
        let found = MusicFeatures::compare(&real, &generated, 1);
        assert_eq!(found.candidates, 30);
        // Music 0 is its own direction: rank 1. Music 1 lies at 16°, nearer to 6° to 27° than to its own 3°: rank 9. Music 2 lies at
        // 37°, nearer to 9° to 66° than to its own 6°: rank 21. The others lie 61° above their own, and all directions above that
        // are nearer: rank 30 − n.
        let at = |rank: usize| found.precision_at[&rank];
        let near = |value: f64, expected: f64| assert!((value - expected).abs() < 1e-9, "{value}");
        near(at(5), (1.0 + 5.0) / 30.0);
        near(at(10), (1.0 + 1.0 + 10.0) / 30.0);
        near(at(20), (1.0 + 1.0 + 20.0) / 30.0);
        assert_eq!(found.chance_at[&20], 20.0 / 30.0);
    }

    #[test]
    fn rows_that_are_all_alike_find_nothing_and_candidates_are_at_most_sixty() {
        let alike = vec![vec![1.0, 2.0]; 100];
        let found = MusicFeatures::compare(&alike, &alike, 7);
        assert_eq!((found.stretches, found.candidates), (100, 60));
        assert!(found.precision_at.values().all(|&share| share == 0.0));
        let drawn = others(5, 100, 59, 7);
        let distinct: std::collections::BTreeSet<_> = drawn.iter().collect();
        assert_eq!((drawn.len(), distinct.len()), (59, 59));
        assert!(!drawn.contains(&5) && drawn.iter().all(|&other| other < 100));
        assert_ne!(drawn, others(5, 100, 59, 8));
    }

    #[test]
    fn files_of_one_name_are_compared_as_far_as_both_go() {
        let folder = tempfile::tempdir().unwrap();
        let [real, generated] = ["real", "generated"].map(|name| folder.path().join(name));
        let write = |folder: &Path, name: &str, shape: &[usize], values: &[f32]| {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(name), encode_f32(shape, values)).unwrap();
        };
        write(&real, "a.npy", &[2, 2], &[1.0, 0.0, 0.0, 1.0]);
        write(&real, "b.npy", &[1, 2], &[1.0, 1.0]);
        assert!(MusicFeatures::of_folders(&real, &folder.path().join("none"), 1).is_err());
        write(
            &generated,
            "a.npy",
            &[3, 2],
            &[1.0, 0.1, 0.1, 1.0, 5.0, 5.0],
        );
        let found = MusicFeatures::of_folders(&real, &generated, 1).unwrap();
        assert_eq!((found.stretches, found.candidates), (2, 2));
        assert_eq!(found.precision_at[&5], 1.0);
        write(&generated, "b.npy", &[1, 3], &[1.0, 1.0, 1.0]);
        let error = MusicFeatures::of_folders(&real, &generated, 1).unwrap_err();
        assert!(error.to_string().contains("of 2 and of 3"), "{error}");
        write(&generated, "b.npy", &[2], &[1.0, f32::NAN]);
        assert!(MusicFeatures::of_folders(&real, &generated, 1).is_err());
    }
}
