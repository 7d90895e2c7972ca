//! Which commands can fail, and which cannot.

use proptest::prelude::*;

use super::*;
use crate::validate::MapFiles;

fn why(script: &str) -> Option<String> {
    why_written_so(script)
}

#[test]
fn what_cannot_fail_is_seen_through() {
    for script in [
        "",
        "# cargo test",
        "true",
        "/bin/true",
        "/usr/bin/env true",
        ":",
        "exit 0",
        "exit 00",
        "echo all tests pass",
        "echo \"$(cargo test)\"",
        "cargo test || true",
        "cargo test || :",
        "cargo test 2>&1 || echo failed",
        "cargo test && echo ok || echo failed",
        "(cargo test) || exit 0",
        "{ cargo test; cargo clippy; } || true",
        "set +e\ncargo test\necho done",
        "set +e; cargo test; exit 0",
        "if cargo test; then echo PASS; else echo FAIL; fi",
        "if [ -f x ]; then echo yes; fi",
        "[ -f x ] && echo ok || echo missing",
        "for f in a b; do cargo test -p $f || true; done",
        "while read line; do echo $line; done < file",
        "cargo test &",
        "trap 'exit 0' EXIT; cargo test",
        "bash -c 'cargo test; true'",
        "sh -c 'jest | tee log'",
        "set +o pipefail; cargo test | cat",
        "timeout 60 true",
        "A=1 true",
        "exit 0; cargo test",
        "export RESULT=$(cargo test)",
        "readonly X=$(cargo test)",
        "typeset X=$(cargo test)",
        "trap 'echo failed; exit 0' ERR; cargo test",
        "eval 'cargo test || true'",
        "eval true",
        "env -i true",
        "timeout -k 1 5 true",
        "nice -n 5 env -u X A=1 true",
        "! false",
        "true <<EOF | :\ncargo test\nEOF",
        "[ 1 = 1 ]",
        "test ok && echo fine",
        "pytest() { echo 5 passed; }\npytest -q tests",
        "check() (cargo test || true); check",
        "function check { cargo test || true; }; check",
        "case $X in a) cargo test || true ;; *) echo none ;; esac",
        "bash <<'END'\ncargo test\ntrue\nEND",
        "echo <(cargo test)",
    ] {
        assert!(why(script).is_some(), "{script}");
    }
}

#[test]
fn what_may_fail_is_left_alone() {
    for script in [
        "cargo test",
        "cargo test; true",
        "test -f x && cargo test; true",
        "cargo test\necho done",
        "cargo test && echo ok",
        "cargo test || exit 1",
        "cargo test || (echo no; exit 1)",
        "cargo test || { echo no; exit 1; }",
        "! grep -q TODO src/lib.rs",
        "cargo test | tee log",
        "cargo test 2>&1 | grep -q ok",
        "if ! cargo test; then exit 1; fi",
        "for f in a b; do sh $f; done",
        "echo start && cargo test",
        "set -e; cargo test; exit 0",
        "(cd x && make)",
        "bash -ec 'cargo test; true'",
        "bash -c \"$SCRIPT\"",
        "test \"$(cat x)\" = y",
        "x=$(cargo test)",
        "[[ -f x ]]",
        "$CMD || false",
        "true && false || grep x y",
        "python3 - <<'EOF'\nprint(1)\nEOF",
        "set +e; cargo test; status=$?; exit $status",
        "f() { cargo test; }; f",
        "f() { echo 1; }; f; g",
        "f() { f; }; f",
        "[ 1 = 2 ]",
        "cargo() { command cargo \"$@\"; }; cargo test",
        "exec cargo test",
        "trap 'exit 0' ERR; cargo test || exit 1",
        "trap 'exit 0' ERR; test -f a && test -f b",
        "trap 'exit 1' ERR; cargo test",
        "eval \"$CHECK\" || false",
        "eval cargo test",
        "env -i cargo test",
        "command -v cargo",
        "xargs test -f < files",
        ". ./lib.sh",
        "! true",
        "cd app && echo ok",
        "case $X in a) cargo test ;; *) echo none ;; esac",
        "case $(./check.sh) in *ok*) ;; *) exit 1 ;; esac",
        "bash <<'END'\ncargo test\nEND",
        "bash <<END\n$CHECK\nEND",
        "cargo() { true; }; command cargo test",
        "sh -c 'exec cargo test; true'",
        "diff <(cargo run) expected.txt",
        "(( $(./count.sh) > 3 ))",
        "'",
    ] {
        assert_eq!(why(script), None, "{script}");
    }
}

#[test]
fn the_reason_says_what_hides_the_failure() {
    assert_eq!(why("echo ok").unwrap(), "nothing in it can fail");
    assert_eq!(why("cargo test || true").unwrap(), "it exits 0 whatever fails in it");
    let files = MapFiles::new(
        Path::new("/"),
        &[("Makefile", "test:\n\t@echo testing\n\t@cargo test; true\n"), ("app/README.md", "")],
    );
    let why = |script| why_vacuous(&files, Path::new("/"), script);
    assert_eq!(why("make test").unwrap(), "it runs the target `test` of Makefile, which cannot fail");
    assert_eq!(why("make test && cargo test"), None);
    assert_eq!(why("(cd app && make test)"), None);
    assert_eq!(why("(cd elsewhere && make test)"), None);
}

