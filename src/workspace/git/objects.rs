//! Reads and writes objects of git.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Git, LARGE_FILES};
use crate::workspace::entry::{self, Difference, TreeEntry};
use crate::workspace::snapshot::SnapshotError;

impl Git {
    pub(super) async fn sizes(&self, objects: &[&str]) -> Result<HashMap<String, u64>, SnapshotError> {
        let printed = self.batch("--batch-check=%(objectname) %(objectsize)", objects).await?;
        let printed = String::from_utf8_lossy(&printed).into_owned();
        let lines = printed.lines().filter_map(|line| line.split_once(' '));
        Ok(lines.filter_map(|(object, size)| Some((object.to_owned(), size.parse().ok()?))).collect())
    }

    /// The large files among those that are not spelled out.
    pub(super) async fn large(
        &self,
        differences: &[Difference],
        opaque: &BTreeSet<&str>,
    ) -> Result<Vec<String>, SnapshotError> {
        let named = differences.iter().map(|found| (found.path.to_string_lossy(), found));
        let named: Vec<_> = named.filter(|(path, _)| opaque.contains(&**path)).collect();
        let objects = named.iter().flat_map(|(_, found)| found.entries());
        let sizes = self.sizes(&objects.map(|entry| entry.object.as_str()).collect::<Vec<_>>()).await?;
        let is_large = |entry: &TreeEntry| sizes.get(&entry.object).is_some_and(|&size| size > LARGE_FILES.1);
        let large = named.into_iter().filter(|(_, found)| found.entries().any(is_large));
        Ok(large.map(|(path, _)| path.into_owned()).collect())
    }

    /// The contents of objects; one that is not there is left out.
    pub(super) async fn contents(&self, objects: &[&str]) -> Result<HashMap<String, Vec<u8>>, SnapshotError> {
        let printed = self.batch("--batch=%(objectname) %(objectsize)", objects).await?;
        let mut contents = HashMap::new();
        let mut rest = printed.as_slice();
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest = &rest[end + 1..];
            let size = head.split_once(' ').and_then(|(object, size)| Some((object, size.parse().ok()?)));
            let Some((object, size)) = size.filter(|&(_, size): &(&str, usize)| size < rest.len()) else {
                continue;
            };
            contents.insert(object.to_owned(), rest[..size].to_vec());
            rest = &rest[size + 1..];
        }
        Ok(contents)
    }

    pub(super) async fn text(&self, object: &str) -> Result<String, SnapshotError> {
        let bytes = self.private(["cat-file", "blob", object]).bytes().await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Keeps a text, and names its object.
    pub(super) async fn keep(&self, text: &str) -> Result<String, SnapshotError> {
        self.call(["hash-object", "-w", "--stdin", "--no-filters"]).stdin(text).line().await
    }

    /// Whether trees, with all that are in them, are what their names say.
    pub(in crate::workspace) async fn check_trees(&self, trees: &[&str]) -> Result<(), SnapshotError> {
        let mut all: HashSet<String> = trees.iter().map(|&tree| tree.to_owned()).collect();
        for tree in trees {
            let list = self.private(["ls-tree", "-r", "-d", "-z", "--full-tree", tree]);
            let listed = entry::tree(&list.bytes().await?);
            all.extend(listed.into_values().filter(|entry| !entry.is_repository()).map(|entry| entry.object));
        }
        self.check(all.iter().map(|tree| format!("{tree}^{{tree}}"))).await
    }

    /// Whether the contents of files are what their names say.
    pub(in crate::workspace) async fn check_files(
        &self,
        entries: impl Iterator<Item = &TreeEntry>,
    ) -> Result<(), SnapshotError> {
        let files = entries.filter(|entry| !entry.is_repository());
        self.check(files.map(|entry| format!("{}^{{blob}}", entry.object))).await
    }

    /// Git believes what its store holds under a name, and commands can write the store; only what is
    /// asked for with its kind is digested again.
    async fn check(&self, objects: impl Iterator<Item = String>) -> Result<(), SnapshotError> {
        let objects: Vec<String> = objects.collect();
        let names: Vec<&str> = objects.iter().map(String::as_str).collect();
        let printed = self.batch("--batch-check=%(objectname)", &names).await?;
        let printed = String::from_utf8_lossy(&printed).into_owned();
        let forged = printed.lines().find_map(|line| line.strip_suffix(" missing")?.split('^').next());
        forged.map_or(Ok(()), |object| Err(SnapshotError::Forged { object: object.to_owned() }))
    }

    async fn batch(&self, how: &str, objects: &[&str]) -> Result<Vec<u8>, SnapshotError> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        self.call(["cat-file", how]).stdin(objects.join("\n") + "\n").bytes().await
    }
}
