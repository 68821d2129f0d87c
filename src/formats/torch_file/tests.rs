use std::io::{Cursor, Write};

use proptest::prelude::*;
use safetensors::tensor::Dtype;

use super::*;

/// Written by `tests/fixtures/torch/make.py`.
const CHECKPOINT: &[u8] = include_bytes!("../../../tests/fixtures/torch/checkpoint.pt");
const CHECKPOINT_BEFORE_1_6: &[u8] =
    include_bytes!("../../../tests/fixtures/torch/checkpoint-before-1.6.pt");
const STATE_DICT: &[u8] = include_bytes!("../../../tests/fixtures/torch/state-dict.pt");
const TENSOR: &[u8] = include_bytes!("../../../tests/fixtures/torch/tensor.pth");

fn state_dict(bytes: &[u8]) -> Result<StateDict, Fault> {
    state_dict_in(Cursor::new(bytes))
}

#[test]
fn tensors_of_every_type_and_layout_are_read_from_both_containers() {
    for bytes in [CHECKPOINT, CHECKPOINT_BEFORE_1_6, STATE_DICT] {
        let tensors = state_dict(bytes).unwrap().tensors;
        let counting: Vec<f32> = (0..24u8).map(f32::from).collect();
        let of = |name: &str, dtype, shape: &[usize]| {
            let tensor = &tensors[name];
            assert_eq!((tensor.dtype(), tensor.shape()), (dtype, shape), "{name}");
            tensor.to_f64().unwrap()
        };
        let f64s = |values: &[f32]| values.iter().map(|&v| f64::from(v)).collect::<Vec<_>>();
        let quarters: Vec<f64> = (0..6u8).map(|v| f64::from(v) / 4.0).collect();
        assert_eq!(of("float", Dtype::F32, &[4, 6]), f64s(&counting));
        assert_eq!(of("half", Dtype::F16, &[6]), quarters);
        assert_eq!(of("bfloat", Dtype::BF16, &[6]), quarters);
        assert_eq!(of("double", Dtype::F64, &[3]), [0.0, 1.0 / 3.0, 2.0 / 3.0]);
        assert_eq!(of("long", Dtype::I64, &[1, 2]), [-1.0, 2f64.powi(40)]);
        assert_eq!(of("byte", Dtype::U8, &[2]), [0.0, 255.0]);
        assert_eq!(of("bool", Dtype::BOOL, &[2]), [1.0, 0.0]);
        let transposed = of("transposed", Dtype::F32, &[6, 4]);
        assert_eq!(transposed[..5], [0.0, 6.0, 12.0, 18.0, 1.0]);
        assert_eq!(
            of("part", Dtype::F32, &[2, 3]),
            [6.0, 8.0, 10.0, 12.0, 14.0, 16.0]
        );
        assert_eq!(of("parameter", Dtype::F32, &[2, 1]), [0.5, 0.5]);
        assert_eq!(of("scalar", Dtype::F32, &[]), [7.5]);
        assert!(of("empty", Dtype::F32, &[0, 3]).is_empty());
        assert_eq!(tensors.len(), 12);
    }
}

#[test]
fn entries_besides_the_weights_are_listed_as_skipped() {
    for bytes in [CHECKPOINT, CHECKPOINT_BEFORE_1_6] {
        let skipped = state_dict(bytes).unwrap().skipped;
        assert_eq!(skipped, ["step", "epoch", "optimizer", "scaler"]);
    }
    assert!(state_dict(STATE_DICT).unwrap().skipped.is_empty());
}

#[test]
fn a_single_tensor_and_a_state_dict_are_not_confused() {
    let tensor = tensor_in(Cursor::new(TENSOR)).unwrap();
    assert_eq!(tensor.shape(), [12, 2]);
    let fault = tensor_in(Cursor::new(STATE_DICT)).unwrap_err();
    assert!(fault.expected.contains("single tensor"), "{fault}");
    let fault = state_dict(TENSOR).unwrap_err();
    assert!(fault.expected.contains("state dict"), "{fault}");
}

#[test]
fn every_truncation_is_refused() {
    for bytes in [STATE_DICT, CHECKPOINT_BEFORE_1_6] {
        for length in 0..bytes.len() {
            assert!(state_dict(&bytes[..length]).is_err(), "{length}");
        }
    }
}

/// Wraps a pickle and its storages in the container of PyTorch before 1.6.
fn stream(pickle: &[u8], storages: &[(&str, u64, &[u8])]) -> Vec<u8> {
    let mut bytes = b"\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.M\xe9\x03.".to_vec();
    bytes.extend(b"}X\x0d\0\0\0little_endian\x88s.");
    bytes.extend(pickle);
    bytes.push(b']');
    for (key, ..) in storages {
        bytes.extend([b"U", [key.len() as u8].as_slice(), key.as_bytes(), b"a"].concat());
    }
    bytes.push(b'.');
    for (_, elements, data) in storages {
        bytes.extend(elements.to_le_bytes());
        bytes.extend(*data);
    }
    bytes
}

