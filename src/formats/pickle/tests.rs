use proptest::prelude::*;

use super::machine::{MAX_OPCODES, MAX_STACK};
use super::*;

/// `{'list': [1, 300, -70000, 2**70, 2.5, None, True, 'é€'], 'tuple': (1, (2,), ()), 'bytes': b'\0\xffz',
/// 'ordered': OrderedDict([('x', False)]), 'again': <the list>}` by Python's `pickle.dumps` in every protocol.
const PROTOCOLS: [&[u8]; 6] = [
    include_bytes!("../../../tests/fixtures/pickles/protocol-0.pkl"),
    include_bytes!("../../../tests/fixtures/pickles/protocol-1.pkl"),
    include_bytes!("../../../tests/fixtures/pickles/protocol-2.pkl"),
    include_bytes!("../../../tests/fixtures/pickles/protocol-3.pkl"),
    include_bytes!("../../../tests/fixtures/pickles/protocol-4.pkl"),
    include_bytes!("../../../tests/fixtures/pickles/protocol-5.pkl"),
];

#[test]
fn every_protocol_gives_the_same_values() {
    for (protocol, bytes) in PROTOCOLS.iter().enumerate() {
        let pickle = Pickle::parse(bytes).unwrap();
        let root = pickle.root();
        let list: Vec<_> = root.get("list").unwrap().sequence().unwrap().collect();
        let ints: Vec<_> = list[..4].iter().map(|value| value.int()).collect();
        assert_eq!(
            ints,
            [Some(1), Some(300), Some(-70_000), Some(1 << 70)],
            "protocol {protocol}"
        );
        assert_eq!(list[4].float(), Some(2.5));
        assert!(matches!(list[5].node(), Node::None));
        assert_eq!(list[6].bool(), Some(true));
        assert_eq!(list[7].text(), Some("é€"));
        let [one, two, empty] = root.get("tuple").unwrap().first().unwrap();
        assert_eq!(one.size(), Some(1));
        assert_eq!(two.sizes(1).unwrap(), [2]);
        assert_eq!(empty.sizes(0), Some(Vec::new()));
        assert!(two.sizes(0).is_none());
        let bytes = root.get("bytes").unwrap().bytes().unwrap();
        assert_eq!(*bytes, [0, 0xFF, b'z']);
        let ordered = root.get("ordered").unwrap();
        assert_eq!(ordered.get("x").unwrap().bool(), Some(false));
        assert_eq!(root.get("again").unwrap().id, root.get("list").unwrap().id);
    }
}

#[test]
fn every_truncation_is_refused() {
    for bytes in PROTOCOLS {
        for length in 0..bytes.len() {
            assert!(Pickle::parse(&bytes[..length]).is_err(), "{length}");
        }
    }
}

#[test]
fn several_pickles_in_a_row_are_read_one_by_one() {
    let bytes = b"K\x01.K\x02.rest";
    let (first, rest) = Pickle::parse_first(bytes).unwrap();
    let (second, rest) = Pickle::parse_first(rest).unwrap();
    assert_eq!(
        (first.root().int(), second.root().int()),
        (Some(1), Some(2))
    );
    assert_eq!(rest, b"rest");
    assert!(Pickle::parse(bytes).is_err());
}

#[test]
fn deep_nesting_does_not_overflow_the_call_stack() {
    let tuples = [b")".as_slice(), &[0x85; 200_000], b"."].concat();
    assert!(Pickle::parse(&tuples).is_ok());
    let lists = [vec![b'('; 200_000], vec![b'l'; 200_000], b".".to_vec()].concat();
    let fault = Pickle::parse(&lists).unwrap_err();
    assert!(fault.found.contains("open lists"), "{fault}");
}

#[test]
fn memo_tricks_never_make_more_values_than_opcodes() {
    // Each tuple holds the previous one twice, a hundred times over: 2^100 leaves, but 101 values.
    let mut doubling = b")".to_vec();
    for entry in 0..100 {
        doubling.extend([b'q', entry, b'h', entry, 0x86]);
    }
    doubling.push(b'.');
    assert_eq!(Pickle::parse(&doubling).unwrap().nodes.len(), 101);
    // A list that holds itself.
    let cycle = Pickle::parse(b"]q\x00h\x00a.").unwrap();
    let [inner] = cycle.root().first().unwrap();
    assert_eq!(inner.id, cycle.root().id);
}

#[test]
fn too_many_opcodes_or_stacked_values_are_refused() {
    for pair in [b"20", b"N0"] {
        let mut bytes = b"N".to_vec();
        bytes.extend(pair.repeat(MAX_OPCODES));
        let fault = Pickle::parse(&bytes).unwrap_err();
        assert!(fault.found.contains("opcodes"), "{fault}");
    }
    let fault = Pickle::parse(&vec![b'N'; MAX_STACK + 2]).unwrap_err();
    assert!(fault.found.contains("on its stack"), "{fault}");
}

#[test]
fn lengths_beyond_the_data_are_refused_without_allocating() {
    for bytes in [
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc.".as_slice(),
        b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc.",
        b"X\xff\xff\xff\xffabc.",
        b"\x8b\xff\xff\xff\xffabc.",
        b"\x8a\x11aaaaaaaaaaaaaaaaa.",
    ] {
        assert!(Pickle::parse(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn malformed_sequences_of_opcodes_are_refused() {
    for bytes in [
        b"".as_slice(),
        b".",
        b"0.",
        b"t.",
        b"(.",
        b"N(a.",
        b"NNa.",
        b"NNNs.",
        b"}(Nu.",
        b"NNR.",
        b"cos\nsystem\nNR.",
        b"NNb.",
        b"h\x00.",
        b"gx\n.",
        b"\x82\x01.",
        b"\x97.",
        b"\x80\x06N.",
        b"X\x01\x00\x00\x00\xff.",
        b"V\\ud800\n.",
        b"V\\u12\n.",
        b"I1x\n.",
        b"S'a\\x41'\n.",
        b"KK\x93.",
    ] {
        assert!(Pickle::parse(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn a_call_is_kept_as_a_name_and_its_arguments() {
    let pickle = Pickle::parse(b"cos\nsystem\n(Vecho\ntR.").unwrap();
    let object = pickle.root().object().unwrap();
    assert_eq!(object.constructor, "os.system");
    let [argument] = object.arguments.first().unwrap();
    assert_eq!(argument.text(), Some("echo"));
    assert_eq!(pickle.root().describe(), "an object of os.system");
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Pickle::parse(&bytes);
    }

    #[test]
    fn random_changes_to_a_pickle_never_panic(
        protocol in 0..PROTOCOLS.len(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = PROTOCOLS[protocol].to_vec();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(pickle) = Pickle::parse(&bytes) {
            let _ = pickle.root().get("list").map(|list| list.sizes(9));
            pickle.root().describe();
        }
    }
}
