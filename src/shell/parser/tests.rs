//! Which tree a script is.

use super::*;

/// The tree on one line, with quotes around each word.
fn say(list: &CommandList) -> String {
    let items: Vec<String> = list.0.iter().map(say_item).collect();
    items.join("; ")
}

fn say_item(item: &CommandItem) -> String {
    let mut text = String::new();
    for (index, pipeline) in item.pipelines.iter().enumerate() {
        let joint = if pipeline.joint == Joint::And { " && " } else { " || " };
        text += if index == 0 { "" } else { joint };
        text += if pipeline.negated { "! " } else { "" };
        text += &pipeline.commands.iter().map(say_command).collect::<Vec<_>>().join(" | ");
    }
    text + if item.background { " &" } else { "" }
}

fn say_words(words: &[ShellWord]) -> String {
    words.iter().map(|word| format!("<{}>", word.text)).collect::<Vec<_>>().join(" ")
}

fn say_command(command: &ShellCommand) -> String {
    let all = |lists: &[CommandList]| lists.iter().map(say).collect::<Vec<_>>().join(" / ");
    match &command.kind {
        CommandKind::Simple(words) => say_words(words),
        CommandKind::Subshell(list) => format!("({})", say(list)),
        CommandKind::Group(list) => format!("{{{}}}", say(list)),
        CommandKind::If { conditions, bodies } => format!("if[{}][{}]", all(conditions), all(bodies)),
        CommandKind::Loop { condition, body, .. } => format!("loop[{}][{}]", say(condition), say(body)),
        CommandKind::Case { bodies, .. } => format!("case[{}]", all(bodies)),
        CommandKind::Function { name, body } => format!("{name}() {}", say_command(body)),
        CommandKind::Test(_) => "?".to_owned(),
    }
}

#[test]
fn scripts_become_trees() {
    for (script, tree) in [
        ("", ""),
        ("# only a comment", ""),
        ("cargo test -p 'a b' \"c\\\"d\" e\\ f#g # h", "<cargo> <test> <-p> <a b> <c\"d> <e f#g>"),
        ("a && b || c; ! d &\ne", "<a> && <b> || <c>; ! <d> &; <e>"),
        ("a |\n b |& c 2>&1 >/dev/null &>x", "<a> | <b> | <c>"),
        ("a \\\n b", "<a> <b>"),
        ("(cd x; make) && { a; b; }", "(<cd> <x>; <make>) && {<a>; <b>}"),
        ("if a; then b; elif c\nthen d; else e; fi | f", "if[<a> / <c>][<b> / <d> / <e>] | <f>"),
        ("for f in *.sh; do sh $f; done", "loop[][<sh> <$f>]"),
        ("for ((i = 0; i < 3; i++)); do a; done", "loop[][<a>]"),
        ("while read x; do y; done < file", "loop[<read> <x>][<y>]"),
        ("cat <<'EOF' > x\nif then ((\nEOF\ntest -f x", "<cat>; <test> <-f> <x>"),
        ("cat <<-A <<B; c\n\ta\n\tA\nb\n\tB\nB\nd", "<cat>; <c>; <d>"),
        ("f() { exit 1; }\nf a", "f() {<exit> <1>}; <f> <a>"),
        ("function f { a; }; function g() (b)", "f() {<a>}; g() (<b>)"),
        ("case $x in a) b;; *) c;; esac; d", "case[<b> / <c>]; <d>"),
        ("case x in\n(a | b)\n c\n d ;&\n*) ;;\nesac | e", "case[<c>; <d> / ] | <e>"),
        ("[[ $a == b* && -f c ]] || e", "? || <e>"),
        ("(( a > 1 )) && b; ((c))", "? && <b>; ?"),
        ("time (a) | b; time c", "(<a>) | <b>; <time> <c>"),
        ("echo \"$(cargo test; echo ')')\" `a; b`", "<echo> <$(cargo test; echo ')')> <`a; b`>"),
        ("diff <(a b) <(c) > >(d)", "<diff> <<(a b)> <<(c)>"),
        ("test '${a}' = \"${b:-x y}\"", "<test> <${a}> <=> <${b:-x y}>"),
        ("a $'b c' $\"d\"", "<a> <b c> <d>"),
        ("> file", ""),
    ] {
        assert_eq!(parse(script).as_ref().map(say).as_deref(), Some(tree), "{script}");
    }
}

#[test]
fn the_scripts_inside_of_words_are_kept() {
    for (script, expected) in [
        ("x$(./a.sh; echo $(b))$y`c`", &["./a.sh; echo $(b)", "c"][..]),
        ("'$(a)'\"$(b)\"", &["b"]),
        ("${a:-$(b)}", &["b"]),
        ("$((1 + $(b)))", &["b"]),
        ("`a \\`b\\``", &["a `b`"]),
        ("<(a)", &["a"]),
        ("\\$(a", &[]),
    ] {
        assert_eq!(first_words(script)[0].scripts, expected, "{script}");
    }
    let list = parse("cat <<A <<'B'\n$(a)\nA\n$(b)\nB\n").unwrap();
    let documents = list.0[0].pipelines[0].commands[0].redirections.iter().map(|one| one.document.clone());
    let scripts: Vec<_> = documents.map(|document| document.unwrap().scripts).collect();
    assert_eq!(scripts, [vec!["a".to_owned()], vec![]]);
}

#[test]
fn what_is_no_script_is_none_and_its_pieces_are_read() {
    for (script, pieces) in [
        ("'", "<>"),
        ("git push; '", "<git> <push>; <>"),
        ("\"a b", "<a b>"),
        ("a &&", "<a>"),
        ("| a", "<a>"),
        ("if a; then b c", "<a>; <b> <c>"),
        ("(a", "<a>"),
        ("a)", "<a>"),
        ("{ a;", "<a>"),
        ("echo $(a b", "<echo> <$(a b>"),
        ("fi; done )", "<fi>; <done>"),
        ("f() { a", "<f>; <a>"),
    ] {
        assert_eq!(parse(script), None, "{script}");
        assert_eq!(say(&read(script)), pieces, "{script}");
    }
    for endless in ["(", "$(", "`\\", "${", "<(", "{ ", "(("] {
        assert_eq!(parse(&endless.repeat(100_000)), None, "{endless}");
    }
    let closed = format!("echo {}{}", "${a:-".repeat(50_000), "}".repeat(50_000));
    assert!(parse(&closed).is_some());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(script in "[a-z \n;&|(){}<>'\"`$\\\\#!=\\[\\]]{0,60}") {
        parse(&script);
        read(&script);
    }

    #[test]
    fn anything_at_all_is_read(script in "\\PC*") {
        read(&script);
    }
}
