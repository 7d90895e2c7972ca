//! Understands sentences that mean a check of the project's own: `All tests pass`, `lint is clean`.

use super::spoken;

/// What the project itself has a command for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OwnCheck {
    Tests,
    Lint,
    Format,
    Types,
    Build,
}

/// What is checked. Only these words and those below may stand in the sentence: with any other it says more than the
/// project's own command tells.
const SUBJECTS: &[(OwnCheck, &str)] = &[
    (
        OwnCheck::Tests,
        "test suite, test suites, test, tests, unittests, specs, testsuite, tests unitaires, pruebas, testes, prüfungen, тесты, 测试, \
         テスト, 테스트",
    ),
    (OwnCheck::Lint, "lint, linter, linters, linting, lints, clippy, eslint, ruff, lint check, lint checks"),
    (OwnCheck::Format, "format check, formatting, formatter, format"),
    (
        OwnCheck::Types,
        "typecheck, type check, type checks, type checking, type checker, typechecks, typescript, mypy, types",
    ),
    (OwnCheck::Build, "build, builds, code, project, compilation, it, everything, application, app, bau"),
];

/// It is as it should be.
const WELL: &str = "pass, passes, passed, passing, green, succeed, succeeds, successful, successfully, clean, cleanly, ok, fine, \
    intact, bestehen, sind grün, grün, pasan, passent, passam, passano, verdes, проходят, 通过, 通る, 通過, 통과";

/// Of the code: it is as it should be.
const COMPILES: &str = "compile, compiles, compiling, build, builds, kompiliert, compila";

/// Nothing of this is left.
const FAULTS: &str = "error, errors, warning, warnings, failure, failures, issue, issues, problem, problems, regression, regressions, \
    complaint, complaints, violation, violations";

/// Before a fault.
const NO: &str = "no, without, zero, 0";

/// Which of them, and when: says nothing against the whole.
const ABOUT: &str = "all, the, every, existing, new, unit, integration, automated, regression, whole, full, entire, complete, current, \
    previous, relevant, backend, frontend, still, now, again, and, are, is, be, must, should, to, in, of, on, with, a, also, always, \
    locally, have, has, been, continue, continues, keep, keeps, remain, remains, stay, stays, introduced, remaining, reported, any, \
    alle, todas, todos, las, los, tous, les, все, 所有, 全部, すべての, 모든, sind, est, sont, sigue, siguen, runs, run, check, checks, \
    status, code, results, step, tool, tools, ci, then, at, end, after, change, changes";

/// What a sentence means, in the order of the checks; empty if it says anything else.
pub(crate) fn own_checks(text: &str) -> Vec<OwnCheck> {
    if text.contains(['`', '?', '%']) {
        return Vec::new();
    }
    let said = spoken(text);
    let mut rest = said.trim();
    let mut found = Vec::new();
    let mut is_well = false;
    // A verb, as in `the code compiles`, and a noun, as in `the build passes`.
    let (mut compiles, mut builds) = (false, false);
    while !rest.is_empty() {
        let denied = leading(rest, NO).and_then(|behind| leading_fault(behind));
        let subject = SUBJECTS.iter().find_map(|(check, words)| Some((*check, leading(rest, words)?)));
        let well = leading(rest, WELL);
        let compiling = leading(rest, COMPILES);
        rest = match (denied, subject, well, compiling) {
            (Some((checks, behind)), ..) => {
                found.extend(checks);
                is_well = true;
                behind
            }
            // `The build compiles` has it as a verb.
            (_, Some((check, behind)), ..) => {
                compiles |= compiling.is_some() && !found.is_empty();
                builds |= rest.starts_with("build") || rest.starts_with("compil") || rest.starts_with("bau");
                found.push(check);
                behind
            }
            (_, _, Some(behind), _) => {
                is_well = true;
                behind
            }
            (.., Some(behind)) => {
                compiles = true;
                behind
            }
            _ => match leading(rest, ABOUT) {
                Some(behind) => behind,
                None => return Vec::new(),
            },
        };
    }
    conclude(found, is_well, compiles || (builds && is_well))
}

/// `errors` behind `no`, with what kind they are of: `no lint errors`.
fn leading_fault(rest: &str) -> Option<(Vec<OwnCheck>, &str)> {
    let (mut checks, mut rest) = (Vec::new(), rest);
    loop {
        if let Some(behind) = leading(rest, FAULTS) {
            return Some((checks, behind));
        }
        if let Some((check, behind)) =
            SUBJECTS.iter().find_map(|(check, words)| Some((*check, leading(rest, words)?)))
        {
            checks.push(check);
            rest = behind;
        } else {
            rest = leading(rest, "new, type, compiler, compile, or, and")?;
        }
    }
}

/// What is left of the words, if the sentence is one.
fn conclude(mut found: Vec<OwnCheck>, is_well: bool, compiles: bool) -> Vec<OwnCheck> {
    found.sort_unstable();
    found.dedup();
    // `Build` is a word for many things beside others.
    if found.len() > 1 {
        found.retain(|check| *check != OwnCheck::Build);
    }
    let holds = if found == [OwnCheck::Build] { compiles } else { is_well };
    if holds { found } else { Vec::new() }
}

/// The rest behind the longest of these phrases, if it begins with one.
fn leading<'text>(text: &'text str, phrases: &str) -> Option<&'text str> {
    let behind = |phrase: &str| {
        let rest = text.strip_prefix(phrase)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| (phrase.len(), rest.trim_start()))
    };
    phrases
        .split(", ")
        .filter_map(|phrase| behind(phrase.trim()))
        .max_by_key(|(length, _)| *length)
        .map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::OwnCheck::{Build, Format, Lint, Tests, Types};
    use super::*;

    #[test]
    fn a_sentence_means_the_projects_own_check_if_it_says_nothing_more() {
        let table: &[(&str, &[OwnCheck])] = &[
            ("All tests pass", &[Tests]),
            ("All unit tests pass.", &[Tests]),
            ("Existing tests still pass", &[Tests]),
            ("The whole test suite is green", &[Tests]),
            ("Unit and integration tests pass", &[Tests]),
            ("Tests: all green", &[Tests]),
            ("No test failures", &[Tests]),
            ("Lint is clean", &[Lint]),
            ("No lint errors", &[Lint]),
            ("Linting passes with no warnings", &[Lint]),
            ("No TypeScript errors", &[Types]),
            ("Type checking passes", &[Types]),
            ("Code compiles without errors", &[Build]),
            ("The project builds", &[Build]),
            ("Build succeeds", &[Build]),
            ("Tests and lint pass", &[Tests, Lint]),
            ("Formatting is clean", &[Format]),
            ("Alle Tests sind grün", &[Tests]),
            ("All tests pass with 90% coverage", &[]),
            ("Tests for commas pass", &[]),
            ("Write unit tests", &[]),
            ("All tests", &[]),
            ("No tests pass", &[]),
            ("The code is clean", &[]),
            ("Test the page", &[]),
            ("The build", &[]),
            ("Users pass the test", &[]),
            ("`make test` passes", &[]),
            ("", &[]),
        ];
        let wrong: Vec<_> = table
            .iter()
            .map(|(text, _)| (*text, own_checks(text)))
            .zip(table)
            .filter(|(found, row)| found.1 != row.1)
            .map(|(found, _)| found)
            .collect();
        assert_eq!(wrong, []);
    }
}
