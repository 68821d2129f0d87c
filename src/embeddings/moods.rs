//! Moods of pictures, read with CLIP: how near a frame is to prompts whose valence and arousal are known.
//!
//! A frame's likelihood of each prompt is the softmax of CLIP's scaled cosines; its valence and arousal are the mean of those
//! of the prompts. Nothing is trained: the places of the words follow Russell's circumplex of affect (1980), rounded by hand.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::visual::{PromptModel, softmax};
use crate::error::{Fault, Result};
use crate::features::{MeasureTrack, PictureMeasure, Track};

/// Words with their valence and arousal, all of which are the default.
const WORDS: [(&str, f32, f32); 9] = [
    ("calm", 0.5, -0.8),
    ("tender", 0.7, -0.4),
    ("joyful", 0.9, 0.5),
    ("exciting", 0.6, 0.9),
    ("epic", 0.3, 0.8),
    ("tense", -0.6, 0.7),
    ("frightening", -0.8, 0.9),
    ("sad", -0.8, -0.4),
    ("gloomy", -0.6, -0.7),
];
/// The most moods.
const MAX_MOODS: usize = 64;
/// The longest prompt, in characters.
const MAX_PROMPT: usize = 200;

/// A mood: a text, and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Mood {
    /// A word, which stands for a scene of this kind, or a whole prompt.
    pub prompt: String,
    /// Unpleasant to pleasant, −1 to 1.
    pub valence: f32,
    /// Quiet to excited, −1 to 1.
    pub arousal: f32,
}

/// The moods that are told from each other, two at least.
///
/// As text, prompts separated by commas. A word of the default needs no numbers; another prompt is followed by its valence and
/// arousal: `calm, tense, a foggy harbour=-0.3/-0.6`.
#[derive(Clone, Debug, PartialEq)]
pub struct MoodScale(Vec<Mood>);

impl Default for MoodScale {
    fn default() -> Self {
        let mood = |(word, valence, arousal): (&str, f32, f32)| Mood {
            prompt: word.to_owned(),
            valence,
            arousal,
        };
        Self(WORDS.map(mood).to_vec())
    }
}

impl MoodScale {
    /// Returns the moods.
    pub fn moods(&self) -> &[Mood] {
        &self.0
    }
}

impl FromStr for MoodScale {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let usual = Self::default();
        let mood = |part: &str| -> Result<Mood, Fault> {
            let part = part.trim();
            let Some((prompt, place)) = part.split_once('=') else {
                let known = usual.0.iter().find(|mood| mood.prompt == part);
                return known.cloned().ok_or_else(|| {
                    let words: Vec<&str> = WORDS.iter().map(|(word, ..)| *word).collect();
                    Fault::new(
                        format!("a mood `{part}`"),
                        format!(
                            "{}, or a prompt with its valence and arousal, as in `{part}=0.5/-0.5`",
                            words.join(", ")
                        ),
                    )
                });
            };
            let number = |text: &str| {
                let number = text.trim().parse::<f32>().ok();
                number.filter(|number| (-1.0..=1.0).contains(number))
            };
            let numbers = place
                .split_once('/')
                .and_then(|(valence, arousal)| Some((number(valence)?, number(arousal)?)));
            let prompt = prompt.trim();
            match numbers {
                Some((valence, arousal)) if (1..=MAX_PROMPT).contains(&prompt.chars().count()) => {
                    Ok(Mood {
                        prompt: prompt.to_owned(),
                        valence,
                        arousal,
                    })
                }
                _ => Err(Fault::new(
                    format!("a mood `{part}`"),
                    "a prompt with a valence and an arousal of -1 to 1, as in `a foggy harbour=-0.3/-0.6`",
                )),
            }
        };
        let moods = text.split(',').map(mood).collect::<Result<Vec<_>, _>>()?;
        if !(2..=MAX_MOODS).contains(&moods.len()) {
            let found = format!("{} moods", moods.len());
            return Err(Fault::new(
                found,
                format!("2 to {MAX_MOODS}, to be told from each other"),
            ));
        }
        Ok(Self(moods))
    }
}

impl fmt::Display for MoodScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mood) in self.0.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(
                f,
                "{comma}{}={}/{}",
                mood.prompt, mood.valence, mood.arousal
            )?;
        }
        Ok(())
    }
}