/// Pickles `{'w': <tensor>}` with a tensor over the storage `s` of `elements` floats.
fn pickled_tensor(elements: i32, offset: i32, shape: &[i32], strides: &[i32]) -> Vec<u8> {
    let int = |value: i32| [b"J".as_slice(), &value.to_le_bytes()].concat();
    let tuple = |values: &[i32]| {
        let values: Vec<u8> = values.iter().flat_map(|&value| int(value)).collect();
        [b"(".as_slice(), &values, b"t"].concat()
    };
    [
        b"}U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01sU\x03cpu"
            .as_slice(),
        &int(elements),
        b"NtQ",
        &int(offset),
        &tuple(shape),
        &tuple(strides),
        b"\x89NtRs.",
    ]
    .concat()
}

#[test]
fn a_view_beyond_its_storage_is_refused() {
    let data = [0u8; 24];
    let read = |shape: &[i32], strides: &[i32], offset| {
        let pickle = pickled_tensor(6, offset, shape, strides);
        state_dict(&stream(&pickle, &[("s", 6, &data)]))
    };
    assert!(read(&[2, 3], &[3, 1], 0).is_ok());
    assert!(read(&[0, 3], &[3, 1], i32::MAX).is_ok());
    for (shape, strides, offset) in [
        ([2, 3].as_slice(), [3, 1].as_slice(), 1),
        (&[2, 3], &[4, 1], 0),
        (&[2, 4], &[3, 1], 0),
        (&[i32::MAX, i32::MAX], &[0, 0], 0),
        (&[i32::MAX; 8], &[i32::MAX; 8], 0),
        (&[7], &[0], 0),
        (&[2, 3], &[3], 0),
        (&[-1], &[1], 0),
        (&[2], &[-1], 1),
        (&[1; 40], &[1; 40], 0),
        (&[1], &[1], -1),
    ] {
        assert!(
            read(shape, strides, offset).is_err(),
            "{shape:?} {strides:?} {offset}"
        );
    }
}

#[test]
fn a_storage_shorter_than_its_declared_length_is_refused() {
    let pickle = pickled_tensor(6, 0, &[6], &[1]);
    for (elements, data) in [
        (6, [0u8; 20].as_slice()),
        (5, &[0; 20]),
        (u64::MAX, &[0; 24]),
    ] {
        assert!(state_dict(&stream(&pickle, &[("s", elements, data)])).is_err());
    }
    assert!(state_dict(&stream(&pickle, &[])).is_err());
}

#[test]
fn the_message_about_a_pickled_class_names_it() {
    let fault = state_dict(&stream(b"cmodels\nDiffusion\n)\x81.", &[])).unwrap_err();
    assert!(fault.found.contains("models.Diffusion"), "{fault}");
}

/// Writes an archive as PyTorch 1.6 and later do.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in members {
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        writer.start_file(*name, stored).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn big_endian_files_are_refused() {
    let pickle = pickled_tensor(1, 0, &[1], &[1]);
    let saved_on = |order: &[u8]| {
        let members = [
            ("w/data.pkl", pickle.as_slice()),
            ("w/byteorder", order),
            ("w/data/s", &[0; 4]),
        ];
        state_dict(&archive(&members))
    };
    assert!(saved_on(b"little").is_ok());
    assert!(saved_on(b"big").unwrap_err().found.contains("byte order"));

    let mut bytes = stream(&pickle, &[("s", 1, &[0; 4])]);
    assert!(state_dict(&bytes).is_ok());
    let flag = bytes.iter().position(|&byte| byte == 0x88).unwrap();
    bytes[flag] = 0x89;
    assert!(state_dict(&bytes).unwrap_err().found.contains("byte order"));
}

#[test]
fn an_archive_without_its_members_is_refused() {
    let pickle = pickled_tensor(1, 0, &[1], &[1]);
    for members in [
        [("w/data.pkl", pickle.as_slice()), ("w/data/t", &[0; 4])],
        [("w/data.pkl", pickle.as_slice()), ("w/data/s", &[0; 3])],
        [("data.pkl", pickle.as_slice()), ("data/s", &[0; 4])],
        [("w/other.pkl", pickle.as_slice()), ("w/data/s", &[0; 4])],
    ] {
        assert!(state_dict(&archive(&members)).is_err(), "{}", members[0].0);
    }
}

proptest! {
    #[test]
    fn random_changes_to_a_file_never_panic(
        stream in any::<bool>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = if stream { CHECKPOINT_BEFORE_1_6 } else { STATE_DICT }.to_vec();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = state_dict(&bytes);
    }
}
