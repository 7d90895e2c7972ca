//! Finds what a step weakened: tests that existed, build files, and what its commands run.
//!
//! A diff is compared line by line, so this is a look and no proof: it sees assertions that went
//! and skips that came, not one that was made to say less. What moves to another place stays.

mod files;
mod patch;
mod signs;

use std::collections::{BTreeSet, HashMap};
use std::ops::AddAssign;

pub(super) use files::takes_over;
use files::{FileKind, hidden_by, holds_code, is_impostor, is_test_data, kind};
use patch::{Patch, patches};
use signs::{named_in, names, redirects};

use super::named::NamedFiles;
use crate::words;

/// What was changed of what validates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Touched {
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

/// Compares a step's base with what its attempt left, given as a unified diff. `named` is what the
/// commands name; `exists` says whether a file is there now.
pub(crate) fn compare(diff: &str, named: &NamedFiles, exists: impl Fn(&str) -> bool) -> Touched {
    let mut patches = patches(diff);
    patches.iter_mut().for_each(Patch::settle);
    let mut moved = MovedLines::of(&patches);
    let mut touched = Touched::default();
    for patch in patches.iter().filter(|patch| !patch.existed && takes_over(&patch.path)) {
        touched.files.push(patch.path.clone());
        touched.marks.extend(new_marks(patch, &exists).map(|mark| format!("{}: {mark}", patch.path)));
    }
    for patch in patches.iter().filter(|patch| patch.existed) {
        let Some(kind) = kind_of(&patch.path, named) else { continue };
        if kind != FileKind::Source {
            touched.files.push(patch.path.clone());
        }
        let found = marks(patch, kind, &mut moved);
        touched.marks.extend(found.into_iter().map(|mark| format!("{}: {mark}", patch.path)));
    }
    touched
}

/// The files that a diff makes.
pub(crate) fn new_files(diff: &str) -> BTreeSet<String> {
    patches(diff).into_iter().filter(|patch| !patch.existed).map(|patch| patch.path).collect()
}

/// Whether a file decides about a verdict by its name and place.
pub(super) fn decides(path: &str) -> bool {
    matches!(kind(path), Some(FileKind::Test | FileKind::Build | FileKind::Expected)) || is_test_data(path)
}

/// Whether a file may hold tests between its code.
pub(super) fn may_hold_tests(path: &str) -> bool {
    kind(path) == Some(FileKind::Source)
}

fn kind_of(path: &str, named: &NamedFiles) -> Option<FileKind> {
    if named.run.contains(path) {
        return Some(FileKind::Named);
    }
    kind(path).or_else(|| named.compared.contains(path).then_some(FileKind::Expected))
}

/// Of a new file that is read besides those that were there, or in their place.
fn new_marks(patch: &Patch<'_>, exists: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    let kind = kind(&patch.path).unwrap_or(FileKind::Build);
    let hides = patch.added.iter().any(|line| kind.weakens(line)).then(|| kind.say_weakened().to_owned());
    let redirects = patch.added.iter().any(|line| redirects(&patch.path, line));
    let redirects = redirects.then(|| REDIRECTED.to_owned());
    let module = is_impostor(&patch.path).then(|| "it runs in the place of a module of that name".to_owned());
    let other = hidden_by(&patch.path).into_iter().find(|other| exists(other));
    let file = other.map(|other| format!("it is read in the place of `{other}`"));
    hides.into_iter().chain(redirects).chain(module).chain(file)
}

const REDIRECTED: &str = "it changes which tests run";

fn marks(patch: &Patch<'_>, kind: FileKind, moved: &mut MovedLines<'_>) -> Vec<String> {
    let mut marks = Vec::new();
    if patch.opaque && matches!(kind, FileKind::Test | FileKind::Source | FileKind::Named) {
        marks.push("it was changed in a way that cannot be compared".to_owned());
    }
    if patch.gone && kind == FileKind::Test && !moved.mostly(patch) {
        marks.push("the test file is gone".to_owned());
        return marks;
    }
    let asserts = |line: &&str| kind.asserts(line);
    let checks = |line: &&str| kind.asserts(line) || kind.expects_failure(line);
    let went: Vec<&str> = patch.removed.iter().copied().filter(checks).collect();
    let came = patch.added.iter().filter(|line| asserts(line)).count();
    let lost = went.into_iter().filter(|line| !moved.take(line)).count();
    if lost > 0 && came == 0 {
        let what = if matches!(kind, FileKind::Named | FileKind::Build) { "check" } else { "assertion" };
        marks.push(format!("{} gone, and none came", counted_are(lost, what)));
    }
    marks.extend(tests_gone(patch, kind, moved));
    marks.extend(weakened(patch, kind));
    marks
}

