//! What undo and redo go back and forth between: states before and after each change of the user's or a job's.

use std::collections::{HashSet, VecDeque};
use std::mem;
use std::sync::Arc;

use super::change::Change;
use super::looks::Looks;
use super::state::{State, Take};
use crate::generator::Draft;
use crate::music::note::Note;

/// The most changes that can be undone.
const MOST_CHANGES: usize = 200;
/// The most memory that the kept states may take, in bytes, beside what the current one takes anyway.
const MOST_BYTES: usize = 64 << 20;

/// The states that undo and redo return to. Never saved.
#[derive(Debug, Default)]
pub(super) struct History {
    /// The states before the changes that can be undone, oldest first.
    undo: VecDeque<Kept>,
    /// The states after the changes that can be redone; the next one last.
    redo: Vec<Kept>,
}

/// A state at one side of a change.
#[derive(Debug)]
struct Kept {
    state: Arc<State>,
    change: Change,
}

impl History {
    /// Keeps the state before a change of the user's. What was undone can no longer be redone. Consecutive changes of the
    /// same number, as when it is dragged, are one.
    pub(super) fn record(&mut self, before: Arc<State>, change: Change, now: &State) {
        let continues = self.redo.is_empty()
            && (self.undo.back()).is_some_and(|last| change.continues(last.change));
        self.redo.clear();
        if !continues {
            self.keep(before, change, now);
        }
    }

    /// Keeps the state before the job of a draft moved the seed on. What was undone can still be redone.
    pub(super) fn record_seed(&mut self, before: Arc<State>, now: &State) {
        self.keep(before, Change::SeedMoved, now);
    }

    /// Keeps the state before a draft became a take, which may happen at any time: what was undone can still be redone, and
    /// then has the take too. A seed that the job moved is part of the same change.
    pub(super) fn record_take(&mut self, before: Arc<State>, take: &Take, now: &State) {
        for kept in &mut self.redo {
            Arc::make_mut(&mut kept.state).takes.push(take.clone());
        }
        match self.undo.back_mut() {
            Some(last) if last.change == Change::SeedMoved => last.change = Change::TakeMade,
            _ => self.keep(before, Change::TakeMade, now),
        }
    }

    /// Returns the change that undo takes back next.
    pub(super) fn next_undo(&self) -> Option<Change> {
        self.undo.back().map(|kept| kept.change)
    }

    /// Returns the change that redo makes again next.
    pub(super) fn next_redo(&self) -> Option<Change> {
        self.redo.last().map(|kept| kept.change)
    }

    /// Puts the state before the last change in place of `state`, and returns the change; `None` if there is none.
    pub(super) fn undo(&mut self, state: &mut Arc<State>) -> Option<Change> {
        let Kept {
            state: before,
            change,
        } = self.undo.pop_back()?;
        let after = mem::replace(state, before);
        self.redo.push(Kept {
            state: after,
            change,
        });
        Some(change)
    }

    /// Puts the state after the change that was undone last in place of `state`, and returns the change; `None` if there is
    /// none.
    pub(super) fn redo(&mut self, state: &mut Arc<State>) -> Option<Change> {
        let Kept {
            state: after,
            change,
        } = self.redo.pop()?;
        let before = mem::replace(state, after);
        self.undo.push_back(Kept {
            state: before,
            change,
        });
        Some(change)
    }

    /// Keeps a state, and lets go of the oldest ones that are too many or too large.
    fn keep(&mut self, state: Arc<State>, change: Change, now: &State) {
        self.undo.push_back(Kept { state, change });
        while self.undo.len() > 1
            && (self.undo.len() > MOST_CHANGES || self.bytes(now) > MOST_BYTES)
        {
            self.undo.pop_front();
        }
    }

    /// Returns the memory that is taken only because of what is kept here, in bytes. Takes share their drafts.
    fn bytes(&self, now: &State) -> usize {
        let mut counted: HashSet<*const Draft> = (now.takes.iter())
            .map(|take| Arc::as_ptr(&take.draft))
            .collect();
        let mut seen: HashSet<*const Looks> = now.looks().map(Arc::as_ptr).collect();
        let kept = self.undo.iter().chain(&self.redo);
        kept.map(|kept| {
            let looks = kept
                .state
                .looks()
                .filter(|looks| seen.insert(Arc::as_ptr(looks)));
            let looks: usize = looks.map(|looks| looks.bytes()).sum();
            let new = |take: &&Take| counted.insert(Arc::as_ptr(&take.draft));
            let drafts = kept.state.takes.iter().filter(new);
            own_bytes(&kept.state)
                + looks
                + drafts.map(|take| draft_bytes(&take.draft)).sum::<usize>()
        })
        .sum()
    }
}

/// Returns about how much memory a state takes without its drafts.
fn own_bytes(state: &State) -> usize {
    let takes = state.takes.iter();
    let takes: usize = takes.map(|take| size_of::<Take>() + take.name.len()).sum();
    let clip = state.clip.as_ref().map_or(0, |clip| {
        let measures = clip.measures.as_ref();
        let values = measures.map_or(0, |measures| measures.track().values.len());
        values * size_of::<f32>() + size_of_val(&*clip.shots)
    });
    let marks = size_of_val(&*state.hits) + size_of_val(&*state.quiet);
    let theme = (state.theme.as_ref()).map_or(0, |theme| size_of_val(theme.notes()));
    size_of::<State>() + theme + takes + clip + marks + state.curves.bytes()
}

/// Returns about how much memory a draft takes.
fn draft_bytes(draft: &Draft) -> usize {
    // What was asked of a beat and its chord take about as much as a few notes.
    let beats = draft.score.length().0 as usize;
    size_of::<Draft>() + (draft.score.notes().len() + 4 * beats) * size_of::<Note>()
}

#[cfg(test)]
mod tests;
