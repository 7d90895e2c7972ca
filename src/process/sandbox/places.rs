//! The usual places of caches, which commands may write, and of credentials, which they may not see.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders of caches: the variable that names the base, the base below the home, and what of it is
/// a cache. Programs that a person runs outside of the sandbox, such as `~/.cargo/bin`, the toolchains of
/// rustup, wrappers of gradle and what `npx` installs, are none. `~/.cache` holds both: what of it is data is
/// in no structure but its name.
const CACHES: &[(&str, &str, &[&str])] = &[
    ("XDG_CACHE_HOME", ".cache", DATA),
    (
        "CARGO_HOME",
        ".cargo",
        &["registry", "git", ".package-cache", ".package-cache-mutate", ".global-cache"],
    ),
    ("npm_config_cache", ".npm", &["_cacache", "_logs", "_update-notifier-last-checked"]),
    ("PNPM_HOME", ".local/share/pnpm", &["store"]),
    ("YARN_CACHE_FOLDER", ".yarn", &["cache", "berry/cache"]),
    ("PIP_CACHE_DIR", ".cache/pip", &[""]),
    ("UV_CACHE_DIR", ".cache/uv", &[""]),
    ("GOPATH", "go", &["pkg"]),
    ("GOMODCACHE", "go/pkg/mod", &[""]),
    ("GOCACHE", ".cache/go-build", &[""]),
    ("GRADLE_USER_HOME", ".gradle", &["caches", "daemon", "native", "notifications", "workers"]),
    ("", ".m2", &["repository"]),
    ("CCACHE_DIR", ".ccache", &[""]),
    ("", ".nuget", &["packages"]),
    ("", ".bundle", &["cache"]),
    ("", ".pub-cache", &["hosted", "git"]),
];

/// Caches below `~/.cache` that hold no program that a person runs.
const DATA: &[&str] = &[
    "pip",
    "uv",
    "go-build",
    "golangci-lint",
    "staticcheck",
    "yarn",
    "pnpm",
    "turbo",
    "node-gyp",
    "typescript",
    "deno",
    "bun",
    "ccache",
    "sccache",
    "bazel",
    "composer",
    "coursier",
    "mypy",
    "ruff",
    "black",
    "pypoetry/cache",
    "pypoetry/artifacts",
    "pdm",
    "hatch",
    "fontconfig",
    "matplotlib",
    "huggingface",
    "torch",
    "zig",
    "ghcup/cache",
    "helm",
    "trivy",
    "swiftpm",
    "org.swift.swiftpm",
    "mesa_shader_cache",
];

/// Caches without which a tool does not work, below the home, and its program.
const NEEDED: &[(&str, &str, &str, &str)] = &[
    ("GOCACHE", ".cache/go-build", "", "go"),
    ("GOPATH", "go", "pkg", "go"),
    ("npm_config_cache", ".npm", "_cacache", "npm"),
    ("npm_config_cache", ".npm", "_logs", "npm"),
    ("PIP_CACHE_DIR", ".cache/pip", "", "pip"),
    ("UV_CACHE_DIR", ".cache/uv", "", "uv"),
    ("CARGO_HOME", ".cargo", "registry", "cargo"),
    ("CARGO_HOME", ".cargo", "git", "cargo"),
    ("", ".m2", "repository", "mvn"),
    ("GRADLE_USER_HOME", ".gradle", "caches", "gradle"),
    ("YARN_CACHE_FOLDER", ".cache/yarn", "", "yarn"),
    ("", ".nuget", "packages", "dotnet"),
];

/// Folders that builds write to, wherever they are, if the environment names them.
const BUILDS: &[&str] = &["CARGO_TARGET_DIR"];

/// Credentials, and what else a command has no business with, below the home.
const CREDENTIALS: &[&str] = &[
    ".ssh",
    ".aws",
    ".azure",
    ".gnupg",
    ".kube",
    ".docker/config.json",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".git-credentials",
    ".gem/credentials",
    ".terraform.d/credentials.tfrc.json",
    ".vault-token",
    ".pgpass",
    ".my.cnf",
    ".password-store",
    ".local/share/keyrings",
    ".mozilla",
    // The logins of coding agents.
    ".claude",
    ".claude.json",
    ".codex",
    ".copilot",
    ".gemini",
    ".qwen",
    ".local/share/opencode",
];

