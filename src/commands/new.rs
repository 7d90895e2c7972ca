//! `agentrun new NAME`: writes a new plan.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::cli::{NewArgs, PlanTemplate};
use crate::failure::{ExitCode, Failure};
use crate::report::print;

/// What stands in the templates for the title.
const TITLE: &str = "{{title}}";

/// Writes a plan to be filled in. What is there already is never overwritten.
pub(super) fn run(args: &NewArgs) -> Result<ExitCode, Failure> {
    let path = with_extension(&args.name);
    let text = text_of(args.template).replace(TITLE, &title_of(&path)?);
    write_new(&path, &text)?;
    print::talk(&format!(
        "wrote {0}: fill in what stands in brackets, then\n  agentrun check {0}",
        path.display()
    ));
    Ok(ExitCode::Passed)
}

fn text_of(template: PlanTemplate) -> &'static str {
    match template {
        PlanTemplate::Steps => include_str!("../../plans/new/steps.md"),
        PlanTemplate::Fields => include_str!("../../plans/new/fields.md"),
        PlanTemplate::Phases => include_str!("../../plans/new/phases.md"),
        PlanTemplate::Numbered => include_str!("../../plans/new/numbered.md"),
        PlanTemplate::Priority => include_str!("../../plans/new/priority.md"),
    }
}

/// `user-login` is `user-login.md`.
fn with_extension(name: &Path) -> PathBuf {
    if name.extension().is_some_and(|extension| extension == "md" || extension == "markdown") {
        return name.to_owned();
    }
    let mut name = name.as_os_str().to_owned();
    name.push(".md");
    name.into()
}

/// `plans/user-login.md` is about "User login".
fn title_of(path: &Path) -> Result<String, Failure> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let words: Vec<&str> = stem.split(['-', '_', ' ', '.']).filter(|word| !word.is_empty()).collect();
    let title = words.join(" ");
    let mut chars = title.chars().filter(|c| !c.is_control());
    let first = chars.next().ok_or_else(|| {
        Failure::usage(format!("`{}` cannot be the name of a plan", path.display()))
            .hint("try: agentrun new user-login")
    })?;
    Ok(first.to_uppercase().chain(chars).collect())
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    created.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        let failure = match error.kind() {
            ErrorKind::AlreadyExists => {
                let failure =
                    Failure::usage(format!("`{}` exists already, so nothing was written", path.display()));
                return failure.hint("choose another name");
            }
            _ => Failure::usage(format!("cannot write `{}`", path.display())),
        };
        let missing = error.kind() == ErrorKind::NotFound;
        let failure = failure.caused_by(error);
        if missing { failure.hint("make its folder first") } else { failure }
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_plan_is_named_and_titled_by_what_was_typed() {
        for (typed, path, title) in [
            ("user-login", "user-login.md", "User login"),
            ("plans/user_login.md", "plans/user_login.md", "User login"),
            ("v1.2", "v1.2.md", "V1 2"),
            ("notes.markdown", "notes.markdown", "Notes"),
        ] {
            let named = with_extension(Path::new(typed));
            assert_eq!((named.as_path(), title_of(&named).unwrap().as_str()), (Path::new(path), title));
        }
        let failure = title_of(Path::new("--.md")).unwrap_err();
        assert_eq!(failure.to_string(), "`--.md` cannot be the name of a plan");
    }

    #[test]
    fn every_template_is_a_plan_with_a_title_to_fill_in() {
        use PlanTemplate::{Fields, Numbered, Phases, Priority, Steps};
        for template in [Steps, Fields, Phases, Numbered, Priority] {
            let text = text_of(template);
            assert!(text.contains(TITLE), "{template:?}");
            assert!(!crate::plan::read(text).plan.steps.is_empty(), "{template:?}");
        }
    }
}
