//! How long a piece is, and how long it may be.

use super::Settings;
use crate::conditioning::placement::Placement;
use crate::error::{Error, Result};
use crate::music::score::MAX_BARS;
use crate::time::{Bars, Seconds, Tempo};

/// Returns where the clip lies in the piece.
pub(super) fn placement(settings: &Settings) -> Placement {
    Placement {
        tempo_map: settings.tempo_map.clone(),
        clip_start: settings.clip_start,
        alignment: settings.alignment,
    }
}

/// Returns the length of the piece for a clip of `duration`, which may be more than is possible; see [`length_of`].
pub(super) fn bars_for(duration: Seconds, settings: &Settings) -> Bars {
    let end = placement(settings).beat_at(duration);
    (settings.bars).unwrap_or_else(|| settings.metre.bars_covering(end))
}

/// Returns the length of a draft of a clip of `duration`, before any work is done.
///
/// # Errors
/// Returns an error if the clip starts before or after every piece, or if no piece can be so long; it says what would make
/// it shorter.
pub fn length_of(duration: Seconds, settings: &Settings) -> Result<Bars> {
    let (start, last_beat) = (settings.clip_start.0, Bars(MAX_BARS).beats().0);
    if !(0.0..=last_beat).contains(&start) {
        return Err(Error::value(
            format!("a clip start of {start}"),
            format!("0 to {last_beat}"),
        ));
    }
    let bars = bars_for(duration, settings);
    if settings.bars.is_none() && bars.0 > MAX_BARS {
        return Err(too_long(duration, bars, settings));
    }
    check_length(bars)?;
    Ok(bars)
}

/// Returns an error unless a piece can have `bars` bars.
pub(super) fn check_length(bars: Bars) -> Result<()> {
    if (1..=MAX_BARS).contains(&bars.0) {
        Ok(())
    } else {
        Err(Error::value(
            format!("a piece of {} bars", bars.0),
            format!("1 to {MAX_BARS} bars"),
        ))
    }
}

/// Says that a clip is too long for its tempo, and what to do.
fn too_long(duration: Seconds, bars: Bars, settings: &Settings) -> Error {
    let metre = settings.metre;
    let tempo = match settings.tempo_map.constant_tempo() {
        Some(tempo) => format!("{} BPM", tempo.bpm()),
        None => "its changing tempo".to_owned(),
    };
    let beats = metre.length(Bars(MAX_BARS)) - settings.clip_start;
    let slower_bpm = (beats.0 * 60.0 / duration.0).floor();
    let slower = if slower_bpm >= Tempo::MIN {
        format!("a tempo of at most {slower_bpm} BPM, ")
    } else {
        String::new()
    };
    Error::Usage(format!(
        "The clip lasts {:.1} minutes, {} bars of {metre} at {tempo}, and a piece has at most {MAX_BARS}. Use {slower}a \
         shorter clip, or fewer bars (`--bars`).",
        duration.0 / 60.0,
        bars.0
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Beats;

    fn hours(hours: f64) -> Seconds {
        Seconds(hours * 3600.0)
    }

    fn at(tempo_bpm: f64) -> Settings {
        Settings {
            tempo_map: Tempo::new(tempo_bpm).unwrap().into(),
            ..Settings::default()
        }
    }

    #[test]
    fn a_feature_film_of_four_hours_fits_a_piece() {
        assert_eq!(length_of(hours(4.0), &at(120.0)).unwrap(), Bars(7200));
    }

    #[test]
    fn a_clip_that_is_too_long_for_its_tempo_is_refused_with_the_remedies() {
        let message = length_of(hours(5.0), &at(120.0)).unwrap_err().to_string();
        for words in ["300.0 minutes", "9000 bars", "at most 109 BPM", "`--bars`"] {
            assert!(message.contains(words), "{words}: {message}");
        }
        // The tempo that it names is slow enough.
        assert!(length_of(hours(5.0), &at(109.0)).is_ok());
        assert!(length_of(hours(5.0), &at(110.0)).is_err());
        let late = Settings {
            clip_start: Beats(2000.0),
            ..at(120.0)
        };
        let message = length_of(hours(5.0), &late).unwrap_err().to_string();
        assert!(message.contains("at most 102 BPM"), "{message}");
    }

    #[test]
    fn no_tempo_is_named_where_none_is_slow_enough() {
        let message = length_of(hours(40.0), &at(120.0)).unwrap_err().to_string();
        assert!(!message.contains("a tempo"), "{message}");
    }

    #[test]
    fn a_part_of_a_clip_of_any_length_may_be_drafted() {
        let part = |bars| Settings {
            bars: Some(Bars(bars)),
            ..at(400.0)
        };
        assert_eq!(length_of(hours(20.0), &part(64)).unwrap(), Bars(64));
        for bars in [0, MAX_BARS + 1] {
            assert!(length_of(hours(1.0), &part(bars)).is_err(), "{bars}");
        }
    }
}
