//! Compares two versions of a package's manifest without what decides about no verdict: its dependencies
//! and how it presents itself.

use serde_json::Value;

/// Keys that decide nothing, by the file that has them; a dot leads into a table.
const IDLE: &[(&str, &[&str])] = &[
    (
        "package.json",
        &[
            "name",
            "version",
            "description",
            "keywords",
            "homepage",
            "bugs",
            "license",
            "author",
            "contributors",
            "funding",
            "repository",
            "files",
            "dependencies",
            "devDependencies",
            "peerDependencies",
            "peerDependenciesMeta",
            "optionalDependencies",
            "bundleDependencies",
            "bundledDependencies",
            "engines",
            "private",
            "publishConfig",
        ],
    ),
    (
        "Cargo.toml",
        &[
            "dependencies",
            "dev-dependencies",
            "build-dependencies",
            "features",
            "target",
            "bin",
            "package.name",
            "package.version",
            "package.description",
            "package.authors",
            "package.license",
            "package.keywords",
            "package.categories",
            "package.repository",
            "package.homepage",
            "package.documentation",
            "package.readme",
            "package.rust-version",
            "package.publish",
            "workspace.dependencies",
            "workspace.package",
        ],
    ),
    (
        "pyproject.toml",
        &["project", "dependency-groups", "build-system", "tool.poetry", "tool.uv", "tool.hatch.version"],
    ),
];

/// Whether both versions say the same of how the package is checked.
pub(crate) fn checks_alike(path: &str, before: &[u8], after: &[u8]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((_, idle)) = IDLE.iter().find(|(file, _)| *file == name) else { return false };
    let read = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?;
        let value: Value = if name == "package.json" {
            serde_json::from_str(text).ok()?
        } else {
            serde_json::to_value(toml::from_str::<toml::Table>(text).ok()?).ok()?
        };
        Some(without(value, idle))
    };
    let (Some(before), Some(mut after)) = (read(before), read(after)) else { return false };
    forget_new_scripts(&before, &mut after);
    forget_new_members(&before, &mut after);
    before == after
}

fn without(mut value: Value, idle: &[&str]) -> Value {
    for key in idle {
        match key.split_once('.') {
            None => drop(value.as_object_mut().and_then(|table| table.remove(*key))),
            Some((table, key)) => {
                let table = value.get_mut(table).and_then(Value::as_object_mut);
                table.and_then(|table| table.remove(key));
            }
        }
    }
    if let Some(table) = value.as_object_mut() {
        table.retain(|_, value| !value.as_object().is_some_and(serde_json::Map::is_empty));
    }
    value
}

/// A script that was not there before is run by nothing, unless its name makes npm run it around another.
fn forget_new_scripts(before: &Value, after: &mut Value) {
    let known = before.get("scripts").cloned().unwrap_or_default();
    if let Some(scripts) = after.get_mut("scripts").and_then(Value::as_object_mut) {
        let around = |name: &str| name.starts_with("pre") || name.starts_with("post");
        scripts.retain(|name, _| known.get(name).is_some() || around(name));
        if scripts.is_empty() && known.is_null() {
            after.as_object_mut().and_then(|table| table.remove("scripts"));
        }
    }
}

/// A package that joins the workspace takes no other out of it.
fn forget_new_members(before: &Value, after: &mut Value) {
    const MEMBERS: &str = "/workspace/members";
    let known = before.pointer(MEMBERS).and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(Value::Array(members)) = after.pointer_mut(MEMBERS) {
        members.retain(|member| known.contains(member));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_and_new_scripts_decide_nothing_and_the_rest_does() {
        let cargo = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
        let npm = r#"{"name":"a","scripts":{"test":"jest"}}"#;
        for (path, before, after, expected) in [
            ("Cargo.toml", cargo, &*format!("{cargo}[dependencies]\nserde = \"1\"\n"), true),
            ("app/Cargo.toml", cargo, &cargo.replace("0.1.0", "0.2.0"), true),
            ("Cargo.toml", cargo, &format!("{cargo}autotests = false\n"), false),
            ("Cargo.toml", cargo, &format!("{cargo}[[test]]\nname = \"sum\"\npath = \"t/ok.rs\"\n"), false),
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"a\"]\n",
                "[workspace]\nmembers = [\"b\", \"a\"]\n",
                true,
            ),
            ("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n", "[workspace]\nmembers = [\"b\"]\n", false),
            ("Cargo.toml", cargo, "[package", false),
            (
                "package.json",
                npm,
                r#"{"scripts":{"test":"jest","start":"node ."},"dependencies":{"a":"1"}}"#,
                true,
            ),
            ("package.json", npm, r#"{"scripts":{"test":"jest","pretest":"rm -r test"}}"#, false),
            ("package.json", npm, r#"{"scripts":{"test":"true"}}"#, false),
            ("package.json", npm, r#"{"scripts":{"test":"jest"},"jest":{"roots":["easy"]}}"#, false),
            ("package.json", "{}", r#"{"scripts":{"start":"node ."}}"#, true),
            (
                "pyproject.toml",
                "[project]\nname = \"c\"\n",
                "[project]\nname = \"c\"\ndependencies = [\"x\"]\n",
                true,
            ),
            (
                "pyproject.toml",
                "[project]\nname = \"c\"\n",
                "[project]\nname = \"c\"\n[tool.pytest.ini_options]\ntestpaths = [\"easy\"]\n",
                false,
            ),
            ("tests/a.py", "a", "a", false),
        ] {
            assert_eq!(checks_alike(path, before.as_bytes(), after.as_bytes()), expected, "{path}: {after}");
        }
    }
}
