//! A take as it goes to a DAW: in the channels and octaves in which it is played, with the names of its hits.

use super::state::{State, Take};
use crate::export::{Arrangement, ExportChoices};
use crate::time::Beats;

impl State {
    /// Returns the arrangement of a take.
    pub(super) fn arrangement(&self, take: &Take) -> Arrangement {
        Arrangement {
            outputs: self.outputs,
            hit_names: self.hit_names(take),
            ..Arrangement::of_draft(&take.draft)
        }
    }

    /// Returns what the files are to hold that are written for a DAW.
    pub(super) fn export_choices(&self) -> ExportChoices {
        ExportChoices {
            chord_markers: self.chord_markers,
            ..ExportChoices::default()
        }
    }

    /// Returns the beats of the hits of a take that the user named, and their names.
    fn hit_names(&self, take: &Take) -> Vec<(Beats, String)> {
        let draft = &take.draft;
        let (map, start) = (draft.score.tempo_map(), draft.picture_start());
        let named = self.hits.iter().filter(|marked| !marked.name.is_empty());
        let of_hits = named.filter_map(|marked| {
            let mut hits = draft.recipe.settings.hits.iter();
            let hit = hits.find(|hit| marked.is_on(hit.at))?;
            Some((map.beat_after(start, hit.at), marked.name.clone()))
        });
        of_hits.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Draft;
    use crate::instance::hits::MarkedHit;
    use crate::music::score::{RawScore, Score};
    use crate::time::{Bars, Seconds};

    #[test]
    fn the_markers_of_hits_bear_their_names() {
        let mut state = State::default();
        let mut draft = Draft {
            score: Score::repaired(RawScore {
                bars: Bars(4),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        let marked = |at, name: &str| MarkedHit {
            name: name.to_owned(),
            ..MarkedHit::new(Seconds(at), 2)
        };
        draft.recipe.settings.hits = vec![marked(1.0, "").hit, marked(2.0, "").hit];
        // At 120 BPM, and of the third the take knows nothing.
        state.hits = vec![marked(1.0, ""), marked(2.0, "door"), marked(3.0, "later")];
        state.add_take(draft, 0);
        let markers = state.arrangement(&state.takes[0]).markers(false);
        let named: Vec<(f64, &str)> = (markers.iter())
            .map(|marker| (marker.at.0, &*marker.name))
            .collect();
        assert_eq!(named, [(2.0, "hit 1"), (4.0, "door")]);
    }
}
