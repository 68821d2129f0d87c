//! The panel that finds a tempo at which the hits fall on strong beats. Nothing else waits while it is open.

mod advice;
mod table;

use std::sync::Arc;

use egui::{DragValue, Key, RichText, Ui, Vec2, Window, pos2};
use parking_lot::Mutex;

use super::contents::Scene;
use super::controls::{Weight, button};
use super::theme;
use crate::conditioning::hits::Hit;
use crate::conditioning::tempo_finder::{Candidate, MAX_RANGE, TempoSearch, USUAL_RANGE};
use crate::instance::State;
use crate::instance::params::ParamId;
use crate::music::metre::Metre;
use crate::time::{Beats, Seconds, Tempo};
use advice::say_what_to_do;

/// The most tempi that are offered.
const MOST: usize = 8;
/// Where the panel opens, in points from the bottom of the window.
const HEIGHT_FROM_BOTTOM: f32 = 480.0;
/// The least range around the present tempo, in per cent.
const LEAST_PERCENT: u32 = 1;

/// What the panel keeps between frames.
pub(super) struct TempoFinder {
    is_open: bool,
    range_percent: u32,
    /// The search that was last asked for.
    asked: Option<TempoSearch>,
    /// Where the worker puts what it found.
    answer: Arc<Mutex<Option<Found>>>,
    found: Option<Found>,
}

/// A search and what came of it.
struct Found {
    search: TempoSearch,
    candidates: Vec<Candidate>,
}

/// A tempo that the lanes show the clip at while the pointer is on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Preview {
    pub(super) tempo: Tempo,
    /// The beat of the project at which the clip starts.
    pub(super) clip_start: Beats,
}

impl Default for TempoFinder {
    fn default() -> Self {
        Self {
            is_open: false,
            range_percent: (USUAL_RANGE * 100.0).round() as u32,
            asked: None,
            answer: Arc::default(),
            found: None,
        }
    }
}

impl TempoFinder {
    /// Shows the button that opens and closes the panel, if there is a clip.
    pub(super) fn show_button(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        if scene.state.clip.is_none() {
            self.is_open = false;
            return;
        }
        let weight = if self.is_open {
            Weight::Chosen
        } else {
            Weight::Plain
        };
        let hint = "Finds tempi at which the cuts or hits fall on strong beats";
        if button(ui, "Find tempo…", Vec2::new(104.0, 26.0), weight)
            .on_hover_text(hint)
            .clicked()
        {
            *self = Self {
                is_open: !self.is_open,
                range_percent: self.range_percent,
                ..Self::default()
            };
        }
    }

    /// Shows the panel if it is open. Returns the tempo that the pointer is on.
    pub(super) fn show(&mut self, ui: &Ui, scene: Scene<'_>) -> Option<Preview> {
        let close =
            !ui.ctx().text_edit_focused() && ui.input(|input| input.key_pressed(Key::Escape));
        if !self.is_open || close {
            self.is_open = false;
            return None;
        }
        self.search(ui, scene);
        let mut is_open = true;
        // Over the notes, so that the cuts are seen on the bars.
        let window = ui.max_rect();
        let top = (window.bottom() - HEIGHT_FROM_BOTTOM).max(window.top() + 52.0);
        let shown = Window::new("Find tempo")
            .open(&mut is_open)
            .collapsible(false)
            .resizable(false)
            .default_pos(pos2(window.left() + 40.0, top))
            .show(ui.ctx(), |ui| self.contents(ui, scene));
        self.is_open = is_open;
        shown?.inner?
    }

