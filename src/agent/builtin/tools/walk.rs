//! Walks the files below a directory for `list_files` and `search`: sorted, with hidden files, without files
//! that git ignores.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use ignore::{DirEntry, WalkBuilder};

use super::arguments::CallArguments;
use super::outcome::Trouble;
use crate::workspace::STATE_DIR;
use crate::workspace::ignore_lists::{has_trap, is_trap};

/// Names suggested for one that does not exist.
const SUGGESTIONS: usize = 3;

/// A walk below `path`, in the order of paths.
pub(super) fn walk(root: &Path, path: &Path, depth: Option<usize>) -> impl Iterator<Item = DirEntry> {
    let state = root.join(STATE_DIR);
    let wanted = move |entry: &DirEntry| {
        let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        (entry.depth() == 0 || (entry.file_name() != ".git" && entry.path() != state))
            && !(folder && has_trap(entry.path()))
    };
    let mut walk = WalkBuilder::new(path);
    // Lists above are read whatever is said, unless none are.
    let trapped = path.ancestors().any(has_trap) || is_trap(&root.join(".git/info/exclude"));
    walk.standard_filters(!trapped);
    walk.hidden(false).git_global(false).require_git(false).max_depth(depth).filter_entry(wanted);
    walk.sort_by_file_path(Path::cmp);
    walk.build().filter_map(Result::ok)
}

/// Which files a glob means: one without a slash means names anywhere below.
#[derive(Debug)]
pub(super) struct Filter {
    glob: Option<GlobMatcher>,
    base: PathBuf,
    root: PathBuf,
}

impl Filter {
    pub(super) fn new(given: &CallArguments<'_>, root: &Path, base: &Path) -> Result<Self, Trouble> {
        let build = |glob: &str| {
            let below = if glob.contains('/') { "" } else { "**/" };
            let glob = format!("{below}{}", glob.trim_start_matches("./"));
            GlobBuilder::new(&glob).literal_separator(true).build()
        };
        let glob = given.optional_text("glob")?.map(build).transpose();
        let glob = glob.map_err(|error| given.wrong(&format!("`glob`: {error}")))?;
        Ok(Self {
            glob: glob.map(|glob| glob.compile_matcher()),
            base: base.to_owned(),
            root: root.to_owned(),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.glob.is_none()
    }

    pub(super) fn admits(&self, path: &Path) -> bool {
        let Some(glob) = &self.glob else { return true };
        [&self.base, &self.root]
            .into_iter()
            .any(|base| path.strip_prefix(base).is_ok_and(|below| glob.is_match(below)))
    }
}

/// Names like the last one of a path that does not exist, as "`a`, `b`".
pub(super) fn similar_names(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_string_lossy().to_lowercase();
    let entries = std::fs::read_dir(path.parent()?).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let score = |name: &String| strsim::jaro_winkler(&wanted, &name.to_lowercase());
    let mut alike: Vec<(f64, String)> =
        names.map(|name| (score(&name), name)).filter(|(score, _)| *score > 0.8).collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let names: Vec<String> =
        alike.into_iter().take(SUGGESTIONS).map(|(_, name)| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
