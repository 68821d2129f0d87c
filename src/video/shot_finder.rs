//! How shots are found: by comparing pictures, or by a network.

use std::rc::Rc;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::cuts::CutFinder;
use super::frame::{self, Frame};
use super::network_shots;
use super::signature::Signature;
use super::transitions::{TransitionFinder, is_plain};
use crate::error::{Fault, Result, find_named};
use crate::features::Transition;
use crate::shot_network::{FRAME_BYTES, Screening, ShotNetwork, WIDTH};
use crate::time::Seconds;

/// A way to find shots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShotFinder {
    /// Compares each picture with those around it.
    #[default]
    Quick,
    /// Asks the network of [`shot_network`](crate::shot_network), which takes several times as long.
    Network,
}

impl ShotFinder {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Quick, Self::Network];

    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Network => "network",
        }
    }

    /// Returns the network if this way needs it.
    pub(crate) fn network(self) -> Result<Option<ShotNetwork>> {
        match self {
            Self::Quick => Ok(None),
            Self::Network => ShotNetwork::built_in().map(Some),
        }
    }
}

impl FromStr for ShotFinder {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a way to find shots", name, &Self::ALL, Self::name)
    }
}

/// The changes of a picture.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// The index of the first frame of each new shot.
    pub(crate) cuts: Vec<usize>,
    /// Gradual changes, ascending.
    pub(crate) transitions: Vec<Transition>,
}

/// Finds the changes in consecutive frames.
pub(crate) enum ChangeFinder<'a> {
    /// By comparing pictures.
    Quick {
        cuts: CutFinder,
        transitions: TransitionFinder,
    },
    /// By a network.
    Network {
        screening: Box<Screening<'a>>,
        /// Whether each frame is plain, which tells fades from dissolves.
        plain: Vec<bool>,
    },
}

impl<'a> ChangeFinder<'a> {
    /// Starts a clip, with the network if it is given.
    pub(crate) fn new(network: Option<&'a ShotNetwork>) -> Self {
        match network {
            None => Self::Quick {
                cuts: CutFinder::new(),
                transitions: TransitionFinder::new(),
            },
            Some(network) => Self::Network {
                screening: Box::new(Screening::new(network)),
                plain: Vec::new(),
            },
        }
    }

    /// Takes the next frame, which is first shown at `time`.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub(crate) fn push(&mut self, time: Seconds, frame: &Frame) -> Result<()> {
        match self {
            Self::Quick { cuts, transitions } => {
                let signature = Rc::new(Signature::of(frame));
                cuts.push(time, &signature);
                transitions.push(time, &signature);
            }
            Self::Network { screening, plain } => {
                plain.push(is_plain(frame.contrast()));
                screening.push(&halved(frame))?;
            }
        }
        Ok(())
    }

    /// Returns the changes of a clip whose frames are shown at `times`, the last until `end`.
    ///
    /// # Errors
    /// Returns an error if a tensor operation fails.
    pub(crate) fn finish(self, times: &[Seconds], end: Seconds) -> Result<Changes> {
        match self {
            Self::Quick { cuts, transitions } => {
                let cuts = cuts.finish();
                let cut_times: Vec<Seconds> = cuts.iter().map(|&frame| times[frame]).collect();
                Ok(Changes {
                    transitions: transitions.finish(&cut_times, end),
                    cuts,
                })
            }
            Self::Network { screening, plain } => Ok(network_shots::changes(
                &screening.finish()?,
                &plain,
                times,
                end,
            )),
        }
    }
}

/// Returns a frame at half its size, as the network takes it.
fn halved(frame: &Frame) -> [u8; FRAME_BYTES] {
    let mut bytes = [0; FRAME_BYTES];
    let (pixels, _) = bytes.as_chunks_mut::<3>();
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let first = 2 * (at / WIDTH) * frame::WIDTH + 2 * (at % WIDTH);
        let square = [
            first,
            first + 1,
            first + frame::WIDTH,
            first + frame::WIDTH + 1,
        ];
        for (channel, level) in pixel.iter_mut().enumerate() {
            let sum: u16 = square
                .map(|at| u16::from(frame.rgb[at][channel]))
                .iter()
                .sum();
            *level = ((sum + 2) / 4) as u8;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_halved_frame_averages_squares() {
        let frame = Frame::draw(|x, y| [(x % 2 * 100) as u8, (y % 2 * 60) as u8, x as u8]);
        let half = halved(&frame);
        assert_eq!(half[..6], [50, 30, 1, 50, 30, 3]);
        assert_eq!(half[FRAME_BYTES - 3..], [50, 30, 95]);
    }

    #[test]
    fn ways_have_names() {
        assert_eq!("network".parse(), Ok(ShotFinder::Network));
        assert!(
            "slow"
                .parse::<ShotFinder>()
                .unwrap_err()
                .expected
                .contains("quick or network")
        );
    }
}
