//! What a step changed of what validates it: tests that existed, build files, and what its
//! commands run. Pure.
//!
//! A diff is compared line by line, so this is a look and no proof: it sees assertions that went
//! and skips that came, not one that was made to say less. What moves to another place stays.

mod patch;
mod signs;

use std::collections::HashMap;
use std::ops::AddAssign;

use patch::{Patch, patches};
use signs::{Kind, hidden_by, is_impostor, kind, takes_over};

/// What was changed of what validates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// The files that existed and were changed, and new ones that take over, by path.
    pub files: Vec<String>,
    /// What makes the green worth less: `tests/a.rs: 1 assertion is gone, and none came`.
    pub marks: Vec<String>,
}

impl AddAssign for Touched {
    fn add_assign(&mut self, other: Self) {
        self.files.extend(other.files);
        self.marks.extend(other.marks);
    }
}

/// Compares a step's base with what its attempt left, given as a unified diff. `named` are the
/// files that the commands run; `exists` says whether a file is there now.
pub fn compare(diff: &str, named: &[String], exists: impl Fn(&str) -> bool) -> Touched {
    let patches = patches(diff);
    let mut moved = Moved::of(&patches);
    let mut touched = Touched::default();
    for patch in patches.iter().filter(|patch| !patch.existed && takes_over(&patch.path)) {
        touched.files.push(patch.path.clone());
        touched.marks.extend(new_marks(patch, &exists).map(|mark| format!("{}: {mark}", patch.path)));
    }
    for patch in patches.iter().filter(|patch| patch.existed) {
        let kind = if named.contains(&patch.path) { Some(Kind::Named) } else { kind(&patch.path) };
        let Some(kind) = kind else { continue };
        if kind != Kind::Source {
            touched.files.push(patch.path.clone());
        }
        touched.marks.extend(marks(patch, kind, &mut moved).map(|mark| format!("{}: {mark}", patch.path)));
    }
    touched
}

/// Of a new file that is read besides those that were there, or in their place.
fn new_marks(patch: &Patch<'_>, exists: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    let kind = kind(&patch.path).unwrap_or(Kind::Build);
    let hides = patch.added.iter().any(|line| kind.weakens(line)).then(|| kind.say_weakened().to_owned());
    let module = is_impostor(&patch.path).then(|| "it runs in the place of a module of that name".to_owned());
    let other = hidden_by(&patch.path).into_iter().find(|other| exists(other));
    let file = other.map(|other| format!("it is read in the place of `{other}`"));
    hides.into_iter().chain(module).chain(file)
}

fn marks(patch: &Patch<'_>, kind: Kind, moved: &mut Moved<'_>) -> impl Iterator<Item = String> {
    let mut marks = Vec::new();
    if patch.opaque && !matches!(kind, Kind::Build | Kind::Pipeline) {
        marks.push("it was changed in a way that cannot be compared".to_owned());
    }
    if patch.gone && kind == Kind::Test && !moved.mostly(patch) {
        marks.push("the test file is gone".to_owned());
        return marks.into_iter();
    }
    let asserts = |line: &&str| kind.asserts(line);
    let went: Vec<&str> = patch.removed.iter().copied().filter(asserts).collect();
    let came = patch.added.iter().filter(|line| asserts(line)).count();
    let lost = went.into_iter().filter(|line| !moved.take(line)).count();
    if lost > 0 && came == 0 {
        let what = if matches!(kind, Kind::Named | Kind::Build) { "check" } else { "assertion" };
        marks.push(format!("{} gone, and none came", counted_are(lost, what)));
    }
    let weakens = |lines: &[&str]| lines.iter().filter(|line| kind.weakens(line)).count();
    if weakens(&patch.added) > weakens(&patch.removed) {
        marks.push(kind.say_weakened().to_owned());
    }
    marks.into_iter()
}

/// `1 assertion is`, `2 assertions are`.
fn counted_are(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing} is") } else { format!("{number} {thing}s are") }
}

/// Lines that came anywhere: what went from one place and came to another was moved.
struct Moved<'a>(HashMap<&'a str, u32>);

impl<'a> Moved<'a> {
    fn of(patches: &[Patch<'a>]) -> Self {
        let mut lines = HashMap::new();
        for line in patches.iter().flat_map(|patch| &patch.added) {
            *lines.entry(line.trim()).or_insert(0) += 1;
        }
        Self(lines)
    }

    /// Whether the line came elsewhere; each counts once.
    fn take(&mut self, line: &str) -> bool {
        match self.0.get_mut(line.trim()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    /// At least half of a file that is gone came elsewhere.
    fn mostly(&self, patch: &Patch<'_>) -> bool {
        let lines: Vec<&str> =
            patch.removed.iter().map(|line| line.trim()).filter(|line| line.len() > 2).collect();
        let found = lines.iter().filter(|line| self.0.contains_key(**line)).count();
        found * 2 >= lines.len()
    }
}

#[cfg(test)]
mod tests {
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
        let named: Vec<String> = named.iter().map(|&name| name.to_owned()).collect();
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
        ] {
            let (old, new) = ("before\nafter\n", format!("before\n{line}\nafter\n"));
            let mark = format!("{path}: a test is skipped that was not");
            assert_eq!(compare_files(&[(path, old, &new)], &[]), [mark], "{line}");
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
    fn new_files_and_other_files_are_nobodys_business() {
        let new = RUST.replace("#[test]", "#[test]\n#[ignore]");
        let files = [("tests/new.rs", "", new.as_str()), ("README.md", "assert this\n", "no\n")];
        assert_eq!(compare_files(&files, &[]), [""; 0]);
        let debug = "fn f() {\n    debug_assert!(x);\n    y.expect(\"z\");\n    // assert!(x)\n}\n";
        assert_eq!(compare_files(&[("src/lib.rs", debug, "fn f() {\n}\n")], &[]), [""; 0]);
    }

    #[test]
    fn a_test_that_became_unreadable_is_said_to_be() {
        let diff = "diff --git a/tests/a.py b/tests/a.py\nindex 1..2 100644\nBinary files a/tests/a.py and b/tests/a.py differ\n";
        let mark = "tests/a.py: it was changed in a way that cannot be compared".to_owned();
        assert_eq!(
            compare(diff, &[], |_| false),
            Touched { files: vec!["tests/a.py".to_owned()], marks: vec![mark] }
        );
    }

    proptest::proptest! {
        #[test]
        fn any_diff_is_compared(diff in "(--- a/tests/a.rs\n|\\+\\+\\+ b/tests/a.rs\n|@@ -[0-9],[0-9]{0,20} \\+1,2 @@\n|[-+ ]assert!\\(x\\)\n|diff --git|\\PC{0,5}\n){0,12}") {
            compare(&diff, &[], |_| true);
        }
    }
}
