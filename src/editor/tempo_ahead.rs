//! The tempo ahead: where the host has not shown its own, the lanes say so, and a field sets what is assumed.

use egui::{Align2, DragValue, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2};

use super::contents::Scene;
use super::theme::{self, MUTED};
use super::timeline::Timeline;
use crate::time::{Beats, Tempo};

/// The width of the field, in points.
pub(super) const FIELD_WIDTH: f32 = 100.0;
/// What the host stopped short of the clip's end may be this long and still count as known.
const CLOSE: Beats = Beats(1.0);
/// The distance of the words from the beat from which the tempo is assumed, in points.
const INSET: f32 = 6.0;

/// A tempo that is assumed because the host has not shown its own.
pub(super) struct TempoAhead {
    /// The beat of the project from which it is assumed.
    from: Beats,
    /// The end of the clip.
    end: Beats,
    tempo: Tempo,
    /// The host's tempo up to there.
    known: Tempo,
}

impl TempoAhead {
    /// Returns what is assumed of the tempo before the clip ends; `None` if all of it is known or does not matter.
    pub(super) fn of(scene: Scene<'_>) -> Option<Self> {
        let Scene {
            state, tempo_map, ..
        } = scene;
        let params = scene.params.values();
        if !params.follow_host {
            return None;
        }
        let start = params.start();
        let clip = state.clip.as_ref()?;
        let end = start + tempo_map.beat_after(state.picture_start, clip.duration);
        let from = scene.host_tempo.known_until(start);
        // A host that does not tell both beats and seconds shows no map, however long it plays.
        let host = scene.host_tempo.map(None)?;
        (from + CLOSE < end).then(|| Self {
            from,
            end,
            tempo: tempo_map.tempo_at(from - start),
            known: host.tempo_at(from),
        })
    }

    /// Shows the field in which it is set. That of the host goes on if it is set to the same.
    pub(super) fn field(&self, ui: &mut Ui, scene: Scene<'_>) {
        let mut tempo_bpm = self.tempo.bpm();
        let field = DragValue::new(&mut tempo_bpm)
            .range(Tempo::MIN..=Tempo::MAX)
            .speed(0.25)
            .custom_formatter(|bpm, _| ((bpm * 100.0).round() / 100.0).to_string())
            .update_while_editing(false)
            .prefix("then ")
            .suffix(" BPM");
        let response = ui.add_sized(Vec2::new(FIELD_WIDTH, 26.0), field);
        if response.changed() {
            let tempo = Tempo::new(tempo_bpm).ok();
            let is_known = tempo == Some(self.known);
            let session = &scene.desk.session;
            session.edit(|state| state.tempo_ahead = tempo.filter(|_| !is_known));
        }
        response.on_hover_text(
            "The tempo where the host has not shown its own yet. Play through to the end of the clip once and it is known, or set \
             it here.",
        );
    }

    /// Says in `rect` from where on the tempo is assumed.
    pub(super) fn paint(&self, ui: &Ui, rect: Rect, timeline: &Timeline) {
        let (from, end) = (timeline.x_of(self.from.0), timeline.x_of(self.end.0));
        let painter = ui.painter().with_clip_rect(rect);
        let line = Stroke::new(1.0, MUTED.gamma_multiply(0.5));
        painter.hline(from..=end, rect.bottom() - 1.5, line);
        let words = self.words(timeline.bar);
        let galley = painter.layout_no_wrap(words.clone(), theme::font(11.0), MUTED);
        let rightmost = rect.right() - galley.size().x - INSET;
        let x = (from + INSET).min(rightmost).max(rect.left() + INSET);
        let place = Align2::LEFT_CENTER.anchor_size(pos2(x, rect.center().y), galley.size());
        let back = place.expand2(Vec2::new(4.0, 0.0));
        painter.rect_filled(back, theme::RADIUS, theme::BACKGROUND.gamma_multiply(0.85));
        painter.galley(place.min, galley, MUTED);
        ui.interact(place, ui.scope_id().with("tempo ahead"), Sense::hover())
            .widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    }

