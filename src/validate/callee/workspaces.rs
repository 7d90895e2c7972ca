//! Finds the packages of a JavaScript workspace in which a command runs a script.

use std::path::Path;

use serde_json::Value;

use super::is_check;
use crate::shell::simple::ShellOptions;
use crate::shell::walk::Callee;
use crate::validate::ProjectFiles;

/// A script that is run in some packages.
struct PackageRun<'a> {
    script: &'a str,
    /// The package that is named; `None`: all that have the script.
    package: Option<&'a str>,
}

/// What a command stands for that runs a script in packages of a workspace.
pub(super) fn packages(files: &dyn ProjectFiles, dir: &Path, words: &[&str]) -> Option<Callee> {
    let run = asked(words)?;
    let mut parts = Vec::new();
    for member in members(files, dir) {
        let text = files.text(&dir.join(&member).join("package.json"));
        let Some(package) = text.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else { continue };
        let name = package["name"].as_str().unwrap_or_default();
        let is_meant = run.package.is_none_or(|wanted| is_meant(wanted, name, &member));
        if is_meant && package["scripts"][run.script].is_string() {
            parts.push(format!("npm --prefix '{member}' run {}", run.script));
        }
    }
    let name = format!("the script `{}` of the workspace", run.script);
    let (checks, dir) = (is_check(run.script), dir.to_owned());
    (!parts.is_empty()).then_some(Callee { name, checks, parts, options: ShellOptions::PLAIN, dir })
}

/// A filter names a package, by its name or its folder; one that is more than a name may mean any.
fn is_meant(wanted: &str, name: &str, member: &str) -> bool {
    let wanted = wanted.trim_matches(['.', '/', '{', '}']);
    let own = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    wanted == name
        || wanted == member
        || own(wanted) == own(name)
        || own(wanted) == own(member)
        || wanted.contains(['*', '[', '!', '^'])
}

fn asked<'a>(words: &[&'a str]) -> Option<PackageRun<'a>> {
    let (&program, arguments) = words.split_first()?;
    let mut package = None;
    let (mut rest, mut everywhere) = (Vec::new(), false);
    let mut arguments = arguments.iter().take_while(|word| **word != "--");
    while let Some(&word) = arguments.next() {
        let (option, value) =
            word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
        match option {
            "-w" | "--workspace" | "--filter" | "-F" | "--scope" | "-p" | "--projects" | "--project"
                if value.is_some() || !(program == "pnpm" && option == "-w") =>
            {
                package = value.or_else(|| arguments.next().copied());
                everywhere = true;
            }
            "-r" | "--recursive" | "--workspaces" | "-ws" | "--all" => everywhere = true,
            "-t" | "--target" | "--targets" => rest.extend(value.or_else(|| arguments.next().copied())),
            _ if word.starts_with('-') => {}
            _ => rest.push(word),
        }
    }
    let run = |rest: &[&'a str]| match rest {
        ["t" | "tst", ..] => Some("test"),
        ["run" | "run-script", script, ..] | [script, ..] => Some(*script),
        [] => None,
    };
    match (program, rest.as_slice()) {
        ("yarn", ["workspace", package, behind @ ..]) => {
            Some(PackageRun { script: run(behind)?, package: Some(package) })
        }
        ("yarn", ["workspaces", "foreach", behind @ ..]) => {
            Some(PackageRun { script: run(behind)?, package: None })
        }
        ("npm" | "pnpm" | "yarn" | "bun", behind) if everywhere => {
            Some(PackageRun { script: run(behind)?, package })
        }
        ("nx", ["run", target, ..]) => {
            let (package, script) = target.split_once(':')?;
            Some(PackageRun { script: script.split(':').next()?, package: Some(package) })
        }
        ("nx", ["run-many" | "affected", behind @ ..]) | ("turbo" | "lerna" | "wsrun" | "lage", behind) => {
            Some(PackageRun { script: run(behind)?, package })
        }
        ("nx", [script, package, ..]) => Some(PackageRun { script, package: Some(package) }),
        ("nx", [script]) => Some(PackageRun { script, package }),
        _ => None,
    }
}

/// The folders of the packages, and the root itself.
fn members(files: &dyn ProjectFiles, dir: &Path) -> Vec<String> {
    let package =
        files.text(&dir.join("package.json")).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let listed = |value: &Value| {
        let values = value.as_array().into_iter().flatten();
        values.filter_map(|value| value.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let mut patterns = package.as_ref().map_or_else(Vec::new, |package| {
        let own = &package["workspaces"];
        if own.is_object() { listed(&own["packages"]) } else { listed(own) }
    });
    if let Some(text) = files.text(&dir.join("pnpm-workspace.yaml")) {
        let behind = text.lines().skip_while(|line| !line.starts_with("packages:"));
        let lines =
            behind.take_while(|line| line.starts_with([' ', '-', '#']) || line.starts_with("packages:"));
        let words = lines.flat_map(|line| line.trim_start_matches("packages:").split(['[', ']', ',']));
        let names = words.map(|word| word.trim().trim_start_matches("- ").trim().trim_matches(['\'', '"']));
        patterns.extend(
            names.filter(|name| !name.is_empty() && !name.starts_with(['#', '!'])).map(str::to_owned),
        );
    }
    if patterns.is_empty() {
        patterns.extend(["packages/*", "apps/*", "libs/*"].map(str::to_owned));
    }
    let mut all = Vec::new();
    for pattern in patterns {
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        match pattern.split_once("/*") {
            Some((folder, _)) => {
                all.extend(
                    files.folders(&dir.join(folder)).into_iter().map(|name| format!("{folder}/{name}")),
                );
            }
            None if pattern.starts_with('*') => all.extend(files.folders(dir)),
            None => all.push(pattern.to_owned()),
        }
    }
    all.push(".".to_owned());
    all
}