/// The same below the folder of settings.
const SETTINGS: &[&str] =
    &["gh", "gcloud", "git/credentials", "hub", "op", "rclone", "agentrun", "opencode", "github-copilot"];

/// The caches that may be there, by the environment and the usual places.
pub fn caches(variable: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let home = variable("HOME");
    let places = CACHES.iter().filter_map(|&(name, usual, parts)| {
        let base = variable(name).or_else(|| Some(home.as_ref()?.join(usual)))?;
        Some(parts.iter().map(move |part| join(&base, part)))
    });
    let builds = BUILDS.iter().filter_map(|name| variable(name));
    places.flatten().chain(builds).filter(|path| path.is_absolute()).collect()
}

/// The caches that tools cannot make themselves in a sandbox, each with the program that needs it.
pub fn needed_caches(variable: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<(PathBuf, &'static str)> {
    let home = variable("HOME");
    let needed = NEEDED.iter().filter_map(|&(name, usual, part, program)| {
        let base = variable(name).or_else(|| Some(home.as_ref()?.join(usual)))?;
        Some((join(&base, part), program))
    });
    needed.filter(|(path, _)| path.is_absolute()).collect()
}

/// The credentials that may be there, and agentrun's own settings and secrets. Where nobody says
/// what the home is, those that a variable of their own names are left.
pub fn credentials(variable: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let home = variable("HOME");
    let below_home = |name: &str| Some(home.as_ref()?.join(name));
    let places: [(Option<PathBuf>, &[&str]); 5] = [
        (home.clone(), CREDENTIALS),
        (variable("XDG_CONFIG_HOME").or_else(|| below_home(".config")), SETTINGS),
        (variable("CARGO_HOME").or_else(|| below_home(".cargo")), &["credentials", "credentials.toml"]),
        // Keys of a time without the variable are keys, too.
        (variable("XDG_STATE_HOME"), &["agentrun"]),
        (below_home(".local/state"), &["agentrun"]),
    ];
    let known = places.into_iter().filter_map(|(base, names)| Some((base?, names)));
    let found = known.flat_map(|(base, names)| names.iter().map(move |name| base.join(name)));
    found.collect::<BTreeSet<PathBuf>>().into_iter().collect()
}

fn join(base: &Path, part: &str) -> PathBuf {
    if part.is_empty() { base.to_owned() } else { base.join(part) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Option<PathBuf> {
        match name {
            "HOME" => Some("/home/me".into()),
            "CARGO_HOME" => Some("/opt/cargo".into()),
            "CARGO_TARGET_DIR" => Some("/srv/target".into()),
            _ => None,
        }
    }

    #[test]
    fn caches_are_where_the_environment_says_and_hold_no_programs() {
        let caches = caches(&variable);
        for cache in [
            "/srv/target",
            "/opt/cargo/registry",
            "/home/me/.cache/pip",
            "/home/me/.npm/_cacache",
            "/home/me/go/pkg",
            "/home/me/.gradle/caches",
        ] {
            assert!(caches.contains(&PathBuf::from(cache)), "{cache}");
        }
        for other in [
            "/home/me/.cache",
            "/home/me/.npm",
            "/home/me/.gradle/wrapper",
            "/opt/cargo",
            "/opt/cargo/bin",
            "/home/me",
            "/home/me/.gradle",
            "/home/me/go/bin",
        ] {
            assert!(!caches.contains(&PathBuf::from(other)), "{other}");
        }
    }

    #[test]
    fn credentials_are_named_wherever_the_environment_puts_them() {
        let hidden = credentials(&variable);
        for secret in [
            "/home/me/.ssh",
            "/home/me/.cargo/credentials.toml",
            "/opt/cargo/credentials.toml",
            "/home/me/.config/gh",
            "/home/me/.claude",
            "/home/me/.config/agentrun",
            "/home/me/.local/state/agentrun",
        ] {
            assert!(hidden.contains(&PathBuf::from(secret)), "{secret}");
        }
        assert_eq!(credentials(&|_| None), Vec::<PathBuf>::new());
        let state = |name: &str| (name == "XDG_STATE_HOME").then(|| PathBuf::from("/srv/state"));
        assert_eq!(credentials(&state), [PathBuf::from("/srv/state/agentrun")]);
    }
}
