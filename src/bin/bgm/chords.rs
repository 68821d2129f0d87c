//! The option `--chords`.

use std::str::FromStr;

use diff_bgm::Fault;
use diff_bgm::music::chord::ChordLane;

use crate::output::warn;

/// Chords as they were typed.
#[derive(Clone, Debug)]
pub(crate) struct TypedChords {
    lane: ChordLane,
    remark: Option<String>,
}

impl TypedChords {
    /// Returns the chords, and says on standard error how they were read if that may surprise.
    pub(crate) fn lane(&self) -> ChordLane {
        self.remark.iter().for_each(warn);
        self.lane.clone()
    }
}

impl FromStr for TypedChords {
    type Err = Fault;

    fn from_str(typed: &str) -> Result<Self, Fault> {
        let lane: ChordLane = typed.parse()?;
        let remark = lane.remark(typed);
        Ok(Self { lane, remark })
    }
}
