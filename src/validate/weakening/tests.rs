//! Which changes are marked, which are only named, and which are neither.

use super::*;
use crate::workspace::diff::unified;

/// Old and new texts of files, compared; an empty text is a file that is not there.
fn compare_files(files: &[(&str, &str, &str)], named: &[&str]) -> Vec<String> {
    let name = |side: &str, path: &str, text: &str| {
        if text.is_empty() { "/dev/null".to_owned() } else { format!("{side}/{path}") }
    };
    let diff: String = files
        .iter()
        .map(|(path, old, new)| unified(old, new, &name("a", path, old), &name("b", path, new)))
        .collect();
    let run = named.iter().map(|&name| name.to_owned()).collect();
    let named = NamedFiles { run, compared: ["out/right.txt".to_owned()].into() };
    let touched = compare(&diff, &named, |path| path == "Makefile");
    if touched.marks.is_empty() { touched.files } else { touched.marks }
}

const RUST: &str = "#[test]\nfn adds() {\n    let sum = add(1, 2);\n    assert_eq!(sum, 3);\n}\n";

#[test]
fn an_assertion_that_went_is_seen_in_many_languages() {
    for (path, line) in [
        ("tests/a.rs", "    assert_eq!(sum, 3);"),
        ("src/lib.rs", "        assert!(holds);"),
        ("tests/test_a.py", "    assert total == 3"),
        ("a_test.py", "        self.assertEqual(total, 3)"),
        ("src/a.test.ts", "  expect(total).toBe(3);"),
        ("spec/a.spec.js", "  total.should.equal(3);"),
        ("a_test.go", "\t\tt.Errorf(\"got %d\", total)"),
        ("a_test.go", "\trequire.Equal(t, 3, total)"),
        ("src/test/java/ATest.java", "    assertThat(total).isEqualTo(3);"),
        ("tests/a.cpp", "  EXPECT_EQ(total, 3);"),
    ] {
        let (old, new) = (format!("before\n{line}\nafter\n"), "before\nafter\n");
        let mark = format!("{path}: 1 assertion is gone, and none came");
        assert_eq!(compare_files(&[(path, &old, new)], &[]), [mark], "{line}");
        let another = old.replace('3', "4").replace("holds", "stays").replace("got", "was");
        let unmarked: &[&str] = if path == "src/lib.rs" { &[] } else { &[path] };
        assert_eq!(compare_files(&[(path, &old, &another)], &[]), unmarked, "{line}");
    }
}

#[test]
fn a_skip_that_came_is_seen_in_many_languages() {
    for (path, line) in [
        ("tests/a.rs", "#[ignore]"),
        ("src/lib.rs", "#[ignore = \"slow\"]"),
        ("tests/test_a.py", "@pytest.mark.skip(reason=\"later\")"),
        ("tests/test_a.py", "    pytest.skip(\"later\")"),
        ("tests/test_a.py", "@unittest.skipIf(True, \"later\")"),
        ("a.test.js", "it.skip('adds', () => {"),
        ("a.test.js", "describe.only('one', () => {"),
        ("a.test.js", "xit('adds', () => {"),
        ("a_test.go", "\tt.Skip(\"later\")"),
        ("src/test/java/ATest.java", "    @Disabled"),
        ("test_a.py", "    @unittest.expectedFailure"),
        ("test_a.py", "pytestmark = pytest.mark.xfail"),
        ("test_a.py", "pytestmark = [mark.skip]"),
        ("test_a.py", "    pytest.param(1, marks=pytest.mark.xfail),"),
        ("test_a.py", "        raise unittest.SkipTest()"),
        ("test_a.py", "    raise SkipTest"),
        ("test_a.py", "    __test__ = False"),
        ("test_a.py", "def load_tests(loader, tests, pattern):"),
        ("a.test.js", "test('adds', { todo: true }, () => {"),
        ("a.test.js", "it('adds', { skip: 'later' }, () => {"),
        ("a.test.js", "const t = require('node:test'); test('adds', { todo: true }, () => {"),
        ("tests/a.rs", "#![cfg(any())]"),
        ("src/lib.rs", "#[cfg(any())]"),
    ] {
        let (old, new) = ("before\nafter\n", format!("before\n{line}\nafter\n"));
        let mark = format!("{path}: a test is skipped that was not");
        assert_eq!(compare_files(&[(path, old, &new)], &[]), [mark], "{line}");
    }
}

