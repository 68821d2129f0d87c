//! The answer of `ffprobe`, read line by line: packets, streams and the file as a whole.

use std::io::{self, BufRead};

use crate::video::ffmpeg::Version;
use crate::video::frame_rate::FrameRate;
use crate::video::hdr::Hdr;

/// What `ffprobe` is asked to show.
pub(super) const ENTRIES: &str = "packet=stream_index,pts_time,dts_time,duration_time,flags:\
    stream=index,codec_name,width,height,sample_aspect_ratio,color_transfer,r_frame_rate,avg_frame_rate,duration:\
    stream_disposition=default:format=start_time,duration:program_version=version";
/// The most streams whose packets are followed.
const MAX_STREAMS: usize = 64;

/// What `ffprobe` says about a file.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The video streams.
    pub(super) streams: Vec<Stream>,
    /// When the earliest stream begins, in seconds.
    pub(super) start: Option<f64>,
    /// The duration that the file states, in seconds.
    pub(super) duration: Option<f64>,
    /// The version of the programs.
    pub(super) version: Version,
    packets: Vec<(usize, Packets)>,
}

/// A video stream.
#[derive(Debug)]
pub(super) struct Stream {
    /// Its index among all streams of the file.
    pub(super) index: usize,
    /// Its codec and size, for people.
    pub(super) label: String,
    /// How much wider than high it is shown.
    pub(super) aspect: Option<f64>,
    /// How it encodes light, if it has a high dynamic range.
    pub(super) hdr: Option<Hdr>,
    /// Whether the file marks it as the one to show.
    pub(super) is_default: bool,
    /// The lowest rate at which every time stamp is exact.
    pub(super) base_rate: Option<FrameRate>,
    /// The average rate.
    pub(super) average_rate: Option<FrameRate>,
    /// The duration that the stream states, in seconds.
    pub(super) duration: Option<f64>,
}

/// When the packets of a stream are shown, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Packets {
    /// The earliest time stamp.
    pub(super) first: Option<f64>,
    /// The latest time stamp.
    pub(super) last: f64,
    /// The duration of the packet with the latest time stamp.
    last_duration: Option<f64>,
    /// How many there are.
    pub(super) count: usize,
}

impl Packets {
    /// Returns the end of the last packet, which lasts `usual` seconds if it does not say how long.
    pub(super) fn end(&self, usual: f64) -> f64 {
        self.last + self.last_duration.unwrap_or(usual)
    }

    fn push(&mut self, stamp: f64, duration: Option<f64>) {
        self.count += 1;
        if self.first.is_none() || stamp >= self.last {
            self.last = stamp;
            self.last_duration = duration;
        }
        self.first = Some(self.first.map_or(stamp, |first| first.min(stamp)));
    }
}