    fn contents(&mut self, ui: &mut Ui, scene: Scene<'_>) -> Option<Preview> {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Up to").color(theme::MUTED));
            let most = (MAX_RANGE * 100.0) as u32;
            let range = DragValue::new(&mut self.range_percent)
                .range(LEAST_PERCENT..=most)
                .suffix(" %");
            ui.add(range);
            let around = (self.asked.as_ref()).map_or_else(String::new, |search| {
                format!(" {} BPM", shown_bpm(search.tempo))
            });
            let text = format!("slower or faster than{around}");
            ui.label(RichText::new(text).color(theme::MUTED));
        });
        let mut preview = None;
        match &self.found {
            Some(found) if found.candidates.is_empty() => {
                let text = "The clip has no cuts, and no hits are set.";
                ui.label(RichText::new(text).color(theme::MUTED));
            }
            Some(found) => {
                let place = Place::of(scene);
                let tempo = scene.tempo_map.initial_tempo();
                let now = found.search.meet(tempo, place.picture_start);
                let chosen = table::show(ui, &found.search, &now, &found.candidates, place);
                let (hovered, pressed) = (chosen.hovered, chosen.pressed);
                preview = hovered
                    .and_then(|index| found.candidates.get(index))
                    .map(|found| Preview {
                        tempo: found.tempo,
                        clip_start: place.bar_line + found.start,
                    });
                if let Some(candidate) = pressed.and_then(|index| found.candidates.get(index)) {
                    take(scene, place, candidate);
                }
            }
            None => {
                ui.label(RichText::new("Searching…").color(theme::MUTED));
            }
        }
        say_what_to_do(ui, scene);
        preview
    }

    /// Asks for a search if what it depends on has changed, and takes what was found.
    fn search(&mut self, ui: &Ui, scene: Scene<'_>) {
        let Some(clip) = &scene.state.clip else {
            return;
        };
        let session = &scene.desk.session;
        let search = TempoSearch {
            hits: hits(scene.state, &clip.shots),
            metre: session
                .metre_for_drafts(scene.state)
                .unwrap_or(Metre::COMMON),
            tempo: scene.tempo_map.initial_tempo(),
            range: f64::from(self.range_percent) / 100.0,
            frame_rate_hz: clip.frame_rate_hz,
        };
        // The table stays the same while its rows are tried one after another.
        let is_same = |asked: &TempoSearch| {
            let tempo = if self.found.is_some() {
                asked.tempo
            } else {
                search.tempo
            };
            *asked
                == TempoSearch {
                    tempo,
                    ..search.clone()
                }
        };
        if !self.asked.as_ref().is_some_and(is_same) {
            self.asked = Some(search.clone());
            let (answer, egui) = (Arc::clone(&self.answer), ui.ctx().clone());
            scene
                .desk
                .find_tempo(search, MOST, move |search, candidates| {
                    *answer.lock() = Some(Found { search, candidates });
                    egui.request_repaint();
                });
        }
        if let Some(mut answer) = self.answer.try_lock()
            && let Some(found) = answer.take()
        {
            self.found = Some(found);
        }
    }
}

/// Returns the hits that the next draft meets, or the cuts if there are none.
fn hits(state: &State, cuts: &[Seconds]) -> Vec<Hit> {
    let hits = state.hits_met(cuts);
    if hits.is_empty() {
        Hit::on_cuts(cuts, 1)
    } else {
        hits
    }
}

/// Where the picture and the draft start.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The length of a bar.
    bar: Beats,
    /// The bar line at or before the draft's start, as a beat of the project.
    bar_line: Beats,
    /// How far after that bar line the picture starts now.
    picture_start: Beats,
}

impl Place {
    fn of(scene: Scene<'_>) -> Self {
        let bar = scene.desk.session.bar_length(scene.state);
        let start = scene.params.values().start();
        let bar_line = Beats((start.0 / bar.0 + 1e-9).floor() * bar.0);
        Self {
            bar,
            bar_line,
            picture_start: start + scene.state.picture_start - bar_line,
        }
    }
}

/// Uses a tempo for the next draft: the draft starts on the bar line, and the picture where the tempo wants it.
fn take(scene: Scene<'_>, place: Place, candidate: &Candidate) {
    let line = place.bar_line.0.ceil() as i32;
    if line != scene.params.values().clip_start {
        scene.params.set_count(ParamId::ClipStart, line);
    }
    let (tempo, start) = (candidate.tempo, candidate.start);
    scene.desk.session.edit(|state| {
        state.tempo = Some(tempo);
        state.picture_start = start;
    });
}

/// Formats a tempo with up to two digits after the point.
fn shown_bpm(tempo: Tempo) -> f64 {
    (tempo.bpm() * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests;
