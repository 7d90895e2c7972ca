//! Finds the sockets of the host that have a path: a network of one's own does not keep them away.

use std::path::{Path, PathBuf};

/// Those that are there now, outside of a folder.
pub(super) fn sockets(outside: &Path) -> Vec<PathBuf> {
    let table = std::fs::read_to_string("/proc/net/unix").unwrap_or_default();
    let mut found = paths(&table);
    // Nothing of `/run` is there in such a sandbox anyway.
    found.retain(|path| !path.starts_with(outside) && !path.starts_with("/run") && path.exists());
    found.sort();
    found.dedup();
    found
}

/// The paths in the kernel's table: the eighth column, where it is one. A name that begins with `@` is none: it
/// belongs to the network.
fn paths(table: &str) -> Vec<PathBuf> {
    let path = |line: &str| {
        let at = line.find(" /")?;
        Some(PathBuf::from(&line[at + 1..]))
    };
    table.lines().skip(1).filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn sockets_with_a_path_are_found_and_no_others() {
        let table = "\
Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 20170 /run/user/1000/bus
0000000000000000: 00000003 00000000 00000000 0001 03 20171
0000000000000000: 00000002 00000000 00010000 0001 01 20172 @/tmp/dbus-x
0000000000000000: 00000002 00000000 00010000 0001 01 20173 /home/me/a b.sock
";
        assert_eq!(paths(table), [Path::new("/run/user/1000/bus"), Path::new("/home/me/a b.sock")]);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().canonicalize().unwrap().join("s");
        let _listener = UnixListener::bind(&path).unwrap();
        assert!(sockets(Path::new("/nowhere")).contains(&path));
        assert!(!sockets(path.parent().unwrap()).contains(&path));
    }
}
