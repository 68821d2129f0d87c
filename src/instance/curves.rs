//! Curves that the user drew, or that the host's automation left, in place of what the clip suggests.

use std::collections::BTreeMap;
use std::ops::{Index, IndexMut, Range};

use serde::{Deserialize, Serialize};

use crate::conditioning::steering::Lane;
use crate::music::cues::{Cue, CueMap};

/// The most beats of a curve: those of the longest piece.
const MAX_BEATS: usize = 49_152;
/// The name of the lead's curve.
const LEAD: &str = "lead";

/// What a curve is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveId {
    /// A cue.
    Cue(Cue),
    /// How much the lead plays, from −1 (rests) to 1.
    Lead,
}

/// A curve, one value per beat of the next draft.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Curve {
    /// The values, −1 to 1; `None` where the next draft follows what it would without the curve, as beyond the last one.
    values: Vec<Option<f32>>,
    /// Whether the host's automation is recorded into it.
    pub armed: bool,
}

/// A curve for each [`CurveId`]. In JSON, an object with a field for each that is not empty, by its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Curve>", into = "BTreeMap<String, Curve>")]
pub struct Curves {
    cues: CueMap<Curve>,
    lead: Curve,
}

impl CurveId {
    /// Everything that has a curve.
    pub const ALL: [Self; 6] = [
        Self::Cue(Cue::Density),
        Self::Cue(Cue::Polyphony),
        Self::Cue(Cue::Register),
        Self::Cue(Cue::Mode),
        Self::Cue(Cue::Accent),
        Self::Lead,
    ];

    /// Returns its name in projects.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cue(cue) => cue.name(),
            Self::Lead => LEAD,
        }
    }

    /// Returns its label in the window.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Cue(cue) => cue.spec().label,
            Self::Lead => "Lead",
        }
    }
}

impl Curve {
    /// Returns the values from the draft's start; after the last, there are none.
    pub fn values(&self) -> &[Option<f32>] {
        &self.values
    }

    /// Returns whether it has any value.
    pub fn is_drawn(&self) -> bool {
        !self.values.is_empty()
    }

    /// Sets the beats from one point to another, both included, to the line between them. Points are a beat and a value.
    pub fn draw(&mut self, from: (usize, f32), to: (usize, f32)) {
        let (first, last) = if from.0 <= to.0 {
            (from, to)
        } else {
            (to, from)
        };
        let end = last.0.saturating_add(1).min(MAX_BEATS);
        if first.0 >= end {
            return;
        }
        if self.values.len() < end {
            self.values.resize(end, None);
        }
        let beats = (last.0 - first.0).max(1) as f32;
        for beat in first.0..end {
            let share = (beat - first.0) as f32 / beats;
            let value = match beat {
                _ if beat == to.0 => to.1,
                _ => first.1 + share * (last.1 - first.1),
            };
            self.values[beat] = Some(rounded(value));
        }
    }

    /// Takes the values of another curve.
    pub fn redraw(&mut self, other: Self) {
        self.values = other.values;
    }

    /// Takes the values of some beats away.
    pub fn erase(&mut self, beats: Range<usize>) {
        let end = beats.end.min(self.values.len());
        self.values[beats.start.min(end)..end].fill(None);
        self.trim();
    }

    /// Returns the curve of `beats` beats each of which has the value that beat `source` has in this one.
    #[must_use]
    pub(super) fn moved(&self, beats: usize, source: impl Fn(usize) -> Option<usize>) -> Self {
        let value = |beat| self.values.get(source(beat)?).copied().flatten();
        let mut moved = Self {
            values: (0..beats.min(MAX_BEATS)).map(value).collect(),
            armed: self.armed,
        };
        moved.trim();
        moved
    }

    /// Returns `under` with this curve drawn over it, moved by `offset`.
    pub(super) fn over(&self, under: Lane, offset: f32) -> Lane {
        if !self.is_drawn() {
            return under;
        }
        Lane::Over {
            drawn: self.values.clone(),
            offset,
            under: Box::new(under),
        }
    }

    fn trim(&mut self) {
        let last = self.values.iter().rposition(Option::is_some);
        self.values.truncate(last.map_or(0, |last| last + 1));
    }

