//! Which texts are found, which are left alone, and which edits are refused.

use proptest::prelude::*;

use super::*;

fn edit(old: &str, new: &str) -> Replacement {
    Replacement { old_string: old.to_owned(), new_string: new.to_owned(), replace_all: false }
}

fn applied(original: &str, old: &str, new: &str) -> (String, MatchLevel) {
    let edited = apply(original, &[edit(old, new)]).unwrap_or_else(|failure| panic!("{failure}"));
    (edited.text, edited.level)
}

fn refused(original: &str, old: &str, new: &str) -> String {
    apply(original, &[edit(old, new)]).unwrap_err().to_string()
}

#[test]
fn each_level_finds_what_the_one_before_does_not() {
    let cases = [
        ("a\nb\nc\n", "b", "B", "a\nB\nc\n", MatchLevel::Exact),
        ("a  \nb\t\nc\n", "a\nb", "a\nB", "a  \nB\nc\n", MatchLevel::LineEnds),
        (
            "    if x {\n        y\n    }\n",
            "if x {\n    y\n}",
            "if x {\n    z\n\n}",
            "    if x {\n        z\n\n    }\n",
            MatchLevel::Indentation,
        ),
        (
            "if x {\n  y\n}\n",
            "  if x {\n    y\n  }",
            "  if x {\n    z\n  }",
            "if x {\n  z\n}\n",
            MatchLevel::Indentation,
        ),
        (
            "say \u{201c}hi\u{201d}\u{a0}\u{2013} now\nx\n",
            "say \"hi\" - now\nx",
            "say \"hi\" - now\ny",
            "say \u{201c}hi\u{201d}\u{a0}\u{2013} now\ny\n",
            MatchLevel::Typography,
        ),
    ];
    for (original, old, new, expected, level) in cases {
        assert_eq!(applied(original, old, new), (expected.to_owned(), level), "{old:?}");
    }
}

#[test]
fn line_ends_byte_order_mark_and_the_missing_last_newline_stay() {
    let cases = [
        ("a\r\nb\r\nc\r\n", "a\nb", "a\nB\nbb", "a\r\nB\r\nbb\r\nc\r\n"),
        ("a\r\nb\nc\r\nd\r\n", "a\nb\nc\nd\n", "a\nb\nC\nd\n", "a\r\nb\nC\r\nd\r\n"),
        ("\u{feff}a\nb", "a", "A", "\u{feff}A\nb"),
        ("\u{feff}a\nb", "\u{feff}a\nb", "a\nB", "\u{feff}a\nB"),
        ("a\nlast", "last\n", "end\n", "a\nend"),
        ("a\nlast  ", "last\n", "end\n", "a\nend"),
        ("a\nb\nc\n", "b\n", "", "a\nc\n"),
        ("a\rb\n", "a\rb", "c\rb", "c\rb\n"),
    ];
    for (original, old, new, expected) in cases {
        assert_eq!(applied(original, old, new).0, expected, "{original:?} {old:?}");
    }
}

#[test]
fn all_places_or_one_but_never_some() {
    let text = "x = 1\ny = 1\nx = 1\n";
    let message = "`old_string` is in the file 2 times, at lines 1, 3; add lines around it to make it unique, \
                   or set `replace_all`";
    assert_eq!(refused(text, "x = 1", "x = 2"), message);
    let all = Replacement { replace_all: true, ..edit("x = 1", "x = 2") };
    assert_eq!(apply(text, &[all]).unwrap().text, "x = 2\ny = 1\nx = 2\n");
    assert!(refused("aaa", "aa", "b").contains("2 times"));
    let all = Replacement { replace_all: true, ..edit("aa", "b") };
    assert_eq!(apply("aaaaa", &[all]).unwrap().text, "bba");
    assert!(refused("  x\n    x\n", "\tx\n", "y").contains("not in the file"));
    assert!(refused("\tx\n\t\tx\n", "x \n", "y").contains("2 times"));
}

#[test]
fn edits_are_all_made_against_the_original_or_none() {
    let text = "one\ntwo\nthree\n";
    let edits = [edit("three", "one"), edit("one", "two"), edit("two", "three")];
    assert_eq!(apply(text, &edits).unwrap().text, "two\nthree\none\n");
    let shared_context = [edit("one\ntwo", "ONE\ntwo"), edit("two\nthree", "two\nTHREE")];
    assert_eq!(apply(text, &shared_context).unwrap().text, "ONE\ntwo\nTHREE\n");
    let overlapping = [edit("one\ntwo", "1\n2"), edit("two", "zwei")];
    let failure = apply(text, &overlapping).unwrap_err();
    let expected = "edit 2 of 2 failed and none was made: it changes the same text as edit 1";
    assert!(failure.to_string().starts_with(expected));
}