#[test]
fn what_calls_itself_comes_to_an_end() {
    let makefile = format!("test:\n{}", "\tmake test\n".repeat(1000));
    let files = MapFiles::new(Path::new("/"), &[("Makefile", &makefile)]);
    assert_eq!(why_vacuous(&files, Path::new("/"), "make test"), None);
    let call = |at: u32| format!("f{at}() {{ f{0}; f{0}; }}\n", at + 1);
    let calls = (0..100).map(call).collect::<Vec<_>>().concat();
    assert_eq!(why(&format!("{calls} f0")), None);
}

proptest! {
    #[test]
    fn no_script_is_too_strange(script in "[a-z \n;&|(){}<>'\"`$\\\\#!=0-]{0,80}") {
        why(&script);
    }

    #[test]
    fn a_failure_at_the_end_is_never_hidden(words in prop::collection::vec("[a-z]{1,6}", 1..4)) {
        // Words such as `if` make no script, and that is no reason either.
        let script = format!("{}\nfalse", words.join(" "));
        prop_assert_eq!(why(&script), None);
    }
}

/// Scripts that cannot fail, though a command that can stands in most of them.
const EMPTY: &[&str] = &[
    "cat <(cargo test)",
    "for x in a b; do cargo test -p $x || continue; done",
    "case x in x) cargo test || : ;; esac",
    "cat <<E\n$(cargo test)\nE",
    r#"cat <<< "$(cargo test)""#,
    "if cargo test; then :; fi",
    "if cargo test; then :; else :; fi",
    "! ! true",
    "while false; do cargo test; done",
    "until true; do cargo test; done",
    "cargo test & wait",
    "cargo test & wait; echo done",
    "cargo test & sleep 1",
    "coproc cargo test",
    "! (exit 1)",
    "true && true",
    "false || true",
    r#": "$(cargo test)""#,
    r#"local_var="x" && echo $local_var"#,
    "cargo test || printf fail",
    "cargo test || return 0",
    "cargo test || { :; }",
    "(cargo test || true) && echo ok",
    "{ cargo test || true; }",
    "cargo test || true && true",
    "[ -n x ]",
    "[ 0 -eq 0 ]",
    "[[ 1 ]]",
    "[[ a == a ]]",
    "(( 1 ))",
    "((1+1))",
    "test 1 -lt 2",
    "true | true",
    "printf ok",
    "pwd",
    "date",
    "sleep 1",
    "which cargo || true",
    "cargo test > log || cat log",
    "while ! cargo test; do break; done",
    "until cargo test; do break; done",
    "time true",
    "command true",
    "builtin true",
    "exec true",
    "eval :",
    "env true",
    "bash -c true",
    "sh -c 'exit 0'",
    "trap 'exit 0' EXIT\ncargo test",
    "trap 'exit 0' ERR; set -e; cargo test",
    "set -e; cargo test || true",
    "set -e; cargo test && echo ok; echo",
    "cargo test | grep -c x || true",
    "f() { return 0; }; f",
    "cargo() { true; }; cargo test",
    r#"export X="$(cargo test)""#,
    "declare x=$(cargo test)",
    "echo `cargo test`",
    r#"[ -z "" ]"#,
    r#"[ ! "" ]"#,
    "xargs true < /dev/null",
    "python3 -c pass",
    "python3 -c ''",
    "python3 -c 'print(1)'",
    "node -e ''",
    "node -e 'process.exit(0)'",
    "python3 -c 'import sys; sys.exit(0)'",
    "if false; then cargo test; fi",
    "if true; then true; else cargo test; fi",
    "true || cargo test",
    "exit 0\ncargo test",
    "{ cargo test; } || :",
    "cargo test ||:",
    "cargo test || >&2 echo no",
    "cargo test || echo no >&2",
    "[ -f x ] || exit 0",
    "(exit 0)",
    "(cargo test &)",
    "nohup cargo test &",
    "timeout 5 cargo test || true",
    "select x in a; do true; done < /dev/null",
    "mapfile -t x < <(cargo test)",
    r#"while read -r l; do echo "$l"; done < <(cargo test)"#,
    "cargo test && true || true",
    "if ! cargo test; then echo no; fi",
    "cargo test && exit 0 || exit 0",
];

#[test]
fn what_cannot_fail_is_seen_through_wherever_it_stands() {
    for script in EMPTY {
        assert!(why(script).is_some(), "{script}");
    }
}

#[test]
fn what_may_fail_is_left_alone_wherever_it_stands() {
    for script in [
        "cargo test & wait $!",
        "cargo test & wait %1",
        "cargo test || exit",
        "cargo test || exit $?",
        "cargo test; exit $?",
        "cargo test; echo $?",
        "cargo test 2>/dev/null ; echo",
        "until cargo test; do sleep 1; done",
        "for i in 1 2 3; do cargo test && break; done",
        "set -e; cargo test; echo",
        "cargo test | cat",
        "cargo test | tail -5",
        "set -o pipefail; cargo test | tail -5",
        "cargo test | grep -q passed",
        "(cargo test; true)",
        "(cargo test); :",
        "f() { cargo test; true; }; f",
        r#"test -n "$(date)""#,
        "python3 -c 'import app'",
        "false",
        "true; cargo test",
        r#"cargo test & p=$!; wait "$p""#,
        "wait -n",
        "cargo test || false",
        "cargo test || (exit 1)",
        "[ -f x ] || exit 1",
        "test -f x; :",
        "if cargo test; then :; else exit 1; fi",
        "if ! cargo test; then false; fi",
    ] {
        assert_eq!(why(script), None, "{script}");
    }
}
