//! The chunks of a MIDI file: its header and its tracks.

use super::MAX_TRACKS;
use super::oddities::{Oddities, Oddity};
use crate::error::Fault;

/// The bytes before the length of a RIFF file that holds a MIDI file, and those after it.
const RIFF: (&[u8; 4], &[u8; 4]) = (b"RIFF", b"RMID");
/// The chunk of a RIFF file that holds the MIDI file.
const RIFF_DATA: &[u8; 4] = b"data";
/// The length of a header without what later standards may add.
const HEADER_BYTES: usize = 6;

/// The chunks of a file.
pub(super) struct Chunks<'a> {
    /// Ticks in a quarter note, above 0.
    pub(super) ticks_per_beat: u16,
    /// The contents of each track.
    pub(super) tracks: Vec<&'a [u8]>,
}

impl<'a> Chunks<'a> {
    /// Divides a file into its chunks. Those of other kinds are passed over.
    ///
    /// # Errors
    /// Returns an error unless the file is of format 0 or 1, counts time in ticks of a quarter note, and holds as many whole
    /// tracks, at most [`MAX_TRACKS`], as its header declares.
    pub(super) fn divide(bytes: &'a [u8], oddities: &mut Oddities) -> Result<Self, Fault> {
        let bytes = match unwrap(bytes)? {
            Some(inside) => {
                oddities.add(Oddity::Wrapped, None);
                inside
            }
            None => bytes,
        };
        let no_header = || Fault::new("not a MIDI file", "one that starts with MThd");
        if !bytes.starts_with(b"MThd") {
            return Err(no_header());
        }
        let (_, header, mut rest) = chunk(bytes)?.ok_or_else(no_header)?;
        let (ticks_per_beat, declared) = read_header(header)?;
        let mut tracks = Vec::new();
        while let Some((kind, contents, after)) = chunk(rest).or_else(|fault| {
            // What follows the last track is of no use to anybody.
            if tracks.len() == declared {
                Ok(None)
            } else {
                Err(fault)
            }
        })? {
            match kind {
                b"MTrk" if tracks.len() == declared => {
                    return Err(Fault::new(
                        format!("more tracks than the {declared} of its header"),
                        "as many as declared",
                    ));
                }
                b"MTrk" => tracks.push(contents),
                b"MThd" => return Err(Fault::new("a second header", "one MIDI file")),
                _ => {}
            }
            rest = after;
        }
        if tracks.len() < declared {
            return Err(Fault::new(
                format!("{} tracks", tracks.len()),
                format!("the {declared} that its header declares"),
            ));
        }
        if !rest.is_empty() {
            oddities.add(Oddity::Trailing, None);
        }
        Ok(Self {
            ticks_per_beat,
            tracks,
        })
    }
}

/// Returns the MIDI file inside a RIFF file, or `None` if the bytes are not one.
fn unwrap(bytes: &[u8]) -> Result<Option<&[u8]>, Fault> {
    let (start, kind) = RIFF;
    if bytes.get(..4) != Some(start) || bytes.get(8..12) != Some(kind) {
        return Ok(None);
    }
    let mut rest = &bytes[12..];
    while let Some((kind, rest_of)) = rest.split_first_chunk::<4>() {
        let expected = "a whole RIFF file with a MIDI file in it";
        let Some((length, contents)) = rest_of.split_first_chunk::<4>() else {
            return Err(Fault::new("a chunk without a length", expected));
        };
        let length = u32::from_le_bytes(*length) as usize;
        let Some(inside) = contents.get(..length) else {
            let found = format!("{} bytes of a chunk of {length}", contents.len());
            return Err(Fault::new(found, expected));
        };
        if kind == RIFF_DATA {
            return Ok(Some(inside));
        }
        // Chunks start at even places.
        rest = contents.get(length + length % 2..).unwrap_or_default();
    }
    let expected = "a `data` chunk with a MIDI file";
    Err(Fault::new("a RIFF file without one", expected))
}

/// Returns ticks per quarter note and the number of tracks.
fn read_header(header: &[u8]) -> Result<(u16, usize), Fault> {
    let Some((&[f, g, t, u, b, c], _)) = header.split_first_chunk::<HEADER_BYTES>() else {
        let expected = format!("at least {HEADER_BYTES}");
        return Err(Fault::new(
            format!("a header of {} bytes", header.len()),
            expected,
        ));
    };
    let (format, tracks) = (u16::from_be_bytes([f, g]), u16::from_be_bytes([t, u]));
    if format > 1 {
        let found = format!("a MIDI file of format {format}");
        return Err(Fault::new(found, "format 0 or 1"));
    }
    let ticks_per_beat = u16::from_be_bytes([b, c]);
    if ticks_per_beat & 0x8000 != 0 {
        let expected = "ticks of a quarter note";
        return Err(Fault::new("a time base in SMPTE frames", expected));
    }
    if ticks_per_beat == 0 {
        return Err(Fault::new("0 ticks in a beat", "at least one"));
    }
    let tracks = usize::from(tracks);
    if tracks > MAX_TRACKS {
        let limit = format!("at most {MAX_TRACKS}");
        return Err(Fault::new(format!("{tracks} tracks"), limit));
    }
    Ok((ticks_per_beat, tracks))
}

/// The kind of a chunk, its contents, and what follows it.
type Chunk<'a> = (&'a [u8; 4], &'a [u8], &'a [u8]);

/// Returns the first chunk, or `None` at the end of the file.
fn chunk(bytes: &[u8]) -> Result<Option<Chunk<'_>>, Fault> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let expected = "a whole MIDI file";
    let start = bytes
        .split_first_chunk::<4>()
        .and_then(|(kind, rest)| Some((kind, rest.split_first_chunk::<4>()?)));
    let Some((kind, (length, rest))) = start else {
        return Err(Fault::new(
            format!("{} bytes after the last chunk", bytes.len()),
            expected,
        ));
    };
    let length = u32::from_be_bytes(*length) as usize;
    match rest.split_at_checked(length) {
        Some((contents, after)) => Ok(Some((kind, contents, after))),
        None => Err(Fault::new(
            format!("{} bytes of a chunk of {length}", rest.len()),
            expected,
        )),
    }
}
