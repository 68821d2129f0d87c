//! Zip archives: members are read whole, up to a stated size, and written deflated or stored.

use std::io::{Cursor, Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::error::Fault;

/// The most members that an archive may have.
const MAX_MEMBERS: usize = 65_536;

/// An open archive.
pub(crate) struct ZipFile<R> {
    archive: ZipArchive<R>,
}

impl<R: Read + Seek> ZipFile<R> {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// Returns an error if the file is not a zip archive, is damaged, or has more than [`MAX_MEMBERS`].
    pub(crate) fn open(file: R) -> Result<Self, Fault> {
        let archive = ZipArchive::new(file).map_err(|error| damaged(&error))?;
        if archive.len() > MAX_MEMBERS {
            return Err(Fault::new(
                format!("an archive of {} members", archive.len()),
                format!("at most {MAX_MEMBERS}"),
            ));
        }
        Ok(Self { archive })
    }

    /// Returns the names of the members, in the order of the archive.
    pub(crate) fn names(&self) -> Vec<String> {
        self.archive
            .file_names()
            .filter_map(|name| Some(name.ok()?.into_owned()))
            .collect()
    }

    /// Reads a member of at most `max_bytes`. Its declared size is checked before anything is unpacked.
    ///
    /// # Errors
    /// Returns an error if the member is missing, larger, damaged, or neither stored nor deflated.
    pub(crate) fn read(&mut self, name: &str, max_bytes: u64) -> Result<Vec<u8>, Fault> {
        let member = self.member(name, max_bytes)?;
        let size = member.size();
        let mut bytes = Vec::new();
        let read = member.take(size + 1).read_to_end(&mut bytes);
        if let Err(error) = read {
            return Err(damaged(&error));
        }
        if bytes.len() as u64 != size {
            return Err(damaged(&format!("`{name}` is not {size} bytes long")));
        }
        Ok(bytes)
    }

    /// Opens a member of at most `max_bytes`, to be read bit by bit; it ends one byte after its declared size if it is longer.
    ///
    /// # Errors
    /// Returns an error if the member is missing, larger, or neither stored nor deflated.
    pub(crate) fn stream(&mut self, name: &str, max_bytes: u64) -> Result<impl Read, Fault> {
        let member = self.member(name, max_bytes)?;
        let size = member.size();
        Ok(member.take(size + 1))
    }

    fn member(&mut self, name: &str, max_bytes: u64) -> Result<zip::read::ZipFile<'_, R>, Fault> {
        let member = self.archive.by_name(name).map_err(|error| {
            Fault::new(format!("the member `{name}`: {error}"), "a whole archive")
        })?;
        if !matches!(
            member.compression(),
            CompressionMethod::Stored | CompressionMethod::Deflated
        ) {
            return Err(Fault::new(
                format!("the member `{name}` packed by {}", member.compression()),
                "members that are stored or deflated",
            ));
        }
        let size = member.size();
        if size > max_bytes {
            return Err(Fault::new(
                format!("{size} bytes in the member `{name}`"),
                format!("at most {max_bytes}"),
            ));
        }
        Ok(member)
    }
}

/// Returns the bytes of an archive of `members`, each a name and contents. They depend only on those.
///
/// # Errors
/// Returns an error if two members have one name, or the archive is too large.
pub(crate) fn encode(members: &[(&str, &[u8])]) -> Result<Vec<u8>, Fault> {
    encode_by(CompressionMethod::Deflated, members)
}

/// Returns the bytes of an archive of `members` that are not packed, as PyTorch wants them.
///
/// # Errors
/// As [`encode`].
pub(crate) fn encode_stored(members: &[(&str, &[u8])]) -> Result<Vec<u8>, Fault> {
    encode_by(CompressionMethod::Stored, members)
}

fn encode_by(method: CompressionMethod, members: &[(&str, &[u8])]) -> Result<Vec<u8>, Fault> {
    let options = SimpleFileOptions::default().compression_method(method);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in members {
        (archive.start_file(*name, options)).map_err(|error| unwritable(&error))?;
        (archive.write_all(contents)).map_err(|error| unwritable(&error))?;
    }
    let bytes = archive.finish().map_err(|error| unwritable(&error))?;
    Ok(bytes.into_inner())
}

fn unwritable(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(
        format!("an archive that cannot be written ({error})"),
        "different members of less than 4 GiB",
    )
}

fn damaged(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(
        format!("a damaged archive ({error})"),
        "a whole zip archive",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(method: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file("zeros", options).unwrap();
        writer.write_all(&[0; 10_000]).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_member_is_read_up_to_the_limit_and_refused_above_it() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let bytes = archive(method);
            let mut file = ZipFile::open(Cursor::new(&bytes)).unwrap();
            assert_eq!(file.names(), ["zeros"]);
            assert_eq!(file.read("zeros", 10_000).unwrap(), [0; 10_000]);
            assert!(file.read("zeros", 9_999).is_err());
            assert!(file.read("ones", 9_999).is_err());
        }
    }

    #[test]
    fn members_are_read_back_as_written_and_the_same_ones_give_the_same_bytes() {
        let members: [(&str, &[u8]); 2] = [("a.xml", b"<A/>"), ("folder/b", &[7; 1000])];
        let bytes = encode(&members).unwrap();
        let mut file = ZipFile::open(Cursor::new(&bytes)).unwrap();
        assert_eq!(file.names(), ["a.xml", "folder/b"]);
        assert_eq!(file.read("a.xml", 100).unwrap(), b"<A/>");
        assert_eq!(file.read("folder/b", 1000).unwrap(), [7; 1000]);
        assert_eq!(encode(&members).unwrap(), bytes);
        assert!(encode(&[members[0], members[0]]).is_err());
    }

    #[test]
    fn a_member_that_unpacks_to_more_than_its_declared_size_is_refused() {
        let mut bytes = archive(CompressionMethod::Deflated);
        let size = 10_000u32.to_le_bytes();
        let places: Vec<_> = (0..bytes.len() - 4)
            .filter(|&at| bytes[at..at + 4] == size)
            .collect();
        for at in places {
            bytes[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
        }
        let read = ZipFile::open(Cursor::new(&bytes)).and_then(|mut file| file.read("zeros", 1000));
        assert!(read.is_err());
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = archive(CompressionMethod::Deflated);
        for length in 0..bytes.len() {
            assert!(
                ZipFile::open(Cursor::new(&bytes[..length])).is_err(),
                "{length}"
            );
        }
    }
}
