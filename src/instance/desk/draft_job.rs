//! Making drafts.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use super::clip_job::full_clip;
use crate::conditioning::steering::Steering;
use crate::counted::counted;
use crate::diffusion::config::ConditionKind;
use crate::diffusion::device::DeviceKind;
use crate::diffusion::model::Model;
use crate::diffusion::sampler::SamplerSettings;
use crate::error::{Error, Result};
use crate::evaluate::parts::draft_candidates;
use crate::features::ClipFeatures;
use crate::generator::{self, Form, Progress, Settings};
use crate::instance::curves::CurveId;
use crate::instance::notice::Notice;
use crate::instance::painting::Painting;
use crate::instance::params::ParamValues;
use crate::instance::session::Session;
use crate::instance::state::State;
use crate::music::metre::Metre;
use crate::music::tempo_map::TempoMap;
use crate::worker::{InferencePool, Reporter, SharedByKey};

/// The most candidates that become takes.
const MOST_TAKES: usize = 3;

/// The models that this process uses.
static MODELS: SharedByKey<(ModelFile, DeviceKind), Model> = SharedByKey::new();

/// A model file with its size and time of change, or `None` for the built-in model.
type ModelFile = Option<(PathBuf, u64, Option<SystemTime>)>;

/// The model and the threads of the last draft, kept for the next one.
#[derive(Default)]
pub(super) struct Tools {
    model: Option<Arc<Model>>,
    pool: Option<Arc<InferencePool>>,
}

/// A draft to be made with the settings of the moment it was requested.
pub(super) struct DraftJob {
    epoch: u64,
    state: Arc<State>,
    settings: Settings,
    /// The host's metre, for models that know others than 4/4.
    metre: Result<Metre>,
}

impl DraftJob {
    /// Takes the settings from the session and the parameters.
    pub(super) fn new(session: &Session, params: ParamValues) -> Self {
        let epoch = session.epoch();
        let state = session.state();
        let tempo_map = session.tempo_map_for(&state, params.follow_host, params.start());
        let settings = settings_of(&state, params, tempo_map);
        let metre = session.metre_for_drafts(&state);
        Self {
            epoch,
            state,
            settings,
            metre,
        }
    }

    /// Makes the draft for the clip that is open when the job starts, and adds it as a take. If the newest take was made
    /// with the same settings, the seed moves on, so that each press of Generate gives another draft. Of several candidates the
    /// best three become takes, the best one last.
    ///
    /// # Errors
    /// Returns an error if no clip is open, the host's metre is none that the model knows, the model cannot be loaded or run, or the job is cancelled.
    pub(super) fn run(
        self,
        session: &Session,
        tools: &Mutex<Tools>,
        reporter: &Reporter,
    ) -> Result<Notice> {
        let Self {
            epoch,
            state,
            mut settings,
            metre,
        } = self;
        let saved = (session.clip_for(epoch, state.clip.clone()))
            .ok_or_else(|| Error::Usage("No clip is open. Open one first.".to_owned()))?;
        let (model, pool) = load_model(tools, &state, reporter)?;
        let family = model.config().cond_type;
        let usual = Settings::for_family(family);
        settings.sampler.kind = usual.sampler.kind;
        settings.coherence = state.shape.coherence(usual.coherence);
        settings.bars = state.shape.bars;
        let clip = full_clip(session, &saved);
        // Drafts without parts have no form and meet no hits, and cannot be ranked.
        let candidates = if family == ConditionKind::Parts {
            settings.metre = metre?;
            mark(&mut settings, &state, &clip);
            if let Some(theme) = &state.theme {
                settings = theme.over(settings)?;
            }
            state.candidates
        } else {
            settings.form = Form::Off;
            1
        };
        let is_repeated = state.takes.last().is_some_and(|take| {
            let recipe = &take.draft.recipe;
            let ahead = recipe.settings.seed.wrapping_sub(settings.seed);
            let in_place = Settings {
                seed: recipe.settings.seed,
                ..settings.clone()
            };
            ahead < candidates as u64
                && recipe.settings == in_place
                && recipe.model == model.name()
                && take.draft.score.cuts() == generator::cuts(&clip, &settings)
        });
        if is_repeated {
            settings.seed = settings.seed.wrapping_add(candidates as u64);
            session.move_seed(epoch, state.seed, settings.seed);
        }
        let mut drafts = pool.install_in_turn(
            || reporter.report("Waiting for another instance", 0.0),
            || {
                let _shown = session.show_painting(Painting::default());
                draft_candidates(&model, &clip, &settings, candidates, &mut |progress| {
                    report(session, reporter, progress)
                })
            },
        )??;
        let draft = drafts.remove(0).draft;
        let bars = counted(draft.score.bars().0 as usize, "bar");
        let notes = counted(draft.score.notes().len(), "note");
        let made_unix_seconds = now_unix_seconds();
        for other in drafts.into_iter().take(MOST_TAKES - 1).rev() {
            session.add_take(epoch, other.draft, made_unix_seconds);
        }
        let is_played = session.add_take(epoch, draft, made_unix_seconds);
        Ok(Notice::Done(if is_played {
            format!("Draft of {bars}, {notes}. It plays with the host.")
        } else {
            "The draft begun before the project was loaded is kept as a take.".to_owned()
        }))
    }
}

