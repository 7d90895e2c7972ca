//! Finds the Python modules that a new file of the project would hide: what a runner loads by that name.

use std::path::{Path, PathBuf};

/// Where the interpreters of commands look for modules, besides the project.
#[derive(Debug, Clone, Default)]
pub(crate) struct ModulePlaces(Vec<PathBuf>);

impl ModulePlaces {
    /// The places of the interpreters in these folders of programs.
    pub(crate) fn of(programs: &[PathBuf]) -> Self {
        let interpreters = programs.iter().flat_map(|dir| ["python3", "python"].map(|name| dir.join(name)));
        let found = interpreters.filter(|interpreter| interpreter.is_file()).flat_map(|interpreter| {
            let real = interpreter.canonicalize().ok();
            [Some(interpreter), real].into_iter().flatten()
        });
        let prefixes = found.filter_map(|interpreter| Some(interpreter.parent()?.parent()?.to_owned()));
        let mut libraries: Vec<PathBuf> = prefixes.flat_map(|prefix| libraries(&prefix)).collect();
        libraries.sort();
        libraries.dedup();
        Self(libraries)
    }

    /// Whether the file at this path of the project is imported in the place of another module.
    pub(crate) fn hides(&self, path: &str) -> bool {
        let module = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix("/__main__.py"));
        let Some(module) = module.or_else(|| path.strip_suffix(".py")) else { return false };
        // Below a folder it is a part of another module.
        let name = Some(module).filter(|module| !module.contains('/') && !module.starts_with("test"));
        let Some(name) = name else { return false };
        let is_there = |library: &PathBuf| {
            library.join(format!("{name}.py")).is_file() || library.join(name).join("__init__.py").is_file()
        };
        self.0.iter().any(is_there)
    }
}

/// `lib/python3.12`, and what is installed in it.
fn libraries(prefix: &Path) -> Vec<PathBuf> {
    let entries = ["lib", "lib64"].into_iter().filter_map(|lib| std::fs::read_dir(prefix.join(lib)).ok());
    let entries = entries.flatten().filter_map(Result::ok);
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("python3"));
    let folders = named.map(|entry| entry.path());
    folders
        .flat_map(|folder| [folder.join("site-packages"), folder.join("dist-packages"), folder])
        .filter(|folder| folder.is_dir())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_hidden_where_the_interpreter_has_one_of_its_name() {
        let dir = tempfile::tempdir().unwrap();
        for path in
            ["bin/python3", "lib/python3.12/json/__init__.py", "lib/python3.12/site-packages/pluggy.py"]
        {
            std::fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
            std::fs::write(dir.path().join(path), "").unwrap();
        }
        let places = ModulePlaces::of(&[dir.path().join("bin"), dir.path().join("none")]);
        for (path, expected) in [
            ("pluggy.py", true),
            ("app/json.py", false),
            ("json/__init__.py", true),
            ("greeting.py", false),
            ("json/a.py", false),
            ("pluggy.txt", false),
        ] {
            assert_eq!(places.hides(path), expected, "{path}");
        }
        assert!(!ModulePlaces::default().hides("json.py"));
    }
}
