//! Arrays of bytes that are too large to be unpacked at once, row after row.

use std::io::{BufReader, Cursor, Read};

use crate::error::Fault;
use crate::formats::npy::Header;

/// The bytes in which a header must end; numpy's own ends within 128.
const MAX_HEADER_BYTES: u64 = 4096;
/// The bytes that are unpacked at once.
const BUFFER_BYTES: usize = 1 << 16;

/// Reads a `.npy` file of bytes of the shape `[rows, width]` from `file` and hands over its rows in order.
///
/// # Errors
/// Returns an error if it is another array or is cut off, and the error of `on_row`.
pub(super) fn read(
    mut file: impl Read,
    (rows, width): (usize, usize),
    on_row: &mut dyn FnMut(&[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let damaged =
        |error: std::io::Error| Fault::new(format!("damaged data ({error})"), "a whole .npy array");
    let mut start = Vec::new();
    let read = file.by_ref().take(MAX_HEADER_BYTES).read_to_end(&mut start);
    read.map_err(damaged)?;
    let (header, data) = Header::parse(&start)?;
    if !matches!(&*header.element, "|u1" | "u1") || header.fortran_order {
        return Err(Fault::new(
            format!("elements of type `{}`", header.element),
            "bytes (`|u1`) in row-major order",
        ));
    }
    if header.shape != [rows, width] {
        return Err(Fault::new(
            format!("the shape {:?}", header.shape),
            format!("[{rows}, {width}]"),
        ));
    }
    let mut data = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(data).chain(file));
    let mut row = vec![0; width];
    for _ in 0..rows {
        data.read_exact(&mut row).map_err(damaged)?;
        on_row(&row)?;
    }
    match data.read(&mut [0]) {
        Ok(0) => Ok(()),
        Ok(_) => Err(Fault::new(
            "bytes after the last row",
            format!("{rows} rows"),
        )),
        Err(error) => Err(damaged(error)),
    }
}
