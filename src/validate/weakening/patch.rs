//! Takes a unified diff apart: the lines added and removed in each file.

use std::collections::HashMap;

/// What happened to one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Patch<'a> {
    /// Its path from the project root: the old one, if it existed.
    pub path: String,
    /// It was there before.
    pub existed: bool,
    /// It is not there any more.
    pub gone: bool,
    /// Its lines are not told.
    pub opaque: bool,
    /// Lines that came.
    pub added: Vec<&'a str>,
    /// Lines that went.
    pub removed: Vec<&'a str>,
}

impl Patch<'_> {
    /// Takes out what went and came in this very file, white space aside: it is where it was.
    pub(super) fn settle(&mut self) {
        let plain = |line: &str| -> String { line.split_whitespace().collect() };
        let mut came: HashMap<String, u32> = HashMap::new();
        for line in &self.added {
            *came.entry(plain(line)).or_insert(0) += 1;
        }
        let mut stayed: HashMap<String, u32> = HashMap::new();
        self.removed.retain(|line| {
            let line = plain(line);
            let again = take(&mut came, &line);
            if again {
                *stayed.entry(line).or_insert(0) += 1;
            }
            !again
        });
        self.added.retain(|line| !take(&mut stayed, &plain(line)));
    }
}

/// Takes one of what there is.
pub(super) fn take(lines: &mut HashMap<String, u32>, line: &str) -> bool {
    let Some(left) = lines.get_mut(line).filter(|left| **left > 0) else { return false };
    *left -= 1;
    true
}

/// Reads a diff as git prints it and as agentrun does.
pub(super) fn patches(diff: &str) -> Vec<Patch<'_>> {
    let mut patches: Vec<Patch<'_>> = Vec::new();
    // Lines of the hunk that are still to come, so that none is taken for a header.
    let (mut old, mut new) = (0_u64, 0_u64);
    for line in diff.lines() {
        if old + new > 0 {
            let Some(patch) = patches.last_mut() else { continue };
            match line.as_bytes().first() {
                Some(b'-') => {
                    patch.removed.push(&line[1..]);
                    old = old.saturating_sub(1);
                }
                Some(b'+') => {
                    patch.added.push(&line[1..]);
                    new = new.saturating_sub(1);
                }
                Some(b'\\') => {}
                _ => (old, new) = (old.saturating_sub(1), new.saturating_sub(1)),
            }
        } else if let Some(name) = line.strip_prefix("--- ") {
            let path = path(name, "a/");
            patches.push(Patch {
                existed: path.is_some(),
                path: path.unwrap_or_default(),
                ..Patch::default()
            });
        } else if let (Some(name), Some(patch)) = (line.strip_prefix("+++ "), patches.last_mut()) {
            match path(name, "b/") {
                Some(path) if !patch.existed => patch.path = path,
                Some(_) => {}
                None => patch.gone = true,
            }
        } else if let Some(ranges) = line.strip_prefix("@@ -") {
            (old, new) = counts(ranges).unwrap_or((0, 0));
        } else if let Some((from, to)) = binary(line) {
            let (from, to) = (path(from, "a/"), path(to, "b/"));
            let (existed, gone) = (from.is_some(), to.is_none());
            let path = from.or(to).unwrap_or_default();
            patches.push(Patch { path, existed, gone, opaque: true, ..Patch::default() });
        }
    }
    patches
}

/// `Binary files a/x and b/x differ`
fn binary(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("Binary files ")?.strip_suffix(" differ")?.split_once(" and ")
}

/// A file's name; `None` for `/dev/null`.
fn path(name: &str, side: &str) -> Option<String> {
    let name = name.split('\t').next().unwrap_or(name).trim_matches('"');
    (name != "/dev/null").then(|| name.strip_prefix(side).unwrap_or(name).to_owned())
}

/// The numbers of lines in `12,3 +14,5 @@`.
fn counts(ranges: &str) -> Option<(u64, u64)> {
    let (old, rest) = ranges.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let count = |range: &str| range.split_once(',').map_or(Some(1), |(_, count)| count.parse().ok());
    Some((count(old)?, count(new)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_of_git_is_taken_apart() {
        let diff = "\
diff --git a/old.py b/old.py
deleted file mode 100644
index 1..0
--- a/old.py
+++ /dev/null
@@ -1,2 +0,0 @@
--- a comment of SQL
-two
diff --git a/x b/x
index 1..2 100644
--- a/x
+++ b/x
@@ -1 +1,2 @@ fn f()
-one
+++ one
+two
\\ No newline at end of file
Binary files /dev/null and b/logo.png differ
";
        let old = Patch {
            path: "old.py".into(),
            existed: true,
            gone: true,
            removed: vec!["-- a comment of SQL", "two"],
            ..Patch::default()
        };
        let x = Patch {
            path: "x".into(),
            existed: true,
            added: vec!["++ one", "two"],
            removed: vec!["one"],
            ..Patch::default()
        };
        let logo = Patch { path: "logo.png".into(), opaque: true, ..Patch::default() };
        assert_eq!(patches(diff), [old, x, logo]);
    }

    #[test]
    fn what_only_stands_elsewhere_in_its_file_neither_went_nor_came() {
        let (removed, added) = (vec!["a", "b", "b", "  c d"], vec!["\tb\r", "c d ", "e"]);
        let mut patch = Patch { added, removed, ..Patch::default() };
        patch.settle();
        assert_eq!((patch.removed, patch.added), (vec!["a", "b"], vec!["e"]));
    }
}
