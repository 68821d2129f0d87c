//! What the worker is asked to do for an instance.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::params::ParamValues;
use super::saved_clip::SavedClip;
use super::session::{Notice, Session};
use super::state::Take;
use parking_lot::Mutex;

use crate::diffusion::device::DeviceKind;
use crate::diffusion::model::Model;
use crate::diffusion::sampler::SamplerSettings;
use crate::error::{Error, Result};
use crate::features::ClipFeatures;
use crate::generator::{self, Settings};
use crate::time::Tempo;
use crate::video;
use crate::worker::{Bell, InferencePool, JobKind, Reporter, SharedByKey, Worker};

/// The models that are in use in this process.
static MODELS: SharedByKey<(ModelFile, DeviceKind), Model> = SharedByKey::new();

/// A model file as it was when it was looked at, or nothing for the model in the box.
type ModelFile = Option<(PathBuf, u64, Option<SystemTime>)>;

/// An instance's session together with the worker that serves it.
pub struct Desk {
    /// What is worked on.
    pub session: Arc<Session>,
    /// Who works.
    pub worker: Worker,
    /// Who writes files, so that they do not wait for a draft.
    writer: Worker,
    tools: Arc<Mutex<Tools>>,
}

/// What the last draft was made with, kept for the next.
#[derive(Default)]
struct Tools {
    model: Option<Arc<Model>>,
    pool: Option<Arc<InferencePool>>,
}

impl Desk {
    /// A desk for `session` at which nothing is done yet.
    pub fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            worker: Worker::default(),
            writer: Worker::default(),
            tools: Arc::default(),
        }
    }

    /// Reads or analyses a clip, which then is the one that drafts are made for.
    pub fn load_clip(&self, path: PathBuf) {
        let session = Arc::clone(&self.session);
        let epoch = session.epoch();
        self.submit(JobKind::Clip, move |reporter| {
            let clip = read_clip(&path, reporter)?;
            let saved = SavedClip::new(path, &clip, tempo_of(&session));
            let told = format!(
                "{}: {:.1} s, {} cuts.",
                saved.name(),
                clip.duration.0,
                clip.shots.len()
            );
            if session.set_clip(epoch, saved, Arc::new(clip)) {
                session.tell(Some(Notice::Done(told)));
            }
            Ok(())
        });
    }

    /// Makes a draft with the settings as they are now; it becomes a new take.
    pub fn generate(&self, params: ParamValues) {
        let job = draft_job(&self.session, &self.tools, params);
        self.submit(JobKind::Generate, job);
    }

    /// A bell for the audio thread that does what [`Desk::generate`] does; nothing, and a line that says why, where
    /// the system gives no thread.
    pub fn bell(&self, params: impl Fn() -> ParamValues + Send + Sync + 'static) -> Option<Bell> {
        let (session, tools) = (Arc::clone(&self.session), Arc::clone(&self.tools));
        let bell = self.worker.bell(move |reporter| {
            session.tell(None);
            telling_host(&session, draft_job(&session, &tools, params()))(reporter)
        });
        bell.inspect_err(|error| self.tell_problem(error)).ok()
    }

    /// Writes the take that is current now as a MIDI file, beside whatever the worker does.
    pub fn export_midi(&self, path: PathBuf) {
        let take = self.session.state().current_take().cloned();
        let session = Arc::clone(&self.session);
        let export = move |_: &Reporter| {
            let told = match write_midi(take.as_ref(), &path) {
                Ok(()) => Notice::Wrote(path),
                Err(error) => Notice::Problem(error.to_string()),
            };
            session.tell(Some(told));
            Ok(())
        };
        self.session.tell(None);
        if let Err(error) = self.writer.submit(JobKind::Export, export) {
            self.tell_problem(&error);
        }
    }

    fn submit(&self, kind: JobKind, job: impl FnOnce(&Reporter) -> Result<()> + Send + 'static) {
        self.session.tell(None);
        let job = telling_host(&self.session, job);
        if let Err(error) = self.worker.submit(kind, job) {
            self.tell_problem(&error);
        }
    }

    fn tell_problem(&self, error: &Error) {
        self.session.tell(Some(Notice::Problem(error.to_string())));
    }
}

/// The same job, after which the host is told if there is something to save.
fn telling_host(
    session: &Arc<Session>,
    job: impl FnOnce(&Reporter) -> Result<()> + Send + 'static,
) -> impl FnOnce(&Reporter) -> Result<()> + Send + 'static {
    let session = Arc::clone(session);
    move |reporter| {
        let outcome = job(reporter);
        session.tell_host();
        outcome
    }
}