#[test]
fn a_test_that_is_none_any_more_is_seen_in_many_languages() {
    for (path, was, is) in [
        ("tests/a.rs", "#[test]", "#[allow(dead_code)]"),
        ("src/lib.rs", "    #[tokio::test(flavor = \"current_thread\")]", "    #[expect(dead_code)]"),
        ("test_a.py", "def test_sum():", "def _test_sum():"),
        ("test_a.py", "    async def test_sum(self):", "    async def check_sum(self):"),
        ("a.test.js", "  it('adds', () => {", "  later('adds', () => {"),
        ("a_test.go", "func TestAdds(t *testing.T) {", "func adds(t *testing.T) {"),
        ("src/test/java/ATest.java", "    @Test", "    @SuppressWarnings"),
    ] {
        let (old, new) = (format!("{was}\nfn adds\n"), format!("{is}\nfn adds\n"));
        let other = ("tests/other.rs", "old\n", "old\n#[test]\nfn other() {}\n");
        let found = compare_files(&[(path, &old, &new), other], &[]);
        assert_eq!(found, [format!("{path}: 1 test is gone")], "{was}");
    }
    let beside = [("test_a.py", "def test_sum():\n", "def _test_sum():\n    pass\ndef test_new():\n")];
    assert_eq!(compare_files(&beside, &[]), ["test_a.py: 1 test is gone"]);
    let text =
        [("src/words.rs", "const WORDS: &str = \"manual \\\n    test\";\n", "const WORDS: &str = \"\";\n")];
    assert_eq!(compare_files(&text, &[]), [""; 0]);
    let renamed = [("test_a.py", "def test_sum():\n", "def test_all_sums():\n")];
    assert_eq!(compare_files(&renamed, &[]), ["test_a.py"]);
    let kept = "mod more;\nassert!(a);\n";
    let moved = [("tests/a.rs", &*format!("{RUST}{kept}"), kept), ("tests/b.rs", "", RUST)];
    assert_eq!(compare_files(&moved, &[]), ["tests/a.rs"]);
}

#[test]
fn a_test_that_may_fail_now_is_seen_unless_it_is_new() {
    let new = RUST.replace("#[test]", "#[test]\n#[should_panic]");
    assert_eq!(
        compare_files(&[("tests/a.rs", RUST, &new)], &[]),
        ["tests/a.rs: a test holds now if it fails"]
    );
    let both = format!("{RUST}\n#[test]\n#[should_panic]\nfn panics() {{\n    add(1, -1);\n}}\n");
    assert_eq!(compare_files(&[("tests/a.rs", RUST, &both)], &[]), ["tests/a.rs"]);
    let gone = both.replace("#[should_panic]\n", "");
    let mark = "tests/a.rs: 1 assertion is gone, and none came";
    assert_eq!(compare_files(&[("tests/a.rs", &both, &gone)], &[]), [mark]);
}

#[test]
fn what_stands_elsewhere_in_its_file_did_not_come() {
    let old = "fn a() {\n    assert_eq!(one, 1);\n    assert_eq!(two, 2);\n}\n";
    let mark = ["tests/a.rs: 1 assertion is gone, and none came"];
    let without = old.replace("    assert_eq!(one, 1);\n", "");
    for (what, new) in [
        ("re-indented", without.replace("    assert", "        assert")),
        ("other ends of lines", without.replace('\n', "\r\n")),
        ("re-ordered", "fn a() {\n    two();\n    assert_eq!(two, 2);\n}\n".to_owned()),
    ] {
        assert_eq!(compare_files(&[("tests/a.rs", old, &new)], &[]), mark, "{what}");
    }
    assert_eq!(compare_files(&[("tests/a.rs", old, &old.replace('\n', "\r\n"))], &[]), ["tests/a.rs"]);
    for (path, moved) in [("notes.md", false), ("tests/fixtures/a.txt", false), ("tests/b.rs", true)] {
        let other = (path, "old\n", "old\n    assert_eq!(one, 1);\n");
        let found = compare_files(&[("tests/a.rs", old, &without), other], &[]);
        assert_eq!(found != mark, moved, "{path}: {found:?}");
    }
}

