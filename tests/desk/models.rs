//! Drafts of the built-in model and of one without parts.

use diff_bgm::diffusion::sampler::SamplerKind;
use diff_bgm::generator::Form;
use diff_bgm::music::part::Part;
use diff_bgm::music::style::Style;
use diff_bgm::player::HostTransport;

use super::*;

#[test]
fn the_built_in_model_drafts_with_its_own_solver_and_parts() {
    let instance = Instance::with_clip();
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    let state = instance.state();
    let draft = &state.current_take().unwrap().draft;
    assert_eq!(
        draft.recipe.settings.sampler.kind,
        SamplerKind::SdeDpmSolver
    );
    for part in [Part::Chords, Part::Bass] {
        assert!(
            draft.score.notes().iter().any(|note| note.part == part),
            "{part:?}"
        );
    }
}

/// Sets what the host reports as its metre.
fn in_metre(instance: &Instance, beats: u8, unit: u8) {
    let live = &instance.desk.session.live;
    live.set_transport(&HostTransport {
        time_signature: Some((beats, unit)),
        ..HostTransport::default()
    });
}

#[test]
fn drafts_are_in_the_hosts_metre_or_name_those_that_are_possible() {
    let instance = Instance::with_clip();
    in_metre(&instance, 3, 4);
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    let metre = || {
        let state = instance.state();
        state
            .current_take()
            .unwrap()
            .draft
            .score
            .metre()
            .to_string()
    };
    assert_eq!(metre(), "3/4");

    in_metre(&instance, 7, 8);
    instance.desk.generate(ParamValues::default());
    let problem = instance.fails();
    assert!(
        problem.contains("7/8") && problem.contains("3/4"),
        "{problem}"
    );

    // A model without parts knows 4/4 alone, whatever the host's metre.
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cues.safetensors");
    (instance.desk.session).edit(|state| state.model = Some(model.clone()));
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    assert_eq!(metre(), "4/4");
}

#[test]
fn a_missing_model_is_said_to_be_the_model() {
    let instance = Instance::with_clip();
    let session = &instance.desk.session;
    session.edit(|state| state.model = Some("no/such/Model.safetensors".into()));
    instance.desk.generate(ParamValues::default());
    let problem = instance.fails();
    let starts = "The model could not be opened: no/such/Model.safetensors: ";
    assert!(problem.starts_with(starts), "{problem}");
    assert!(
        problem.ends_with(". Choose another one in the list of models."),
        "{problem}"
    );
}

#[test]
fn a_draft_waits_for_that_of_another_instance_and_says_so() {
    let [first, second] = [Instance::with_clip(), Instance::with_clip()];
    first.desk.session.edit(|state| state.steps = 100);
    first.desk.generate(ParamValues::default());
    first.drafting();
    second.desk.generate(ParamValues::default());
    second.status_when(|status| {
        let running = status.running.as_ref();
        running.is_some_and(|running| running.stage == "Waiting for another instance")
    });
    second.desk.worker.cancel(JobKind::Generate);
    assert_eq!(second.notices_when_idle(), []);
    first.desk.worker.cancel(JobKind::Generate);
    assert_eq!(first.notices_when_idle(), []);
}

#[test]
fn of_several_candidates_the_best_three_become_takes_and_the_best_plays() {
    let instance = Instance::with_clip();
    instance.desk.session.edit(|state| state.candidates = 4);
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    let state = instance.state();
    let seeds = |state: &State| -> Vec<u64> {
        let takes = state.takes.iter();
        takes.map(|take| take.draft.recipe.settings.seed).collect()
    };
    let first = seeds(&state);
    assert_eq!((first.len(), state.current), (3, Some(2)));
    assert!(first.iter().all(|seed| (1..=4).contains(seed)), "{first:?}");

    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    let state = instance.state();
    let second = &seeds(&state)[3..];
    assert!(
        second.iter().all(|seed| (5..=8).contains(seed)),
        "{second:?}"
    );
    assert_eq!(state.seed, 5);
}

#[test]
fn style_form_and_hits_of_the_project_reach_the_draft() {
    let instance = Instance::with_clip();
    instance.desk.session.edit(|state| {
        state.style = Some(Style::Strings);
        state.form = "ABA".parse().unwrap();
        state.cut_weight = 2;
    });
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    let state = instance.state();
    let draft = &state.takes[0].draft;
    let settings = &draft.recipe.settings;
    assert_eq!(settings.style, Some(Style::Strings));
    assert!(settings.hits.len() == 3 && settings.hits.iter().all(|hit| hit.weight == 2));
    let names: Vec<&str> = (draft.score.sections().iter())
        .map(|section| section.name.as_str())
        .collect();
    assert_eq!(names, ["A", "B", "A'"]);
}

#[test]
fn a_model_without_parts_drafts_without_the_form_of_the_project() {
    let instance = Instance::with_clip();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cues.safetensors");
    instance.desk.session.edit(|state| {
        state.model = Some(model);
        state.form = Form::Auto;
        state.cut_weight = 3;
    });
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    let state = instance.state();
    let settings = &state.takes[0].draft.recipe.settings;
    assert!(settings.form == Form::Off && settings.hits.is_empty());
}
