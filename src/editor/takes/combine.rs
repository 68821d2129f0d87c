//! Bars of another take for the current one.

use std::ops::Range;

use crate::editor::contents::Scene;
use crate::instance::Take;
use crate::time::Bars;

/// Returns the selected bars, counted from 0, if the current take can have them from `take`, and the words that offer it.
pub(super) fn offered(scene: Scene<'_>, take: &Take) -> Option<(Range<Bars>, String)> {
    let (first, last) = scene.selection.get().bars?;
    let current = scene.state.current_take()?;
    let is_in = |take: &Take| last < take.draft.score.bars().0;
    if !is_in(take) || !is_in(current) {
        return None;
    }
    let start = scene.params.values().start();
    let number = |bar: u32| bar + scene.desk.session.first_bar(scene.state, start);
    let bars = if first == last {
        format!("bar {}", number(first))
    } else {
        format!("bars {}–{}", number(first), number(last))
    };
    let words = format!("Take {bars} into take {}", current.title());
    Some((Bars(first)..Bars(last + 1), words))
}