/// Tests that are none any more, unless as many came, here or with their names elsewhere.
fn tests_gone(patch: &Patch<'_>, kind: FileKind, moved: &MovedLines<'_>) -> Option<String> {
    let declared = |lines: &[&str]| lines.iter().filter(|line| kind.declares(line)).count();
    let (went, came) = (declared(&patch.removed), declared(&patch.added));
    let elsewhere = patch.removed.iter().filter(|line| names(line) && moved.has(line)).count();
    let lost = went.saturating_sub(came + elsewhere).max(disguised(patch, kind));
    (lost > 0).then(|| format!("{} gone", counted_are(lost, "test")))
}

/// Tests whose name came again, as part of one by which no runner finds them: `_test_sum`.
fn disguised(patch: &Patch<'_>, kind: FileKind) -> usize {
    let tests = patch.removed.iter().filter(|line| kind.declares(line)).filter_map(|line| named_in(line));
    let others: Vec<&str> =
        patch.added.iter().filter(|line| !kind.declares(line)).filter_map(|line| named_in(line)).collect();
    tests.filter(|test| others.iter().any(|other| other.len() > test.len() && other.ends_with(test))).count()
}

/// What came that skips, hides or redirects.
fn weakened(patch: &Patch<'_>, kind: FileKind) -> Vec<String> {
    let more = |of: &dyn Fn(&str) -> bool| {
        let count = |lines: &[&str]| lines.iter().filter(|line| of(line)).count();
        count(&patch.added).saturating_sub(count(&patch.removed))
    };
    let mut marks = Vec::new();
    if more(&|line| kind.weakens(line)) > 0 {
        marks.push(kind.say_weakened().to_owned());
    }
    if more(&|line| kind.expects_failure(line)) > more(&|line| kind.declares(line)) {
        marks.push("a test holds now if it fails".to_owned());
    }
    if more(&|line| redirects(&patch.path, line)) > 0 {
        marks.push(REDIRECTED.to_owned());
    }
    marks
}

/// `1 assertion is`, `2 assertions are`.
fn counted_are(number: usize, thing: &str) -> String {
    words::plural(number, &format!("{thing} is"), &format!("{thing}s are"))
}

/// Lines of code that came anywhere: what went from one place and came to another was moved.
struct MovedLines<'a>(HashMap<&'a str, NewLine>);

/// How often a line came that is still to be matched, and whether to a file of tests.
#[derive(Debug, Default)]
struct NewLine {
    left: u32,
    to_tests: bool,
}

impl<'a> MovedLines<'a> {
    fn of(patches: &[Patch<'a>]) -> Self {
        let mut lines: HashMap<&str, NewLine> = HashMap::new();
        for patch in patches.iter().filter(|patch| holds_code(&patch.path)) {
            let to_tests = matches!(kind(&patch.path), Some(FileKind::Test | FileKind::Source));
            for line in &patch.added {
                let came = lines.entry(line.trim()).or_default();
                came.left += 1;
                came.to_tests |= to_tests;
            }
        }
        Self(lines)
    }

    /// Whether the line came anywhere.
    fn has(&self, line: &str) -> bool {
        self.0.contains_key(line.trim())
    }

    /// Whether the line came elsewhere; each counts once.
    fn take(&mut self, line: &str) -> bool {
        let Some(came) = self.0.get_mut(line.trim()).filter(|came| came.left > 0) else { return false };
        came.left -= 1;
        true
    }

    /// At least half of a file that is gone came to other tests.
    fn mostly(&self, patch: &Patch<'_>) -> bool {
        let lines: Vec<&str> =
            patch.removed.iter().map(|line| line.trim()).filter(|line| line.len() > 2).collect();
        let found = lines.iter().filter(|line| self.0.get(**line).is_some_and(|came| came.to_tests)).count();
        found * 2 >= lines.len()
    }
}

#[cfg(test)]
mod tests;
