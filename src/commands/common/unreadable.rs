//! What to say of a plan that cannot be read.

use std::path::{Path, PathBuf};

use crate::failure::{ExitCode, Failure};
use crate::workspace::encoding::Encoding;
use crate::workspace::plan_file::ReadError;

/// How many files are offered in the place of one that is not there.
const OFFERED: usize = 3;

/// A wrong path is the user's mistake, a wrong content the plan's.
pub(crate) fn unreadable(error: &ReadError, typed: &Path) -> Failure {
    let exit = match error {
        ReadError::Missing(_) | ReadError::Directory(_) | ReadError::NoFile(_) | ReadError::Io { .. } => {
            ExitCode::Usage
        }
        ReadError::Empty(_)
        | ReadError::Binary(_)
        | ReadError::Wide(_)
        | ReadError::NotUtf8 { .. }
        | ReadError::TooLarge { .. } => ExitCode::PlanInvalid,
    };
    let mut failure = Failure::new(exit, error.to_string());
    failure.source = std::error::Error::source(error).map(|source| source.to_string().into());
    match error {
        ReadError::Missing(_) => failure.hint(elsewhere(typed)),
        ReadError::Directory(_) => failure.hint(offer(typed, "")),
        ReadError::Wide(path) => failure.hint(Encoding::Utf16.hint(&path.display().to_string())),
        ReadError::NotUtf8 { path, .. } => failure
            .hint(format!("it may be in {}", Encoding::OneByte.name()))
            .hint(Encoding::OneByte.hint(&path.display().to_string())),
        ReadError::Empty(_) | ReadError::Binary(_) => failure.hint(
            "a plan is a Markdown file with steps: headings such as `### Step 1: ...`, or boxes `- [ ] ...`",
        ),
        ReadError::TooLarge { .. } | ReadError::NoFile(_) | ReadError::Io { .. } => failure,
    }
}

/// Where a missing plan was looked for, and what is there instead.
fn elsewhere(typed: &Path) -> String {
    let dir = typed.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match dir.canonicalize() {
        Ok(real) => {
            let wanted = typed.file_name().unwrap_or_default().to_string_lossy();
            format!("looked in `{}`; {}", real.display(), offer(dir, &wanted))
        }
        Err(_) => format!("there is no folder `{}`", dir.display()),
    }
}

/// The Markdown files of a folder, as one would type them; those with a name like the wanted one first.
fn offer(dir: &Path, wanted: &str) -> String {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<PathBuf> = entries.map(|entry| entry.file_name().into()).collect();
    names.retain(|name: &PathBuf| name.extension().is_some_and(|extension| extension == "md"));
    names.sort();
    let likeness = |name: &PathBuf| strsim::jaro_winkler(&name.to_string_lossy(), wanted);
    names.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)));
    let shown: Vec<String> = names.iter().take(OFFERED).map(|name| typed_as(dir, name)).collect();
    match (shown.as_slice(), names.len().saturating_sub(OFFERED)) {
        ([], _) => "there is no Markdown file: `agentrun new NAME` writes a plan to be filled in".to_owned(),
        (shown, 0) => format!("Markdown files there: {}", shown.join(", ")),
        (shown, more) => format!("Markdown files there: {} and {more} more", shown.join(", ")),
    }
}

fn typed_as(dir: &Path, name: &Path) -> String {
    let path = if dir == Path::new(".") { name.to_owned() } else { dir.join(name) };
    format!("`{}`", path.display())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn near_files_are_offered_first() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let at = root.display();
        let said = |name: &str| elsewhere(&root.join(name));
        let none = "there is no Markdown file: `agentrun new NAME` writes a plan to be filled in";
        assert_eq!(said("nope.md"), format!("looked in `{at}`; {none}"));
        assert_eq!(said("plans/nope.md"), format!("there is no folder `{at}/plans`"));
        for name in ["README.md", "plan.md", "notes.txt", "plan-2.md", "CHANGES.md"] {
            std::fs::write(root.join(name), "").unwrap();
        }
        let said = said("plna.md");
        let near = format!("`{at}/plan.md`, `{at}/plan-2.md`, `{at}/");
        assert!(said.starts_with(&format!("looked in `{at}`; Markdown files there: {near}")), "{said}");
        assert!(said.ends_with(" and 1 more"), "{said}");
    }
}
