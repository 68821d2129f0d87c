//! The tempo and the metre that drafts are made in.

use super::*;

#[test]
fn drafts_are_made_at_the_hosts_tempo_or_else_at_that_of_the_current_take() {
    let (_player, session) = session();
    let tempo = || {
        let map = session.tempo_map_for(&session.state(), true, Beats(8.0));
        map.constant_tempo().unwrap()
    };
    assert_eq!(tempo(), Tempo::DEFAULT);
    let slow = Tempo::new(60.0).unwrap();
    session.add_take(
        0,
        Draft {
            score: Score::new(RawScore {
                tempo_map: TempoMap::constant(slow),
                ..RawScore::default()
            })
            .unwrap(),
            ..Draft::default()
        },
        0,
    );
    assert_eq!(tempo(), slow);
    session.live.set_transport(&HostTransport {
        tempo_bpm: Some(90.0),
        ..HostTransport::default()
    });
    assert_eq!(tempo(), Tempo::new(90.0).unwrap());
}

/// Plays a host from its start, and lets the session know as the audio thread does.
fn play(session: &Session, watch: &mut TempoWatch, host: &TestHost<'_>, to: f64) {
    for sighting in host.play(watch, 0.0..to) {
        assert!(session.live.sight(sighting));
    }
}

#[test]
fn drafts_are_made_under_the_hosts_tempo_map_from_where_they_start() {
    let (_player, session) = session();
    let ramp = TestHost::of_ramp();
    play(&session, &mut TempoWatch::default(), &ramp, 61.0);
    let start = (ramp.place_at)(20.0).0;
    let map = session.tempo_map_for(&session.state(), true, Beats(start));
    for second in 0..40 {
        let beat = (ramp.place_at)(f64::from(20 + second)).0 - start;
        let off = map.seconds_at(Beats(beat)).0 - f64::from(second);
        assert!(off.abs() < 1e-3, "{off} at {second}");
    }
    // The window shows the same.
    let snapshot = session.try_snapshot().unwrap();
    assert_eq!(snapshot.tempo_map(&session.live, true, Beats(start)), map);
}

#[test]
fn each_cut_of_a_film_is_placed_hit_and_exported_at_its_second_to_a_millisecond() {
    let (_player, session) = session();
    let change = |(at, bpm)| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(bpm).unwrap(),
    };
    let changes = [(0.0, 60.0), (16.0, 90.0), (32.0, 120.0), (56.5, 180.0)];
    let truth = TempoMap::new(changes.map(change).into()).unwrap();
    let mut watch = TempoWatch::default();
    play(&session, &mut watch, &TestHost::of_map(&truth), 61.0);
    // On sixteenths of the host, where hits can be met exactly.
    let beats = [3.0, 9.25, 15.75, 20.5, 40.25, 56.5, 70.0, 101.75].map(Beats);
    let film = ClipFeatures {
        duration: Seconds(60.0),
        shots: beats.map(|beat| truth.seconds_at(beat)).into(),
        ..ClipFeatures::default()
    };
    let settings = Settings {
        tempo_map: session.tempo_map_for(&session.state(), true, Beats(0.0)),
        hits: Hit::on_cuts(&film.shots, 3),
        ..Settings::default()
    };
    let cuts = cuts(&film, &settings);
    let score = Score::new(RawScore {
        bars: length_of(film.duration, &settings).unwrap(),
        tempo_map: settings.tempo_map.clone(),
        cuts: cuts.clone(),
        ..RawScore::default()
    });
    let file = MidiFile::parse(&score.unwrap().to_midi("").unwrap()).unwrap();
    let marked = file.markers.iter().filter(|it| it.text.starts_with("cut "));
    let marked: Vec<Seconds> = marked.map(|it| file.seconds_at(it.at)).collect();
    let hits = placed_hits(&settings);
    assert_eq!((cuts.len(), hits.len(), marked.len()), (8, 8, 8));
    for (index, second) in film.shots.iter().enumerate() {
        let cut = truth.seconds_at(cuts[index]);
        let hit = truth.seconds_at(hits[index].step.beats());
        for place in [cut, hit, marked[index]] {
            let off = (place - *second).0;
            assert!(off.abs() < 1e-3, "{off} s at {second:?}");
        }
    }
}

#[test]
fn a_saved_project_knows_the_hosts_tempo_map_and_a_host_that_has_shown_another_is_believed() {
    let saving = session().1;
    let ramp = TestHost::of_ramp();
    play(&saving, &mut TempoWatch::default(), &ramp, 61.0);
    saving.edit(|state| state.seed = 5);
    let text = saving.state_to_save().to_text().unwrap();
    let map_of = |session: &Session| session.tempo_map_for(&session.state(), true, Beats(0.0));
    let (learnt, (_player, session)) = (map_of(&saving), session());
    assert!(learnt.constant_tempo().is_none());
    session.load(&text);
    for beat in [0.0, 20.0, 60.0, 120.0].map(Beats) {
        let off = map_of(&session).seconds_at(beat) - learnt.seconds_at(beat);
        assert!(off.0.abs() < 1e-9, "{off:?} at {beat:?}");
    }
    let slow = TempoMap::constant(Tempo::new(50.0).unwrap());
    let mut watch = TempoWatch::default();
    play(&session, &mut watch, &TestHost::of_map(&slow), 5.0);
    assert_eq!(map_of(&session), slow);
    session.load(&text);
    assert_eq!((map_of(&session), session.state().seed), (slow, 5));
}

#[test]
fn the_tempo_that_the_user_sets_holds_where_the_hosts_is_unknown() {
    let (_player, session) = session();
    let map = || session.tempo_map_for(&session.state(), true, Beats(0.0));
    let tempo = |bpm| Tempo::new(bpm).unwrap();
    session.edit(|state| state.tempo_ahead = Some(tempo(150.0)));
    let slow = TempoMap::constant(tempo(60.0));
    let mut watch = TempoWatch::default();
    play(&session, &mut watch, &TestHost::of_map(&slow), 5.0);
    assert_eq!(map().tempo_at(Beats(4.0)), tempo(60.0));
    assert_eq!(map().tempo_at(Beats(6.0)), tempo(150.0));
    session.undo();
    assert_eq!(map(), slow);
}

#[test]
fn drafts_are_made_in_the_hosts_metre_or_else_in_that_of_the_current_take() {
    let (_player, session) = session();
    let metre = || session.metre_for_drafts(&session.state());
    assert_eq!(metre().unwrap(), Metre::COMMON);
    let waltz: Metre = "3/4".parse().unwrap();
    let score = RawScore {
        metre: waltz,
        ..RawScore::default()
    };
    let draft = Draft {
        score: Score::new(score).unwrap(),
        ..Draft::default()
    };
    session.add_take(0, draft, 0);
    assert_eq!(metre().unwrap(), waltz);
    let in_metre = |beats, unit| {
        session.live.set_transport(&HostTransport {
            time_signature: Some((beats, unit)),
            ..HostTransport::default()
        });
        metre()
    };
    assert_eq!(in_metre(6, 8).unwrap().to_string(), "6/8");
    let error = in_metre(7, 8).unwrap_err().to_string();
    assert!(
        error.contains("7/8") && error.contains("6/8, 12/8"),
        "{error}"
    );
}
