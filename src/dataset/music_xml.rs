//! Scores in MusicXML 4.0 (`score-partwise`), plain (`.musicxml`, `.xml`) or compressed (`.mxl`).
//!
//! Only what sounds is read: notes, bars and tempi of each part. Grace and cue notes are left out. A text may have at most
//! 64 MiB and 8 million nodes, a part at most 20,000 bars and one million notes, a score at most 100,000 quarters.

mod part;

use std::io::Cursor;
use std::path::Path;

use roxmltree::{Document, Node, ParsingOptions};

use crate::error::{Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::formats::zip_file::ZipFile;

/// The largest text of a score, in bytes.
const MAX_BYTES: u64 = 64 << 20;
/// The most nodes of a score's tree.
const MAX_NODES: u32 = 8 << 20;
/// The most parts of a score.
const MAX_PARTS: usize = 256;
/// The first bytes of a zip archive.
const ZIP: &[u8] = b"PK";

/// A score.
#[derive(Clone, Debug, PartialEq)]
pub struct MusicXml {
    /// Its parts, from top to bottom.
    pub parts: Vec<ScorePart>,
}

/// A part of a score. Places and lengths are in quarters from the first bar line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScorePart {
    /// Its name and its instruments' sounds, in lower case.
    pub name: String,
    /// Its notes, in the order of the file; tied notes are one.
    pub notes: Vec<ScoreNote>,
    /// Its bars.
    pub bars: Vec<ScoreBar>,
    /// Its tempi: the place, and quarters a minute.
    pub tempi: Vec<(f64, f64)>,
}

/// A note of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreNote {
    /// Where it starts.
    pub start: f64,
    /// How long it sounds.
    pub length: f64,
    /// Its sounding MIDI pitch, which may lie outside 0 to 127.
    pub pitch: i32,
}

/// A bar of a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreBar {
    /// Where it starts.
    pub start: f64,
    /// How long it is; a pickup or a divided bar is shorter than its metre says.
    pub length: f64,
    /// The upper number of its metre.
    pub count: u32,
    /// The lower number of its metre.
    pub unit: u32,
}

impl MusicXml {
    /// Reads the file at `path`, plain or compressed.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, exceeds a limit of this module, or is not such a score.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = read_bounded(path, MAX_BYTES)?;
        Self::from_bytes(&bytes).map_err(|fault| fault.in_file(path))
    }

    /// Reads the bytes of a file, plain or compressed.
    ///
    /// # Errors
    /// Returns an error if they exceed a limit of this module or are not such a score.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        if !bytes.starts_with(ZIP) {
            return Self::parse(text(bytes)?);
        }
        let mut archive = ZipFile::open(Cursor::new(bytes))?;
        let is_score = |name: &String| {
            !name.starts_with("META-INF/")
                && [".xml", ".musicxml"].iter().any(|end| name.ends_with(end))
        };
        let name = archive.names().into_iter().find(is_score).ok_or_else(|| {
            Fault::new("an archive without a score", "a compressed MusicXML file")
        })?;
        Self::parse(text(&archive.read(&name, MAX_BYTES)?)?)
    }

    /// Reads the text of a score.
    ///
    /// # Errors
    /// Returns an error if it exceeds a limit of this module or is not such a score.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let options = ParsingOptions {
            // MusicXML files name their document type; nothing is fetched for it.
            allow_dtd: true,
            nodes_limit: MAX_NODES,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(text, options)
            .map_err(|error| Fault::new(format!("broken XML ({error})"), "a MusicXML score"))?;
        let root = document.root_element();
        if !root.has_tag_name("score-partwise") {
            let found = format!("a document of the kind `{}`", root.tag_name().name());
            return Err(Fault::new(
                found,
                "a MusicXML score by parts (`score-partwise`)",
            ));
        }
        let parts: Vec<Node<'_, '_>> = children(root, "part").collect();
        if parts.len() > MAX_PARTS {
            let found = format!("{} parts", parts.len());
            return Err(Fault::new(found, format!("at most {MAX_PARTS}")));
        }
        let read = |part: Node<'_, '_>| {
            let name = name_of(root, part.attribute("id"));
            part::read(part).map(|read| ScorePart { name, ..read })
        };
        let parts = parts.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { parts })
    }
}

/// Returns the name of the part `id` and the sounds of its instruments, in lower case.
fn name_of(root: Node<'_, '_>, id: Option<&str>) -> String {
    let listed = (children(root, "part-list"))
        .flat_map(|list| children(list, "score-part"))
        .find(|part| part.attribute("id") == id);
    let Some(listed) = listed else {
        return String::new();
    };
    let sounds = listed.descendants();
    let sounds = sounds.filter(|node| node.has_tag_name("instrument-sound"));
    (children(listed, "part-name").chain(sounds))
        .filter_map(|node| node.text())
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// Returns the children of `node` called `name`.
fn children<'a, 'input>(
    node: Node<'a, 'input>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children()
        .filter(move |child| child.has_tag_name(name))
}

/// Returns the text of the first child of `node` called `name`, without surrounding space.
fn child_text<'a>(node: Node<'a, '_>, name: &'static str) -> Option<&'a str> {
    children(node, name).next()?.text().map(str::trim)
}

fn text(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes)
        .map_err(|_| Fault::new("bytes that are not UTF-8", "a MusicXML score in UTF-8"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const WALTZ: &str = include_str!("../../tests/fixtures/music-xml/song-in-3-4.musicxml");

    fn compressed(name: &str) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [("META-INF/container.xml", "<container/>"), (name, WALTZ)] {
            writer
                .start_file(name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_compressed_score_is_the_same_as_a_plain_one() {
        let plain = MusicXml::from_bytes(WALTZ.as_bytes()).unwrap();
        for name in ["waltz.xml", "score.musicxml"] {
            assert_eq!(MusicXml::from_bytes(&compressed(name)).unwrap(), plain);
        }
        let fault = MusicXml::from_bytes(&compressed("waltz.txt")).unwrap_err();
        assert!(fault.found.contains("without a score"), "{fault}");
    }

    #[test]
    fn parts_are_named_by_their_instruments_too() {
        let score = MusicXml::parse(WALTZ).unwrap();
        let names: Vec<&str> = score.parts.iter().map(|part| &*part.name).collect();
        assert_eq!(names, ["gesang voice.vocals", "piano keyboard.piano"]);
    }

    #[test]
    fn other_documents_are_refused() {
        for (text, words) in [
            ("", "broken XML"),
            ("<score-partwise><part>", "broken XML"),
            ("<score-timewise/>", "score-timewise"),
            ("<html/>", "html"),
        ] {
            let fault = MusicXml::parse(text).unwrap_err();
            assert!(fault.found.contains(words), "{fault}");
        }
        assert!(MusicXml::from_bytes(&[0xFF, 0xFE, 0x3C, 0]).is_err());
    }

    proptest! {
        #[test]
        fn random_changes_never_panic(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut bytes = WALTZ.as_bytes().to_vec();
            for (index, byte) in changes {
                let at = index.index(bytes.len());
                bytes[at] = byte;
            }
            let _ = MusicXml::from_bytes(&bytes);
        }
    }
}