#[test]
fn a_test_file_that_went_is_seen_unless_it_moved() {
    assert_eq!(compare_files(&[("tests/a.rs", RUST, "")], &[]), ["tests/a.rs: the test file is gone"]);
    assert_eq!(compare_files(&[("tests/a.rs", RUST, ""), ("tests/b.rs", "", RUST)], &[]), ["tests/a.rs"]);
    let rest = "#[test]\nfn adds() {\n    let sum = add(1, 2);\n}\n";
    let moved = [("tests/a.rs", RUST, rest), ("tests/b.rs", "old\n", "old\n    assert_eq!(sum, 3);\n")];
    assert_eq!(compare_files(&moved, &[]), ["tests/a.rs", "tests/b.rs"]);
}

#[test]
fn what_switches_tests_off_or_hides_a_failure_is_seen() {
    let off = |path: &str| vec![format!("{path}: tests are switched off, or their failures hidden")];
    for (path, line) in [
        ("Cargo.toml", "test = false"),
        ("package.json", "    \"test\": \"jest || true\","),
        ("package.json", "    \"test\": \"jest --passWithNoTests\","),
        ("pyproject.toml", "addopts = \"--deselect tests/test_a.py\""),
        ("pom.xml", "    <skipTests>true</skipTests>"),
        ("Makefile", "\t-cargo test"),
    ] {
        let new = format!("before\n{line}\nafter\n");
        assert_eq!(compare_files(&[(path, "before\nafter\n", &new)], &[]), off(path), "{line}");
    }
    let script = [("check.sh", "set -e\ngrep -q x out\n", "set +e\n")];
    let marks = ["check.sh: 2 checks are gone, and none came", &off("check.sh")[0]];
    assert_eq!(compare_files(&script, &["check.sh"]), marks);
    assert_eq!(compare_files(&script, &[]), [""; 0]);
    let script = [("verify.py", "sys.exit(0 if right else 1)\n", "print(1)\n")];
    assert_eq!(compare_files(&script, &["verify.py"]), ["verify.py: 1 check is gone, and none came"]);
    let dependency = [("Cargo.toml", "[dependencies]\n", "[dependencies]\nserde = \"1\"\n")];
    assert_eq!(compare_files(&dependency, &[]), ["Cargo.toml"]);
}

#[test]
fn a_recipe_that_no_longer_checks_is_seen() {
    for (path, before, after) in [
        ("Makefile", "test:\n\tcargo test --all\n", "test:\n\t@ls\n"),
        ("package.json", "  \"test\": \"jest\"\n", "  \"test\": \"ls\"\n"),
        ("justfile", "lint:\n  npm run lint\n", "lint:\n  ls\n"),
    ] {
        let mark = format!("{path}: 1 check is gone, and none came");
        assert_eq!(compare_files(&[(path, before, after)], &[]), [mark]);
    }
    let other = [("Makefile", "test:\n\tpytest\n", "test:\n\tpython -m pytest -q\n")];
    assert_eq!(compare_files(&other, &[]), ["Makefile"]);
}

#[test]
fn a_new_file_that_takes_over_is_told_and_marked_if_it_hides_something() {
    let hides = |path: &str| vec![format!("{path}: tests are switched off, or their failures hidden")];
    for (path, line) in [
        ("conftest.py", "def pytest_collection_modifyitems(items):"),
        ("tests/conftest.py", "collect_ignore = ['test_a.py']"),
        ("pytest.ini", "addopts = --deselect tests/test_a.py"),
        (".npmrc", "script-shell=/bin/true"),
        ("sub/GNUmakefile", "SHELL = /bin/true"),
    ] {
        assert_eq!(compare_files(&[(path, "", &format!("{line}\n"))], &[]), hides(path), "{line}");
    }
    let fixture = "@pytest.fixture\ndef client():\n    return Client()\n";
    assert_eq!(compare_files(&[("conftest.py", "", fixture)], &[]), ["conftest.py"]);
    let mark = ["GNUmakefile: it is read in the place of `Makefile`"];
    assert_eq!(compare_files(&[("GNUmakefile", "", "test:\n\t@ls\n")], &[]), mark);
    let mark = ["pytest.py: it runs in the place of a module of that name"];
    assert_eq!(compare_files(&[("pytest.py", "", "print('5 passed')\n")], &[]), mark);
}