/// Returns what CLIP is asked for: a scene of the kind that a word names, or the prompt as it is.
fn question(prompt: &str) -> String {
    if prompt.contains(char::is_whitespace) {
        return prompt.to_owned();
    }
    let article = match prompt.chars().next() {
        Some('a' | 'e' | 'i' | 'o' | 'u') => "an",
        _ => "a",
    };
    format!("{article} {prompt} scene")
}

/// The moods as CLIP knows them.
pub struct MoodMeter {
    /// The directions of the prompts, of length 1, and where each mood lies.
    moods: Vec<(Vec<f32>, [f32; 2])>,
    scale: f32,
}

impl MoodMeter {
    /// Loads CLIP's text tower from its folder and reads the prompts with it.
    ///
    /// # Errors
    /// Returns an error as [`PromptModel::load`] does.
    pub fn load(folder: &Path, scale: &MoodScale) -> Result<Self> {
        let model = PromptModel::load(folder)?;
        let mood = |mood: &Mood| {
            let direction = unit(model.embed(&question(&mood.prompt))?);
            Ok((direction, [mood.valence, mood.arousal]))
        };
        Ok(Self {
            moods: scale.0.iter().map(mood).collect::<Result<_>>()?,
            scale: model.scale(),
        })
    }

    /// Returns the likelihood of each mood for the embedding of a picture; together they are 1.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub fn likelihoods(&self, embedding: &[f32]) -> Result<Vec<f32>> {
        let picture = unit(embedding.to_vec());
        let cosine = |direction: &[f32]| -> f32 {
            direction
                .iter()
                .zip(&picture)
                .map(|(one, other)| one * other)
                .sum()
        };
        let scaled = self
            .moods
            .iter()
            .map(|(direction, _)| self.scale * cosine(direction));
        softmax(scaled.collect())
    }

    /// Returns the valence and arousal of the embedding of a picture, −1 to 1 each.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub fn measure(&self, embedding: &[f32]) -> Result<[f32; 2]> {
        let mut sums = [0.0; 2];
        for (likelihood, (_, place)) in self.likelihoods(embedding)?.into_iter().zip(&self.moods) {
            for (sum, number) in sums.iter_mut().zip(place) {
                *sum += likelihood * number;
            }
        }
        Ok(sums.map(|sum| sum.clamp(-1.0, 1.0)))
    }
}

/// Returns a vector of length 1 in the same direction.
fn unit(mut numbers: Vec<f32>) -> Vec<f32> {
    let length = numbers
        .iter()
        .map(|number| number * number)
        .sum::<f32>()
        .sqrt();
    for number in &mut numbers {
        *number /= length.max(f32::MIN_POSITIVE);
    }
    numbers
}

/// Returns the measures with columns of valence and arousal, which replace any that were there, at the rate of the measures.
/// Each row has the mood at its middle, between those of the frames around it.
pub(super) fn with_moods(
    measures: Option<&MeasureTrack>,
    moods: &Track,
) -> Result<MeasureTrack, Fault> {
    let names = [PictureMeasure::Valence, PictureMeasure::Arousal];
    let Some(measures) = measures else {
        return MeasureTrack::new(moods.rate_hz, names, moods.values.clone());
    };
    let kept: Vec<PictureMeasure> = (measures.columns().iter().copied())
        .filter(|column| !names.contains(column))
        .collect();
    let rate_hz = measures.track().rate_hz;
    let mut values = Vec::with_capacity(measures.rows() * (kept.len() + 2));
    for row in 0..measures.rows() {
        let old = measures.track().row(row);
        values.extend(
            kept.iter()
                .filter_map(|&column| Some(old[measures.index_of(column)?])),
        );
        // A frame is the first of its interval.
        let place = (row as f64 + 0.5) / rate_hz * moods.rate_hz;
        let share = place.fract() as f32;
        let (before, after) = (moods.row(place as usize), moods.row(place as usize + 1));
        let between = before
            .iter()
            .zip(after)
            .map(|(before, after)| before + share * (after - before));
        values.extend(between);
    }
    MeasureTrack::new(rate_hz, [kept, names.to_vec()].concat(), values)
}

#[cfg(test)]
mod tests;
