//! Which words and operators a script is made of.

use pretty_assertions::assert_eq;

use super::*;

fn say(token: &Token) -> String {
    match token {
        Token::Word(word) => say_word(word),
        Token::Redirection(Redirection { operator, target, document }) => {
            let document = document.as_ref().map(|text| format!(" [{}]", text.text.replace('\n', "/")));
            format!("{operator} {}{}", say_word(target), document.unwrap_or_default())
        }
        Token::Arithmetic(word) => format!("arithmetic {}", word.text),
        Token::Line => "line".to_owned(),
        Token::Pipe => "|".to_owned(),
        Token::CaseEnd => ";;".to_owned(),
        other => {
            let written = OPERATORS.iter().find(|(_, token)| token == other);
            written.map_or("", |(written, _)| written).to_owned()
        }
    }
}

/// A word with `'` if it is quoted and `$` if it expands.
fn say_word(word: &ShellWord) -> String {
    let quoted = if word.quoted { "'" } else { "" };
    let expands = if word.expands { "$" } else { "" };
    format!("{expands}{quoted}{}{quoted}", word.text)
}

fn read(script: &str) -> Vec<String> {
    tokens(script).all.iter().map(say).collect()
}

#[test]
fn words_are_told_with_what_is_known_of_them() {
    for (script, expected) in [
        ("a b\tc", &["a", "b", "c"][..]),
        ("a\\ b", &["'a b'"]),
        ("a\\\nb", &["'ab'"]),
        ("a \\\n b", &["a", "b"]),
        ("'a b'c", &["'a bc'"]),
        ("''", &["''"]),
        ("\"a $b\"", &["$'a $b'"]),
        ("\"a \\$b \\\" \\n\"", &["'a $b \" \\n'"]),
        ("\"a\\\nb\"", &["'ab'"]),
        ("'$a'", &["'$a'"]),
        ("$'a b'", &["'a b'"]),
        ("$'a\\'b' c", &["$'a\\'b'", "c"]),
        ("$\"a b\"", &["'a b'"]),
        ("*.rs a? [b] ~/c", &["$*.rs", "$a?", "$[b]", "$~/c"]),
        ("'*.rs'", &["'*.rs'"]),
        ("${a:-b c}d", &["$${a:-b c}d"]),
        ("$(a 'b)' c)d", &["$$(a 'b)' c)d"]),
        ("`a b`c", &["$`a b`c"]),
        ("a#b #c", &["a#b"]),
        ("a=b c==d", &["a=b", "c==d"]),
        ("<(a b) c", &["$<(a b)", "c"]),
        ("$((1 + 2))", &["$$((1 + 2))"]),
    ] {
        assert_eq!(read(script), expected, "{script}");
    }
}

#[test]
fn operators_stand_for_themselves() {
    for (script, expected) in [
        ("a&&b||c", &["a", "&&", "b", "||", "c"][..]),
        ("a|b|&c", &["a", "|", "b", "|", "c"]),
        ("a;b&c\nd", &["a", ";", "b", "&", "c", "line", "d"]),
        ("(a)", &["(", "a", ")"]),
        (
            "x) a;; y) b ;& z) c ;;& esac",
            &["x", ")", "a", ";;", "y", ")", "b", ";;", "z", ")", "c", ";;", "esac"],
        ),
        ("((a < b))", &["arithmetic ((a < b))"]),
        ("((a); b)", &["(", "(", "a", ")", ";", "b", ")"]),
        ("# a\nb", &["line", "b"]),
    ] {
        assert_eq!(read(script), expected, "{script}");
    }
}

#[test]
fn redirections_are_no_words() {
    for (script, expected) in [
        ("a >b c", &["a", "> b", "c"][..]),
        ("a 2>&1 >>b", &["a", ">& 1", ">> b"]),
        ("a2>b", &["a2", "> b"]),
        ("a &>b", &["a", "&> b"]),
        ("a &>>b", &["a", "&>> b"]),
        ("<a >|b", &["< a", ">| b"]),
        ("a <<< 'b c'", &["a", "<<< 'b c'"]),
        ("a < <(b c)", &["a", "< $<(b c)"]),
        ("a >$b", &["a", "> $$b"]),
    ] {
        assert_eq!(read(script), expected, "{script}");
    }
}

#[test]
fn here_documents_are_the_texts_of_their_redirections() {
    for (script, expected) in [
        ("a <<E b\nc d\nE\nf", &["a", "<< E [c d/]", "b", "line", "f"][..]),
        ("a <<'E'\n$c\nE", &["a", "<< 'E' [$c/]", "line"]),
        ("a <<-E\n\tb\n\tE\nc", &["a", "<<- E [b/]", "line", "c"]),
        ("a <<E\n\tE\nE\nb", &["a", "<< E [\tE/]", "line", "b"]),
        ("a <<A <<B\n1\nA\n2\nB\nc", &["a", "<< A [1/]", "<< B [2/]", "line", "c"]),
        ("a <<E; b\nrm x", &["a", "<< E [rm x/]", ";", "b", "line"]),
        ("a <<E", &["a", "<< E"]),
    ] {
        assert_eq!(read(script), expected, "{script}");
    }
    let expands = |script: &str| {
        let all = tokens(script).all;
        let Some(Token::Redirection(Redirection { document: Some(document), .. })) = all.get(1) else {
            panic!("{script}")
        };
        document.expands
    };
    assert!(expands("a <<E\n$b\nE"));
    assert!(!expands("a <<E\nb\nE"));
    assert!(!expands("a <<'E'\n$b\nE"));
}

#[test]
fn what_is_not_closed_goes_to_the_end() {
    for (script, last) in [
        ("a 'b c", "'b c'"),
        ("a \"b c", "'b c'"),
        ("a \"b $(c", "$'b $(c'"),
        ("a $(b c", "$$(b c"),
        ("a ${b c", "$${b c"),
        ("a `b c", "$`b c"),
        ("a $'b c", "'b c'"),
        ("a <(b c", "$<(b c"),
    ] {
        let found = tokens(script);
        assert_eq!((found.all.last().map(say).as_deref(), found.whole), (Some(last), false), "{script}");
    }
    assert!(tokens("a 'b' \"c $(d)\" `e` ${f} $'g' <(h)").whole);
}

#[test]
fn brackets_close_outside_of_quotes() {
    for (text, expected) in [
        ("(a)b", Some(3)),
        ("(a(b)c)d", Some(7)),
        ("(')')", Some(5)),
        ("(\")\" \\) )", Some(9)),
        ("(a", None),
        ("('a)", None),
    ] {
        assert_eq!(closed(text, '(', ')'), expected, "{text}");
    }
}
