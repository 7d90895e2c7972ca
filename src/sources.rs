//! Finds the files for the brief: those configured, linked from the plan, beside it, or in the project root.

use std::io;
use std::path::{Path, PathBuf};

use crate::brief::{LARGE_SOURCE_BYTES, SourceFile, Sources, TemplateError, Templates};
use crate::config::Config;
use crate::failure::Failure;
use crate::plan::Plan;
use crate::plan::step::BriefSource;
use crate::workspace::encoding::decode;

/// What the sources are called where nothing says otherwise.
const RULES: &str = "PROJECT_RULES.md";
const REQUEST: &str = "FEATURE_REQUEST.md";
const AGENTS: &str = "AGENTS.md";

/// What sources are usually called; in the project root these may be links.
pub(crate) const USUAL_SOURCES: [&str; 3] = [RULES, REQUEST, AGENTS];

/// The sources, and what is worth telling about them.
#[derive(Debug)]
pub(crate) struct BriefSources {
    pub sources: Sources,
    /// Missing or very large ones.
    pub warnings: Vec<String>,
}

/// Reads every source of a run's briefs.
pub(crate) fn find(
    plan: &Plan,
    plan_path: &Path,
    root: &Path,
    config: &Config,
) -> Result<BriefSources, Failure> {
    let mut finder = Finder { root, plan_dir: plan_path.parent().unwrap_or(root), warnings: Vec::new() };
    let sources = Sources {
        rules: finder.all(plan, BriefSource::Rules, config.brief.rules.as_deref(), RULES)?,
        request: finder.all(plan, BriefSource::Request, config.brief.request.as_deref(), REQUEST)?,
        agents: finder.read(&root.join(AGENTS))?.into_iter().collect(),
        templates: own_templates(config).map(|(_, path)| path.display().to_string()).collect(),
    };
    let all = sources.rules.iter().chain(&sources.request).chain(&sources.agents);
    for source in all.filter(|source| source.text.len() > LARGE_SOURCE_BYTES) {
        finder.warnings.push(format!(
            "`{}` is {} KiB (about {} tokens): it is sent whole with every request",
            source.path,
            source.text.len() >> 10,
            source.text.len() / 4
        ));
    }
    Ok(BriefSources { sources, warnings: finder.warnings })
}

/// Whether briefs of later runs hold the file at this path, from the root, once it is there.
pub(crate) fn would_be_read(path: &str, plan: &Plan, plan_path: &str) -> bool {
    let beside = Path::new(plan_path).parent().unwrap_or(Path::new(""));
    let linked = plan.links.iter().map(|link| link.target.as_str());
    let mut names = linked.chain([RULES, REQUEST]);
    path == AGENTS || names.any(|name| path == name || Path::new(path) == beside.join(name))
}

/// The templates, with those of the project's own folder in place of the built-in ones.
pub(crate) fn templates(config: &Config, root: &Path) -> Result<Templates, Failure> {
    let mut overrides = Vec::new();
    for (name, path) in own_templates(config) {
        let path = root.join(path);
        match std::fs::read_to_string(&path) {
            Ok(text) => overrides.push((name.to_owned(), text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Failure::usage(format!("cannot read `{}`", path.display())).caused_by(error));
            }
        }
    }
    let own = !overrides.is_empty();
    let templates = Templates::new(overrides).map_err(wrong_template)?;
    if own {
        templates.check().map_err(wrong_template)?;
    }
    Ok(templates)
}

/// The name of each template, and where the project's own would be.
fn own_templates(config: &Config) -> impl Iterator<Item = (&'static str, PathBuf)> {
    config.brief.prompts.iter().flat_map(|dir| Templates::names().map(|name| (name, dir.join(name))))
}

/// A template that does not parse or names an unknown variable is the project's to mend.
pub(crate) fn wrong_template(error: TemplateError) -> Failure {
    Failure::usage("cannot make the brief").caused_by(error)
}

struct Finder<'a> {
    root: &'a Path,
    plan_dir: &'a Path,
    warnings: Vec<String>,
}

impl Finder<'_> {
    /// Configured files if there are any; else what the plan links to, and the usual name beside
    /// the plan or in the root.
    fn all(
        &mut self,
        plan: &Plan,
        kind: BriefSource,
        configured: Option<&[PathBuf]>,
        usual: &str,
    ) -> Result<Vec<SourceFile>, Failure> {
        let mut found: Vec<SourceFile> = Vec::new();
        if let Some(paths) = configured {
            for path in paths {
                match self.read(&self.root.join(path))? {
                    Some(source) => found.push(source),
                    None => {
                        return Err(Failure::usage(format!("there is no file `{}`", path.display()))
                            .hint("the configuration names it in [brief]"));
                    }
                }
            }
            return Ok(found);
        }
        let linked = plan.links.iter().filter(|link| link.source == kind).map(|link| link.target.as_str());
        for target in linked.chain([usual]) {
            match self.beside_or_root(target)? {
                Some(source) if found.iter().all(|other| other.path != source.path) => found.push(source),
                Some(_) => {}
                None if target == usual => {}
                None => self.warnings.push(format!("the plan links to `{target}`, which does not exist")),
            }
        }
        if found.is_empty() {
            self.warnings.push(format!("there is no {usual} beside the plan or in the project root"));
        }
        Ok(found)
    }

    fn beside_or_root(&self, target: &str) -> Result<Option<SourceFile>, Failure> {
        let target = target.split(['#', '?']).next().unwrap_or(target);
        match self.read(&self.plan_dir.join(target))? {
            Some(source) => Ok(Some(source)),
            None => self.read(&self.root.join(target)),
        }
    }

    /// A file inside the project; links and absolute paths that lead out of it are not followed.
    fn read(&self, path: &Path) -> Result<Option<SourceFile>, Failure> {
        let Ok(real) = path.canonicalize() else { return Ok(None) };
        let Ok(relative) = real.strip_prefix(self.root) else { return Ok(None) };
        if !real.is_file() {
            return Ok(None);
        }
        let bytes = std::fs::read(&real)
            .map_err(|error| Failure::usage(format!("cannot read `{}`", path.display())).caused_by(error))?;
        let shown = relative.display().to_string();
        let text = decode(&bytes).map_err(|encoding| match encoding {
            Some(encoding) => Failure::usage(format!("`{shown}` is not UTF-8 but {}", encoding.name()))
                .hint(encoding.hint(&shown)),
            None => Failure::usage(format!("`{shown}` is a binary file, and no text for a brief")),
        })?;
        Ok(Some(SourceFile { path: shown, text: text.replace("\r\n", "\n") }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_later_briefs_would_hold_is_known_before_it_is_there() {
        let plan = crate::plan::read("# A\n\nSee [rules](docs/RULES.md).\n\n### Step 1: A\n- [ ] a\n").plan;
        for (path, read) in [
            ("AGENTS.md", true),
            ("PROJECT_RULES.md", true),
            ("plans/FEATURE_REQUEST.md", true),
            ("plans/docs/RULES.md", true),
            ("docs/RULES.md", true),
            ("plans/AGENTS.md", false),
            ("src/PROJECT_RULES.md", false),
        ] {
            assert_eq!(would_be_read(path, &plan, "plans/plan.md"), read, "{path}");
        }
    }
}
