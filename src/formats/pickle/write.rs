//! Writes Python pickles: plain values, and the calls by which Python builds arrays and tensors again.
//!
//! The format is documented in Python's `pickletools`. Nothing is memoised: a value that occurs twice is written twice.

/// The protocols that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// What `torch.save` writes, and the only one that `torch.load` reads without running code.
    Two,
    /// The first with bytes; what `numpy.save` writes.
    Three,
}

/// A value to be pickled.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    None,
    Bool(bool),
    Int(i64),
    Text(String),
    /// Bytes; only in [`Protocol::Three`].
    Bytes(Vec<u8>),
    /// A function or class: its module and its name.
    Global(&'static str, &'static str),
    Tuple(Vec<Self>),
    List(Vec<Self>),
    Dict(Vec<(Self, Self)>),
    /// The result of a call, and the state that it is given afterwards.
    Call {
        function: Box<Self>,
        arguments: Vec<Self>,
        state: Option<Box<Self>>,
    },
    /// A reference to something outside the pickle.
    Persistent(Box<Self>),
}

/// Returns the pickle of `value`.
pub(crate) fn pickle(value: &Written, protocol: Protocol) -> Vec<u8> {
    let version = match protocol {
        Protocol::Two => 2,
        Protocol::Three => 3,
    };
    let mut bytes = vec![0x80, version];
    append(value, &mut bytes);
    bytes.push(b'.');
    bytes
}

fn append(value: &Written, out: &mut Vec<u8>) {
    match value {
        Written::None => out.push(b'N'),
        Written::Bool(value) => out.push(if *value { 0x88 } else { 0x89 }),
        Written::Int(value) => append_int(*value, out),
        Written::Text(text) => {
            out.push(b'X');
            append_counted(text.as_bytes(), out);
        }
        Written::Bytes(bytes) => {
            out.push(b'B');
            append_counted(bytes, out);
        }
        Written::Global(module, name) => {
            out.extend(format!("c{module}\n{name}\n").into_bytes());
        }
        Written::Tuple(items) => {
            out.push(b'(');
            items.iter().for_each(|item| append(item, out));
            out.push(b't');
        }
        Written::List(items) => {
            out.extend(b"](");
            items.iter().for_each(|item| append(item, out));
            out.push(b'e');
        }
        Written::Dict(entries) => {
            out.extend(b"}(");
            for (key, value) in entries {
                append(key, out);
                append(value, out);
            }
            out.push(b'u');
        }
        Written::Call {
            function,
            arguments,
            state,
        } => {
            append(function, out);
            out.push(b'(');
            arguments.iter().for_each(|argument| append(argument, out));
            out.extend(b"tR");
            if let Some(state) = state {
                append(state, out);
                out.push(b'b');
            }
        }
        Written::Persistent(name) => {
            append(name, out);
            out.push(b'Q');
        }
    }
}

fn append_int(value: i64, out: &mut Vec<u8>) {
    if let Ok(value) = u8::try_from(value) {
        out.extend([b'K', value]);
    } else if let Ok(value) = i32::try_from(value) {
        out.push(b'J');
        out.extend(value.to_le_bytes());
    } else {
        out.extend([0x8a, 8]);
        out.extend(value.to_le_bytes());
    }
}

/// Appends a length of four bytes and what is so long.
fn append_counted(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::pickle::Pickle;

    #[test]
    fn values_are_read_back_as_written() {
        let numbers = [
            0,
            255,
            256,
            -1,
            70_000,
            i64::from(i32::MIN),
            1 << 40,
            i64::MIN,
        ];
        let value = Written::Tuple(vec![
            Written::List(numbers.map(Written::Int).to_vec()),
            Written::Dict(vec![(Written::Text("é".into()), Written::Bool(true))]),
            Written::Bytes(vec![0, 0xFF]),
            Written::None,
            Written::List(Vec::new()),
        ]);
        let bytes = pickle(&value, Protocol::Three);
        let pickle = Pickle::parse(&bytes).unwrap();
        let [list, table, raw, none, empty] = pickle.root().first().unwrap();
        let read: Vec<i64> = (list.sequence().unwrap())
            .map(|item| item.int().unwrap() as i64)
            .collect();
        assert_eq!(read, numbers);
        assert_eq!(table.get("é").unwrap().bool(), Some(true));
        assert_eq!(*raw.bytes().unwrap(), [0, 0xFF]);
        assert!(none.int().is_none() && none.text().is_none());
        assert_eq!(empty.sequence().unwrap().count(), 0);
    }

    #[test]
    fn a_call_keeps_its_arguments_and_its_state() {
        let value = Written::Call {
            function: Box::new(Written::Global("numpy", "dtype")),
            arguments: vec![Written::Text("i8".into())],
            state: Some(Box::new(Written::Tuple(vec![Written::Int(3)]))),
        };
        let bytes = pickle(&value, Protocol::Two);
        let pickle = Pickle::parse(&bytes).unwrap();
        let object = pickle.root().object().unwrap();
        assert_eq!(object.constructor, "numpy.dtype");
        let [kind] = object.arguments.first().unwrap();
        assert_eq!(kind.text(), Some("i8"));
        let [version] = object.state.unwrap().first().unwrap();
        assert_eq!(version.int(), Some(3));
    }
}
