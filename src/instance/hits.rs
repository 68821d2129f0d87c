//! The hits that the user set on the picture.

use serde::{Deserialize, Serialize};

use crate::conditioning::hits::{Hit, MAX_HITS, MAX_WEIGHT};
use crate::time::Seconds;

/// A hit this close to a cut is on it.
const ON_CUT: Seconds = Seconds(1e-3);
/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// A hit that the user set, and its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarkedHit {
    /// The hit. With a weight of 0 it is none: a cut that the music is not to meet although it meets the others.
    #[serde(flatten)]
    pub hit: Hit,
    /// What happens there, as the user calls it; empty if the user does not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

impl MarkedHit {
    /// Returns a late hit without a name.
    pub fn new(at: Seconds, weight: u8) -> Self {
        let hit = Hit {
            at,
            weight,
            side: Default::default(),
        };
        let name = String::new();
        Self { hit, name }
    }

    /// Returns whether it lies on a cut.
    pub fn is_on(&self, cut: Seconds) -> bool {
        (self.hit.at.0 - cut.0).abs() < ON_CUT.0
    }
}

/// Returns the hits that music meets: `marked` ones, and those of `cut_weight` on the `cuts` that have none of their own. Sorted.
pub(super) fn met(marked: &[MarkedHit], cuts: &[Seconds], cut_weight: u8) -> Vec<Hit> {
    let free = cuts
        .iter()
        .copied()
        .filter(|&cut| !marked.iter().any(|marked| marked.is_on(cut)));
    let mut hits = Hit::on_cuts(&free.collect::<Vec<_>>(), cut_weight);
    let own = marked.iter().filter(|marked| marked.hit.weight > 0);
    hits.extend(own.map(|marked| marked.hit));
    hits.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
    hits.truncate(MAX_HITS);
    hits
}

/// Returns hits from outside without impossible ones, sorted.
pub(super) fn within_limits(mut hits: Vec<MarkedHit>) -> Vec<MarkedHit> {
    hits.retain(|marked| marked.hit.at.0.is_finite() && marked.hit.at.0 >= 0.0);
    hits.truncate(MAX_HITS);
    hits.sort_by(|a, b| a.hit.at.0.total_cmp(&b.hit.at.0));
    for marked in &mut hits {
        marked.hit.weight = marked.hit.weight.min(MAX_WEIGHT);
        if let Some((end, _)) = marked.name.char_indices().nth(LONGEST_NAME) {
            marked.name.truncate(end);
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::hits::Side;

    #[test]
    fn cuts_without_hits_of_their_own_are_met_with_the_usual_weight() {
        let cuts = [5.0, 1.0, 3.0].map(Seconds);
        let marked = [
            MarkedHit::new(Seconds(3.0), 0),
            MarkedHit::new(Seconds(1.0), 3),
            MarkedHit::new(Seconds(2.0), 1),
        ];
        let weights = |cut_weight| -> Vec<(f64, u8)> {
            let hits = met(&marked, &cuts, cut_weight).into_iter();
            hits.map(|hit| (hit.at.0, hit.weight)).collect()
        };
        assert_eq!(weights(0), [(1.0, 3), (2.0, 1)]);
        assert_eq!(weights(2), [(1.0, 3), (2.0, 1), (5.0, 2)]);
    }

    #[test]
    fn names_and_sides_are_saved_with_the_hit() {
        let mut marked = MarkedHit::new(Seconds(1.5), 2);
        let json = serde_json::to_string(&marked).unwrap();
        assert_eq!(json, r#"{"at":1.5,"weight":2,"side":"late"}"#);
        marked.name = "door".to_owned();
        marked.hit.side = Side::Early;
        let json = serde_json::to_string(&marked).unwrap();
        assert_eq!(serde_json::from_str::<MarkedHit>(&json).unwrap(), marked);
    }

    #[test]
    fn impossible_hits_are_left_out_and_long_names_cut() {
        let mut long = MarkedHit::new(Seconds(9.0), 200);
        long.name = "ä".repeat(200);
        let hits = vec![
            long,
            MarkedHit::new(Seconds(f64::NAN), 1),
            MarkedHit::new(Seconds(-1.0), 1),
            MarkedHit::new(Seconds(0.5), 1),
        ];
        let hits = within_limits(hits);
        assert_eq!(hits.len(), 2);
        assert_eq!(hits[0].hit.at, Seconds(0.5));
        assert_eq!(hits[1].hit.weight, MAX_WEIGHT);
        assert_eq!(hits[1].name.chars().count(), LONGEST_NAME);
    }
}