#[test]
fn a_new_configuration_is_told_and_marked_if_it_redirects() {
    for (path, harmless, redirects) in [
        (".cargo/config.toml", "[net]\noffline = true", "[target.'cfg(all())']\nrunner = 'echo'"),
        ("app/.cargo/config", "[build]\njobs = 2", "[build]\nrustc-wrapper = \"./w.sh\""),
        ("rust-toolchain.toml", "[toolchain]\nchannel = \"stable\"", "[toolchain]\npath = \"tc\""),
        (
            "pyproject.toml",
            "[project]\nname = \"a-k\"",
            "[tool.pytest.ini_options]\naddopts = \"-q -k zero\"",
        ),
        ("pyproject.toml", "addopts = \"-p no:cacheprovider -ra\"", "addopts = [\n    \"-k zero\",\n]"),
        ("setup.cfg", "[metadata]", "[tool:pytest]\naddopts = -p plug"),
        (".pytest.ini", "[pytest]\naddopts = -q", "[pytest]\naddopts = -k zero"),
        ("tox.ini", "commands = python -m pytest", "commands = pytest -k fast"),
        (".npmrc", "fund=false", "node-options=--require ./hook.js"),
        (".env", "PORT=1", "NODE_OPTIONS=--import=./hook.mjs"),
    ] {
        assert_eq!(compare_files(&[(path, "", &format!("{harmless}\n"))], &[]), [path], "{harmless}");
        let mark = [format!("{path}: it changes which tests run")];
        assert_eq!(compare_files(&[(path, "", &format!("{redirects}\n"))], &[]), mark, "{redirects}");
        let (old, new) = (format!("{harmless}\n"), format!("{harmless}\n{redirects}\n"));
        assert_eq!(compare_files(&[(path, &old, &new)], &[]), mark, "{redirects}");
    }
    for path in ["build.rs", "rust-toolchain"] {
        assert_eq!(compare_files(&[(path, "", "stable\n")], &[]), [path]);
    }
    let mark = ["unittest/__init__.py: it runs in the place of a module of that name"];
    assert_eq!(compare_files(&[("unittest/__init__.py", "", "x = 1\n")], &[]), mark);
    assert_eq!(compare_files(&[("tests/unittest/__init__.py", "", "x = 1\n")], &[]), [""; 0]);
}

#[test]
fn what_results_are_compared_with_is_told_and_never_marked() {
    for path in ["out/right.txt", "tests/golden/a.txt", "src/__snapshots__/a.test.js.snap", "a.snap"] {
        assert_eq!(compare_files(&[(path, "assert(1)\n", "two\n")], &[]), [path]);
        assert_eq!(compare_files(&[(path, "", "two\n")], &[]), [""; 0]);
    }
}

#[test]
fn new_files_and_other_files_are_nobodys_business() {
    let new = RUST.replace("#[test]", "#[test]\n#[ignore]");
    let files = [("tests/new.rs", "", new.as_str()), ("README.md", "assert this\n", "no\n")];
    assert_eq!(compare_files(&files, &[]), [""; 0]);
    let lint = "#![expect(clippy::unwrap_used)]\nmod a;\n";
    assert_eq!(compare_files(&[("src/lib.rs", lint, "mod a;\n")], &[]), [""; 0]);
    let debug = "fn f() {\n    debug_assert!(x);\n    y.expect(\"z\");\n    // assert!(x)\n}\n";
    assert_eq!(compare_files(&[("src/lib.rs", debug, "fn f() {\n}\n")], &[]), [""; 0]);
}

#[test]
fn a_test_that_became_unreadable_is_said_to_be() {
    let diff = "diff --git a/tests/a.py b/tests/a.py\nindex 1..2 100644\nBinary files a/tests/a.py and b/tests/a.py differ\n";
    let mark = "tests/a.py: it was changed in a way that cannot be compared".to_owned();
    assert_eq!(
        compare(diff, &NamedFiles::default(), |_| false),
        Touched { files: vec!["tests/a.py".to_owned()], marks: vec![mark] }
    );
}

proptest::proptest! {
    #[test]
    fn any_diff_is_compared(diff in "(--- a/tests/a.rs\n|\\+\\+\\+ b/tests/a.rs\n|@@ -[0-9],[0-9]{0,20} \\+1,2 @@\n|[-+ ]assert!\\(x\\)\n|diff --git|\\PC{0,5}\n){0,12}") {
        compare(&diff, &NamedFiles::default(), |_| true);
    }
}