#[test]
fn what_is_not_there_is_explained() {
    let text = "fn add(a: i32, b: i32) -> i32 {\n    a + b\n}\n\nfn sub() {}\n";
    let message = refused(text, "fn add(a: i32, b: i64) -> i32 {\n    a + b\n}", "x");
    assert_eq!(
        message,
        "`old_string` is not in the file (5 lines)\nsearched:\nfn add(a: i32, b: i64) -> i32 {\n    a + b\n}\n\
         did you mean, line 1:\nfn add(a: i32, b: i32) -> i32 {\n    a + b\n}"
    );
    let message = refused(text, "fn add(a: i32,b: i32) -> i32 {\n\ta + b\n}", "x");
    assert!(message.contains("the same but for white space, line 1:\nfn add(a: i32, b: i32)"), "{message}");
    let message = refused(text, "fn minus() {}", "fn sub() {}");
    assert!(message.contains("`new_string` is there already, at line 5"), "{message}");
    assert!(refused(text, "    5\tfn sub() {}", "x").contains("leave out the line numbers"));
    assert!(!refused(text, "something else entirely", "x").contains("did you mean"));
    assert_eq!(refused(text, "", "x"), "`old_string` is empty; give the text to replace, or use write_file");
    assert_eq!(refused(text, "x", "x"), "`old_string` and `new_string` are the same");
    let long = "a long line of text\n".repeat(1_000);
    assert!(refused(&long, &long.replace("long", "lang"), "x").len() <= 2 * 1024);
}

/// Lines with all kinds of ends, a mark at the front or not, a newline at the end or not.
fn any_file() -> impl Strategy<Value = String> {
    let line = ("[ \t]{0,4}[a-z]{0,6}[ \t]{0,2}", prop::sample::select(vec!["\n", "\r\n"]));
    let lines = prop::collection::vec(line, 0..30);
    (any::<bool>(), lines, "[a-z]{0,5}").prop_map(|(bom, lines, last)| {
        let lines: String = lines.iter().flat_map(|(line, end)| [line.as_str(), end]).collect();
        format!("{}{lines}{last}", if bom { "\u{feff}" } else { "" })
    })
}

/// A file, and an edit of some of its lines as a model would write it down.
fn any_edit() -> impl Strategy<Value = (String, Replacement)> {
    let parts = (any_file(), 0_usize..30, 1_usize..6, "[a-z\n ]{0,20}", 0_usize..3, any::<bool>());
    parts.prop_map(|(file, first, count, new, slip, replace_all)| {
        let flat = file.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let lines: Vec<&str> = flat.split('\n').skip(first).take(count).collect();
        let lines = lines.iter().map(|line| match slip {
            0 => (*line).to_owned(),
            1 => line.trim_end().to_owned(),
            _ => format!("  {}", line.trim_end()),
        });
        let old_string = lines.collect::<Vec<_>>().join("\n");
        (file, Replacement { old_string, new_string: new, replace_all })
    })
}

proptest! {
    #[test]
    fn bytes_outside_the_match_are_untouched((file, edit) in any_edit()) {
        let before = file.clone();
        if let Ok(edited) = apply(&file, std::slice::from_ref(&edit)) {
            let flat = Flat::of(&file);
            let found = matching::find(&flat, &flatten(&edit).old_string).unwrap();
            let (first, last) = (&found.places[0], &found.places[found.places.len() - 1]);
            prop_assert!(edited.text.starts_with(&file[..flat.original(first.start)]));
            prop_assert!(edited.text.ends_with(&file[flat.original(last.end)..]));
            for place in &found.places {
                let lines = flat.text[place.start..place.end].matches('\n').count();
                prop_assert!(lines <= edit.old_string.matches('\n').count());
            }
            if !FileShape::of(&file).crlf && !file.contains('\r') {
                prop_assert!(!edited.text.contains('\r'));
            }
            if FileShape::of(&file).crlf && file.matches('\n').count() == file.matches("\r\n").count() {
                prop_assert_eq!(edited.text.matches('\n').count(), edited.text.matches("\r\n").count());
            }
        }
        prop_assert_eq!(before, file);
    }

    #[test]
    fn places_map_back_to_the_original(file in any_file()) {
        let flat = Flat::of(&file);
        for (at, character) in flat.text.char_indices() {
            let original = &file[flat.original(at)..];
            let same = if character == '\n' { original.starts_with(['\n', '\r']) } else { original.starts_with(character) };
            prop_assert!(same);
        }
        prop_assert_eq!(flat.original(flat.text.len()), file.len());
    }
}