    fn words(&self, bar: Beats) -> String {
        let bpm = (self.tempo.bpm() * 10.0).round() / 10.0;
        let bar = (self.from.0 / bar.0).floor() + 1.0;
        format!(
            "Host's tempo not known from bar {bar} on, {bpm} BPM assumed: play through once, or set it above"
        )
    }
}

#[cfg(test)]
mod tests {
    use egui::{Key, Modifiers};

    use super::super::HeadlessEditor;
    use super::*;
    use crate::features::ClipFeatures;
    use crate::instance::{SavedClip, State};
    use crate::player::TempoWatch;
    use crate::player::testing::TestHost;
    use crate::time::Seconds;

    const WINDOW: (u16, u16) = (1040, 768);
    const FILM: Seconds = Seconds(59.5);

    /// A film that cuts at these seconds.
    fn film(cuts: &[f64]) -> State {
        let clip = ClipFeatures {
            duration: FILM,
            shots: cuts.iter().map(|&cut| Seconds(cut)).collect(),
            ..ClipFeatures::default()
        };
        State {
            clip: Some(SavedClip::new("film.mp4".into(), &clip, Tempo::DEFAULT)),
            ..State::default()
        }
    }

    /// Plays a host from its start, and lets the editor know as the audio thread does.
    fn play(editor: &mut HeadlessEditor, host: &TestHost<'_>, to: f64) {
        let live = &editor.session().live;
        for sighting in host.play(&mut TempoWatch::default(), 0.0..to) {
            assert!(live.sight(sighting));
        }
        live.set_transport(&host.standing_at(to));
        editor.click("Timeline");
    }

    #[test]
    fn cuts_are_drawn_at_their_second_to_a_millisecond_once_the_host_has_played() {
        let cuts: Vec<f64> = (1..30).map(|cut| f64::from(cut) * 1.9771).collect();
        for host in [TestHost::of_ramp(), TestHost::of_rubato()] {
            let mut editor = HeadlessEditor::new(&film(&cuts), WINDOW);
            play(&mut editor, &host, 61.0);
            let (end, _) = (host.place_at)(FILM.0);
            let lanes = editor.rect_of("Timeline").unwrap();
            let timeline = Timeline {
                first_beat: 0.0,
                span_beats: (end / 4.0).ceil() * 4.0,
                x: lanes.x_range(),
                bar: Beats(4.0),
            };
            let marks = editor.cut_marks();
            assert_eq!(marks.len(), cuts.len());
            for (x, cut) in marks.into_iter().zip(&cuts) {
                let (beat, tempo_bpm) = (host.place_at)(*cut);
                let off = (timeline.beat_at(x) - beat) * 60.0 / tempo_bpm;
                assert!(off.abs() < 1e-3, "{off} s at {cut}");
            }
            // The playhead may move to another tempo: they stay.
            let marks = editor.cut_marks();
            let live = &editor.session().live;
            live.set_transport(&host.standing_at(3.0));
            assert_eq!(editor.cut_marks(), marks);
        }
    }

    #[test]
    fn the_tempo_ahead_is_said_and_set_until_the_host_has_played_there() {
        const SAID: &str = "Host's tempo not known from bar 5 on, 60 BPM assumed: play through once, or set it above";
        let slow = crate::music::tempo_map::TempoMap::constant(Tempo::new(60.0).unwrap());
        let host = TestHost::of_map(&slow);
        let mut editor = HeadlessEditor::new(&film(&[30.0]), WINDOW);
        play(&mut editor, &host, 17.0);
        assert!(editor.middle_of(SAID).is_some());
        let before = editor.cut_marks();
        assert!(editor.click("then 60 BPM"));
        editor.press(Modifiers::COMMAND, Key::A, 0);
        editor.type_text("120");
        editor.press(Modifiers::NONE, Key::Enter, 0);
        assert_eq!(editor.state().tempo_ahead, Some(Tempo::DEFAULT));
        assert!(editor.middle_of(&SAID.replace("60", "120")).is_some());
        assert_ne!(editor.cut_marks(), before);
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(editor.state().tempo_ahead, None);
        assert_eq!(editor.cut_marks(), before);
        play(&mut editor, &host, 60.0);
        assert_eq!(editor.middle_of(SAID), None);
        assert_eq!(editor.middle_of("then 60 BPM"), None);
    }
}