/// Returns the settings of the next draft, but for those that depend on the model and the clip.
pub(super) fn settings_of(state: &State, params: ParamValues, tempo_map: TempoMap) -> Settings {
    Settings {
        tempo_map,
        clip_start: state.picture_start,
        seed: state.seed,
        sampler: SamplerSettings {
            steps: state.steps,
            temperature: f64::from(params.variation),
            ..SamplerSettings::default()
        },
        guidance_scale: params.guidance_scale(),
        steering: Steering {
            follow: state.follow,
            ..params.steering(&state.curves)
        },
        harmony: state.harmony.clone(),
        style: state.style,
        form: state.form.clone(),
        pedal: params.pedal,
        expression: params.expression,
        ..Settings::default()
    }
}

/// Sets what the user marked and drew on the clip, which only models in parts follow.
pub(super) fn mark(settings: &mut Settings, state: &State, clip: &ClipFeatures) {
    settings.hits = state.hits_met(&clip.shots);
    settings.quiet = state.quiet.clone();
    settings.lead_curve = state.curves[CurveId::Lead].values().to_vec();
}

/// Passes a job's progress on to the window and the session.
pub(super) fn report(
    session: &Session,
    reporter: &Reporter,
    progress: Progress,
) -> ControlFlow<()> {
    let (stage, fraction) = (stage(&progress), progress.fraction() as f32);
    if let Some(segment) = progress.painted {
        session.add_painted(segment);
    }
    reporter.report(stage, fraction)
}

/// Returns the present time, in seconds since 1970.
pub(super) fn now_unix_seconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
}

/// Loads the model of `state`, and returns it with the pool to run it in.
pub(super) fn load_model(
    tools: &Mutex<Tools>,
    state: &State,
    reporter: &Reporter,
) -> Result<(Arc<Model>, Arc<InferencePool>)> {
    if reporter.report("Loading the model", 0.0).is_break() {
        return Err(Error::Cancelled);
    }
    let file = state.model.as_deref();
    let prepared = tools.lock().prepare(file, state.device);
    prepared.map_err(|error| of_model(file, error))
}

/// Says that it is the model of `file` that could not be opened.
fn of_model(file: Option<&Path>, error: Error) -> Error {
    match (file, error) {
        (None, error) | (_, error @ Error::Cancelled) => error,
        (Some(_), error) => Error::Usage(format!(
            "The model could not be opened: {}. Choose another one in the list of models.",
            error.to_string().trim_end_matches('.')
        )),
    }
}

fn stage(progress: &Progress) -> String {
    format!(
        "Segment {} of {}, step {} of {}",
        progress.segment + 1,
        progress.segments,
        progress.step,
        progress.steps
    )
}

impl Tools {
    /// Returns the model of `file`, or the built-in one, on `device`, and the pool to run it in.
    fn prepare(
        &mut self,
        file: Option<&Path>,
        device: DeviceKind,
    ) -> Result<(Arc<Model>, Arc<InferencePool>)> {
        let key = (file.map(identity).transpose()?, device);
        let model = MODELS.get_or_load(key, || {
            let device = device.open()?;
            match file {
                Some(path) => Model::load(path, &device),
                None => Model::built_in(&device),
            }
        })?;
        let pool = match &self.pool {
            Some(pool) => Arc::clone(pool),
            None => InferencePool::shared()?,
        };
        self.model = Some(Arc::clone(&model));
        self.pool = Some(Arc::clone(&pool));
        Ok((model, pool))
    }
}

/// Returns what distinguishes a model file from an earlier version of it.
fn identity(path: &Path) -> Result<(PathBuf, u64, Option<SystemTime>)> {
    let metadata = path.metadata().map_err(Error::io(path))?;
    Ok((path.to_owned(), metadata.len(), metadata.modified().ok()))
}