    fn within_limits(mut self) -> Self {
        self.values.truncate(MAX_BEATS);
        for value in &mut self.values {
            *value = value.filter(|value| value.is_finite()).map(rounded);
        }
        self.trim();
        self
    }
}

impl Curves {
    /// Returns whether none has values or is armed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the curves with values clamped to their ranges.
    pub(super) fn within_limits(self) -> Self {
        let mut limited = Self::default();
        for id in CurveId::ALL {
            limited[id] = self[id].clone().within_limits();
        }
        limited
    }

    /// Returns about how much memory the values take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let values = CurveId::ALL.map(|id| size_of_val(self[id].values()));
        values.into_iter().sum()
    }
}

/// Rounds to hundredths, as fine as a drawn value is heard, so that projects stay small.
fn rounded(value: f32) -> f32 {
    (value.clamp(-1.0, 1.0) * 100.0).round() / 100.0
}

impl Index<CurveId> for Curves {
    type Output = Curve;

    fn index(&self, id: CurveId) -> &Curve {
        match id {
            CurveId::Cue(cue) => &self.cues[cue],
            CurveId::Lead => &self.lead,
        }
    }
}

impl IndexMut<CurveId> for Curves {
    fn index_mut(&mut self, id: CurveId) -> &mut Curve {
        match id {
            CurveId::Cue(cue) => &mut self.cues[cue],
            CurveId::Lead => &mut self.lead,
        }
    }
}

/// Ignores the curves of other versions.
impl From<BTreeMap<String, Curve>> for Curves {
    fn from(mut named: BTreeMap<String, Curve>) -> Self {
        let mut curves = Self::default();
        for id in CurveId::ALL {
            curves[id] = named.remove(id.name()).unwrap_or_default();
        }
        curves
    }
}

impl From<Curves> for BTreeMap<String, Curve> {
    fn from(curves: Curves) -> Self {
        let used = CurveId::ALL
            .into_iter()
            .filter(|&id| curves[id] != Curve::default());
        used.map(|id| (id.name().to_owned(), curves[id].clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: &[Option<f32>]) -> Curve {
        Curve {
            values: values.to_vec(),
            armed: false,
        }
    }

    #[test]
    fn a_line_is_drawn_either_way_and_erased() {
        let mut curve = Curve::default();
        curve.draw((4, 1.0), (2, 0.0));
        let line = [None, None, Some(0.0), Some(0.5), Some(1.0)];
        assert_eq!(curve.values(), line);
        curve.draw((3, 5.0), (3, -0.254));
        assert_eq!(curve.values()[3], Some(-0.25));
        curve.erase(4..100);
        assert_eq!(curve.values(), [None, None, Some(0.0), Some(-0.25)]);
        curve.erase(0..4);
        assert_eq!(curve, Curve::default());
        curve.draw((MAX_BEATS, 0.5), (usize::MAX, 0.5));
        assert!(!curve.is_drawn());
        curve.draw((MAX_BEATS - 1, 0.5), (usize::MAX, 0.5));
        assert_eq!(curve.values().len(), MAX_BEATS);
    }

    #[test]
    fn curves_are_saved_by_name_and_those_of_other_versions_ignored() {
        let mut curves = Curves::default();
        assert_eq!(serde_json::to_string(&curves).unwrap(), "{}");
        curves[CurveId::Lead] = curve(&[None, Some(-1.0)]);
        curves[CurveId::Cue(Cue::Mode)].armed = true;
        let json = serde_json::to_string(&curves).unwrap();
        assert_eq!(serde_json::from_str::<Curves>(&json).unwrap(), curves);
        let other = r#"{"lead":{"values":[null,-1.0]},"tempo":{"values":[1.0]}}"#;
        let read: Curves = serde_json::from_str(other).unwrap();
        assert_eq!(read[CurveId::Lead], curves[CurveId::Lead]);
        assert!(!read[CurveId::Cue(Cue::Mode)].armed);
    }

    #[test]
    fn impossible_values_are_clamped_or_left_out() {
        let mut curves = Curves::default();
        curves[CurveId::Lead] = curve(&[Some(7.0), Some(f32::NAN), None]);
        let limited = curves.within_limits();
        assert_eq!(limited[CurveId::Lead].values(), [Some(1.0)]);
    }
}
