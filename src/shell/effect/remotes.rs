//! What copies between machines: a target is on another machine if it begins with a host.

use super::call::Call;
use super::{Deed, files};

/// `rsync`: between machines, or from folder to folder.
pub(super) fn synced(call: &Call<'_>) -> Deed {
    if call.has("--dry-run") || call.has("-n") || call.has("--list-only") {
        return Deed::CHECKS;
    }
    if call.positionals.iter().any(|path| is_remote(path)) {
        return Deed::reaches("copy files from or to another machine");
    }
    files::copied(call)
}

/// `host:path` and `rsync://host/path`, but not `./a:b`.
fn is_remote(path: &str) -> bool {
    let host = path.split_once(':').map(|(host, _)| host);
    host.is_some_and(|host| !host.is_empty() && !host.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::super::CommandEffect::{Changes, Checks, Reaches};
    use super::*;

    #[test]
    fn a_host_makes_it_another_machine() {
        for (script, expected) in [
            ("rsync -av dist/ web:/srv/x", Reaches),
            ("rsync -av me@example.com:/x .", Reaches),
            ("rsync rsync://host/x .", Reaches),
            ("rsync -avn dist/ web:/srv/x", Checks),
            ("rsync -a a/ b/", Changes),
            ("rsync -a ./a:b /tmp/x", Checks),
        ] {
            let call = Call::of_words(script.split(' ').collect()).unwrap();
            assert_eq!(synced(&call).effect, expected, "{script}");
        }
    }
}