fn write_midi(take: Option<&Take>, path: &Path) -> Result<()> {
    let take = take.ok_or_else(|| Error::value("no draft", "one; press Generate first"))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
    }
    take.draft.write_midi(path)
}

/// Makes a draft with the settings of this moment, for the clip that is there when its turn comes. Where the newest take
/// was made with the same, the seed moves on by one, so that asking again gives something else.
fn draft_job(
    session: &Arc<Session>,
    tools: &Arc<Mutex<Tools>>,
    params: ParamValues,
) -> impl FnOnce(&Reporter) -> Result<()> + Send + use<> {
    let session = Arc::clone(session);
    let tools = Arc::clone(tools);
    let epoch = session.epoch();
    let state = session.state();
    let mut settings = Settings {
        tempo: tempo_of(&session),
        seed: state.seed,
        sampler: SamplerSettings {
            steps: state.steps,
            temperature: f64::from(params.variation),
            ..SamplerSettings::default()
        },
        guidance_scale: params.guidance_scale(),
        steering: params.steering(),
        harmony: state.harmony.clone(),
        ..Settings::default()
    };
    move |reporter| {
        let saved = (session.clip_for(epoch, state.clip.clone()))
            .ok_or_else(|| Error::value("no clip", "a clip; open one first"))?;
        if reporter.report("Loading the model", 0.0).is_break() {
            return Err(Error::Cancelled);
        }
        let (model, pool) = tools.lock().prepare(state.model.as_deref(), state.device)?;
        let clip = full_clip(&session, &saved);
        let is_made_already = state.takes.last().is_some_and(|take| {
            let recipe = &take.draft.recipe;
            recipe.settings == settings
                && recipe.model == model.name()
                && take.draft.score.cuts() == generator::cuts(&clip, &settings)
        });
        if is_made_already {
            settings.seed = settings.seed.wrapping_add(1);
            session.move_seed(epoch, state.seed, settings.seed);
        }
        let draft = pool.install(|| {
            generator::generate(&model, &clip, &settings, &mut |progress| {
                let stage = format!(
                    "Segment {} of {}, step {} of {}",
                    progress.segment + 1,
                    progress.segments,
                    progress.step,
                    progress.steps
                );
                reporter.report(stage, progress.fraction() as f32)
            })
        })?;
        let (bars, notes) = (draft.score.bars().0, draft.score.notes().len());
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let made = now.map_or(0, |since| since.as_secs());
        let told = if session.add_take(epoch, draft, made) {
            format!("Draft of {bars} bars, {notes} notes. It plays with the host.")
        } else {
            "The draft that was begun before the project was loaded is kept as a take.".to_owned()
        };
        session.tell(Some(Notice::Done(told)));
        Ok(())
    }
}

impl Tools {
    /// The model of a file, or the one in the box, on a device, and the pool to run it in.
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
                None => Model::in_the_box(&device),
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

/// Tells a file that was changed from the one that was loaded.
fn identity(path: &Path) -> Result<(PathBuf, u64, Option<SystemTime>)> {
    let metadata = path.metadata().map_err(Error::io(path))?;
    Ok((path.to_owned(), metadata.len(), metadata.modified().ok()))
}

/// The host's tempo where it is one that music has, or the usual one.
fn tempo_of(session: &Session) -> Tempo {
    session.live.tempo().unwrap_or(Tempo::DEFAULT)
}

/// The clip in full where it is at hand, otherwise as far as the project remembers it.
fn full_clip(session: &Session, saved: &SavedClip) -> Arc<ClipFeatures> {
    session
        .kept_clip(&saved.path)
        .or_else(|| {
            let is_clip_file = is_clip_file(&saved.path);
            let clip = is_clip_file.then(|| ClipFeatures::read(&saved.path).ok())??;
            let clip = Arc::new(clip);
            session.keep_clip(saved.path.clone(), Arc::clone(&clip));
            Some(clip)
        })
        .unwrap_or_else(|| Arc::new(saved.features()))
}

/// Reads a clip file by its ending, and analyses anything else as a video.
fn read_clip(path: &Path, reporter: &Reporter) -> Result<ClipFeatures> {
    if reporter.report("Reading the clip", 0.0).is_break() {
        return Err(Error::Cancelled);
    }
    if is_clip_file(path) {
        return ClipFeatures::read(path);
    }
    video::analyse(path, &mut |fraction| {
        reporter.report("Looking at the clip", fraction as f32)
    })
}

fn is_clip_file(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("safetensors"))
}
