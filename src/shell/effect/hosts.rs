//! Whether a host is this machine, as far as its name says so.

/// Where something is that is named by a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HostPlace {
    /// On this machine, or in its own network of containers.
    Here,
    /// On another one.
    Elsewhere,
    /// A variable has its name.
    Unknown,
}

/// Parts of names that mean the environment of others.
const PRODUCTION: &[&str] = &["prod", "production", "prd", "live", "staging"];

/// Endings of names that never leave the machine.
const LOCAL: &[&str] = &[".local", ".localhost", ".test", ".internal", ".invalid", ".lan", ".localdomain"];

/// A text names the environment of others: `--env production`, `$PROD_URL`.
pub(super) fn names_production(text: &str) -> bool {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    parts.into_iter().any(|part| PRODUCTION.contains(&part.to_ascii_lowercase().as_str()))
}

/// The place of the host of a URL, or of a host itself.
pub(super) fn place_of(url: &str) -> HostPlace {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    // `${BASE_URL:-http://localhost:3000}/x` says what it is when nobody says otherwise.
    if let Some((_, default)) = rest.strip_prefix("${").and_then(|rest| rest.split_once(":-")) {
        return place_of(default.trim_end_matches('}'));
    }
    if let Some((_, default)) = url.strip_prefix("${").and_then(|rest| rest.split_once(":-")) {
        return place_of(default.split('}').next().unwrap_or(default));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or(six),
        None if host.matches(':').count() > 1 => host,
        None => host.split(':').next().unwrap_or(host),
    };
    place_of_name(&host.to_ascii_lowercase())
}

fn place_of_name(host: &str) -> HostPlace {
    let is_loopback = ["", "localhost", "::1", "0.0.0.0", "::"].contains(&host)
        || host.starts_with("127.")
        || LOCAL.iter().any(|end| host.ends_with(end));
    if names_production(host) && !is_loopback {
        HostPlace::Elsewhere
    } else if host.contains(['$', '`', '{', '<']) {
        HostPlace::Unknown
    } else if is_loopback || !host.contains(['.', ':']) {
        // A name without a dot is a container of this machine.
        HostPlace::Here
    } else {
        HostPlace::Elsewhere
    }
}

#[cfg(test)]
mod tests {
    use super::HostPlace::{Elsewhere, Here, Unknown};
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (url, expected) in [
            ("http://localhost:3000/x", Here),
            ("https://user:pw@127.0.0.1/x?y", Here),
            ("http://[::1]:80/", Here),
            ("postgres://me:pw@db:5432/x", Here),
            ("app.test", Here),
            ("host.docker.internal:80", Here),
            (":3000/x", Here),
            ("${BASE:-http://localhost:3000}/x", Here),
            ("https://api.example.com/x", Elsewhere),
            ("postgres://me@db.example.com/x", Elsewhere),
            ("10.0.0.3", Elsewhere),
            ("prod-db", Elsewhere),
            ("$PROD_URL/x", Elsewhere),
            ("$API/x", Unknown),
            ("https://$HOST/x", Unknown),
            ("${BASE:-https://example.com}/x", Elsewhere),
        ] {
            assert_eq!(place_of(url), expected, "{url}");
        }
    }
}
