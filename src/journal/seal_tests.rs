//! Every change of a sealed journal is found, and what was not changed is believed.

use proptest::prelude::*;

use super::*;

const PLACE: &[u8] = b"/project\0plan-md-01234567";

fn key() -> Key {
    Key::of(&[7; 32]).unwrap()
}

fn begin() -> Chain {
    Chain::begin(&key(), PLACE)
}

/// The lines of a journal with this many records, and its end.
fn sealed(records: u64) -> (Vec<Vec<u8>>, JournalHead) {
    let mut chain = begin();
    let record = |seq| format!(r#"{{"run":"r","seq":{seq},"type":"warning","code":"c","message":"m{seq}"}}"#);
    let lines = (1..=records).map(|seq| chain.line(record(seq).as_bytes())).collect();
    (lines, JournalHead { records, seal: chain.last })
}

fn verdict(lines: &[Vec<u8>], head: JournalHead) -> (JournalVerdict, u64) {
    let proof = examine(&lines.concat(), begin(), Some(head));
    (proof.verdict, proof.chain.records)
}

#[test]
fn a_line_is_json_with_its_seal_as_the_last_field() {
    let (lines, _) = sealed(1);
    let line: serde_json::Value = serde_json::from_slice(&lines[0]).unwrap();
    assert_eq!(line["seal"].as_str().unwrap().len(), 64);
    assert_eq!(examine(&lines.concat(), begin(), None).bytes, lines[0].len());
}

#[test]
fn what_was_done_is_named() {
    let (lines, head) = sealed(6);
    let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut lines = lines.clone();
        change(&mut lines);
        verdict(&lines, head)
    };
    let broken = |record, fault| (JournalVerdict::Broken { record, fault }, record - 1);
    assert_eq!(with(&|_| {}), (JournalVerdict::Whole, 6));
    assert_eq!(with(&|lines| drop(lines.remove(2))), broken(3, SealFault::Gap { seq: 4 }));
    assert_eq!(with(&|lines| lines.swap(2, 4)), broken(3, SealFault::Gap { seq: 5 }));
    assert_eq!(with(&|lines| lines[4] = lines[1].clone()), broken(5, SealFault::Misplaced { seq: 2 }));
    assert_eq!(with(&|lines| lines[3][20] ^= 1), broken(4, SealFault::Changed));
    assert_eq!(with(&|lines| lines.truncate(3)), (JournalVerdict::Truncated { known: 6 }, 3));
    assert_eq!(with(&Vec::clear), (JournalVerdict::Truncated { known: 6 }, 0));
    assert_eq!(with(&|lines| lines[0] = b"{\"seq\":1}\n".to_vec()), broken(1, SealFault::Unsealed));
    assert_eq!(with(&|lines| lines.push(b"{\"seq\":7}\n".to_vec())), broken(7, SealFault::Unsealed));
}

#[test]
fn a_journal_of_another_place_or_key_is_foreign_here_and_a_forgery_where_there_was_one() {
    let (lines, head) = sealed(3);
    let elsewhere = [Chain::begin(&key(), b"/other"), Chain::begin(&Key::of(&[8; 32]).unwrap(), PLACE)];
    for chain in elsewhere {
        let examined = |head| examine(&lines.concat(), chain.clone(), head).verdict;
        assert_eq!(examined(None), JournalVerdict::Foreign);
        assert_eq!(examined(Some(head)), JournalVerdict::Broken { record: 1, fault: SealFault::Changed });
    }
    assert_eq!(examine(b"{\"seq\":1}\n", begin(), None).verdict, JournalVerdict::Unsealed);
    assert_eq!(examine(b"", begin(), None).verdict, JournalVerdict::Whole);
}

#[test]
fn what_a_kill_leaves_is_no_forgery() {
    let (lines, end) = sealed(5);
    let whole = lines.concat();
    for written in 0..=5_usize {
        // The head is written after the record that it names, so it can only be behind.
        let (_, head) = sealed(written as u64);
        for cut in lines[..written].concat().len()..=whole.len() {
            let proof = examine(&whole[..cut], begin(), (written > 0).then_some(head));
            assert_eq!(proof.verdict, JournalVerdict::Whole, "head at {written}, cut at {cut}");
            assert!(whole[..cut].len() - proof.bytes < lines[0].len() + 2, "only the torn line is left out");
        }
    }
    assert_eq!(verdict(&lines, end), (JournalVerdict::Whole, 5));
}

proptest! {
    #[test]
    fn every_change_of_a_byte_is_found(records in 1_u64..8, at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let (lines, head) = sealed(records);
        let mut bytes = lines.concat();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let proof = examine(&bytes, begin(), Some(head));
        prop_assert!(proof.verdict.is_forgery(), "{:?}", proof.verdict);
        let before = bytes[..at].split(|&byte| byte == b'\n').count() - 1;
        prop_assert!(proof.chain.records <= before as u64, "nothing from the changed byte on is believed");
    }

    #[test]
    fn every_deletion_swap_replay_and_truncation_is_found(
        records in 2_u64..10, one in any::<prop::sample::Index>(), two in any::<prop::sample::Index>(), how in 0..5,
    ) {
        let (mut lines, head) = sealed(records);
        let whole = lines.clone();
        let (one, two) = (one.index(lines.len()), two.index(lines.len()));
        match how {
            0 => drop(lines.remove(one)),
            1 => lines.swap(one, two),
            2 => lines.insert(one, whole[two].clone()),
            3 => lines.truncate(one),
            _ => lines[one].truncate(two),
        }
        prop_assume!(lines.concat() != whole.concat());
        let (verdict, believed) = verdict(&lines, head);
        prop_assert!(verdict.is_forgery(), "{verdict:?}");
        let believed = usize::try_from(believed).unwrap();
        prop_assert_eq!(&lines[..believed], &whole[..believed]);
    }
}