impl Answer {
    /// Reads an answer in the format `compact`: a line per packet, stream and file, of words such as `index=0`.
    pub(super) fn read(lines: impl BufRead) -> io::Result<Self> {
        let mut answer = Self::default();
        for line in lines.split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            if let Some((kind, words)) = line.trim_end().split_once('|') {
                answer.take(kind, &Words(words));
            }
        }
        Ok(answer)
    }

    /// Returns the video stream to take: the first that the file marks as the one to show, or else the first.
    pub(super) fn choice(&self) -> Option<&Stream> {
        let marked = self.streams.iter().find(|stream| stream.is_default);
        marked.or(self.streams.first())
    }

    /// Returns when the packets of a stream are shown, or `None` if it has none with a time stamp.
    pub(super) fn packets_of(&self, stream: usize) -> Option<&Packets> {
        self.packets
            .iter()
            .find(|(index, _)| *index == stream)
            .map(|(_, packets)| packets)
    }

    fn take(&mut self, kind: &str, words: &Words<'_>) {
        match kind {
            "packet" => self.take_packet(words),
            "stream" => {
                if let Some(index) = words.get("index").and_then(|index| index.parse().ok()) {
                    self.streams.push(Stream {
                        index,
                        label: words.label(),
                        aspect: words.aspect(),
                        hdr: words.get("color_transfer").and_then(Hdr::of_transfer),
                        is_default: words.get("disposition:default") == Some("1"),
                        base_rate: words.get("r_frame_rate").and_then(FrameRate::parse),
                        average_rate: words.get("avg_frame_rate").and_then(FrameRate::parse),
                        duration: words.duration("duration"),
                    });
                }
            }
            "program_version" => {
                self.version = words.get("version").map(Version::of).unwrap_or_default();
            }
            "format" => {
                self.start = words.seconds("start_time");
                self.duration = words.duration("duration");
            }
            _ => {}
        }
    }

    fn take_packet(&mut self, words: &Words<'_>) {
        // Packets marked D are needed to decode others but not shown.
        let is_hidden = words.get("flags").is_some_and(|flags| flags.contains('D'));
        let stamp = words.seconds("pts_time").or(words.seconds("dts_time"));
        let stream = words
            .get("stream_index")
            .and_then(|index| index.parse().ok());
        let (false, Some(stamp), Some(stream)) = (is_hidden, stamp, stream) else {
            return;
        };
        let duration = words.duration("duration_time");
        let known = self.packets.iter().position(|(index, _)| *index == stream);
        if known.is_none() && self.packets.len() < MAX_STREAMS {
            self.packets.push((stream, Packets::default()));
        }
        let at = known.unwrap_or(self.packets.len().saturating_sub(1));
        if let Some((index, packets)) = self.packets.get_mut(at)
            && *index == stream
        {
            packets.push(stamp, duration);
        }
    }
}

/// The words of a line, separated by `|`.
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        let mut words = self.0.split('|').filter_map(|word| word.split_once('='));
        words.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Returns codec and size, as in `h264, 640 × 360`.
    fn label(&self) -> String {
        let word = |name| self.get(name).unwrap_or("unknown");
        format!(
            "{}, {} × {}",
            word("codec_name"),
            word("width"),
            word("height")
        )
    }

    /// Returns the shape of the picture, of square pixels unless it says otherwise.
    fn aspect(&self) -> Option<f64> {
        let size = |name| -> Option<f64> { self.get(name)?.parse().ok() };
        let pixel = self.get("sample_aspect_ratio").and_then(|ratio| {
            let (width, height) = ratio.split_once(':')?;
            let (width, height): (f64, f64) = (width.parse().ok()?, height.parse().ok()?);
            (width > 0.0 && height > 0.0).then_some(width / height)
        });
        let aspect = size("width")? / size("height")? * pixel.unwrap_or(1.0);
        (aspect.is_finite() && aspect > 0.0).then_some(aspect)
    }

    fn seconds(&self, name: &str) -> Option<f64> {
        let seconds: f64 = self.get(name)?.parse().ok()?;
        seconds.is_finite().then_some(seconds)
    }

    /// Returns seconds above 0.
    fn duration(&self, name: &str) -> Option<f64> {
        self.seconds(name).filter(|&seconds| seconds > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_that_are_not_shown_and_lines_of_other_kinds_are_passed_over() {
        let text = "packet|stream_index=1|pts_time=9.0|duration_time=1.0|flags=_D\n\
             packet|stream_index=1|pts_time=N/A|dts_time=2.0|duration_time=N/A|flags=K_\n\
             program|stream|index=7|r_frame_rate=25/1\nnonsense\n";
        let answer = Answer::read(text.as_bytes()).unwrap();
        assert!(answer.streams.is_empty());
        assert_eq!(answer.packets_of(1).unwrap().end(0.5), 2.5);
        assert!(answer.packets_of(7).is_none());
        assert_eq!(answer.version, Version::New);
    }

    #[test]
    fn the_answer_names_the_version() {
        let answer = Answer::read("program_version|version=4.4.2-0ubuntu0.22.04.1\n".as_bytes());
        assert_eq!(answer.unwrap().version, Version::Old);
    }
}
