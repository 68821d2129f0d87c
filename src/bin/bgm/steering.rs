//! The options that steer the cues, one per row of the table of cues.

use std::path::Path;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use diff_bgm::conditioning::pairing::{Follow, Pairing};

use diff_bgm::conditioning::steering::{LaneRequest, Steering};
use diff_bgm::features::ClipFeatures;
use diff_bgm::music::cues::{Cue, CueMap};
use diff_bgm::{Error, Result};

#[derive(Args)]
#[command(
    next_help_heading = "Steering (each cue: clip, clip+0.3, clip-0.3, clip*0.5+0.3, a number from -1 to 1, or free)"
)]
pub(crate) struct SteeringArgs {
    #[command(flatten)]
    requests: Requests,
    /// Raise (up to 1) or lower (down to -1) density, polyphony, accents and loudness together
    #[arg(long, allow_hyphen_values = true, default_value = "0")]
    energy: f32,
    /// What of the clip is followed: picture, or mood, of a clip analysed with --mood (density then follows arousal, mode
    /// follows valence)
    #[arg(long, default_value = "picture")]
    follow: Follow,
}

impl SteeringArgs {
    pub(crate) fn steering(&self) -> Result<Steering> {
        if !(-1.0..=1.0).contains(&self.energy) {
            return Err(Error::Usage(format!(
                "An energy of {} is out of range. Choose -1 to 1.",
                self.energy
            )));
        }
        let mut steering = Steering {
            energy: self.energy,
            follow: self.follow,
            ..Steering::default()
        };
        for (cue, request) in self.requests.0.iter() {
            if let Some(request) = request {
                steering.lanes[cue] = request.lane(&steering.lanes[cue]);
            }
        }
        Ok(steering)
    }
}

/// Checks that a clip has what is to be followed.
pub(crate) fn expect_followed(steering: &Steering, path: &Path, clip: &ClipFeatures) -> Result<()> {
    if steering.follow.is_in(clip) {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "{} has no moods for --follow mood. Make a clip file with `bgm features VIDEO --visual-model FOLDER --mood all`.",
        path.display()
    )))
}

/// The request for each cue.
struct Requests(CueMap<Option<LaneRequest>>);

impl Args for Requests {
    fn augment_args(command: Command) -> Command {
        Cue::ALL.into_iter().map(option).fold(command, Command::arg)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Requests {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let request = |cue: Cue| matches.get_one(cue.name()).cloned();
        Ok(Self(CueMap::from_fn(request)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn option(cue: Cue) -> Arg {
    Arg::new(cue.name())
        .long(cue.name())
        .value_name("LANE")
        .allow_hyphen_values(true)
        .value_parser(value_parser!(LaneRequest))
        .help(help(cue))
}

/// Returns what a cue sets, what it follows in the clip, and its default.
fn help(cue: Cue) -> String {
    let pairing = Pairing::of(cue);
    let default = match pairing.default_strength {
        Some(1.0) => "clip".to_owned(),
        Some(strength) => format!("clip*{strength}"),
        None => "free".to_owned(),
    };
    let (meaning, source) = (cue.spec().meaning, pairing.source());
    format!("{meaning}; `clip` follows {source} [default: {default}]")
}
