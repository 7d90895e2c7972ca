//! Looks for secrets in what a commit would add.

use std::collections::HashSet;

use super::Git;
use super::change::PathChange;
use crate::facts::{CommitRefusal, Secret};
use crate::redact::Redact;

/// Most findings that are told of one file.
const MOST: usize = 5;

/// A larger file is not looked through, and so not committed.
const MOST_BYTES: u64 = 10 << 20;

/// Changes that are looked through at once: they hold at most 320 MiB.
const AT_ONCE: usize = 16;

impl Git {
    /// What looks like a secret in what is added.
    pub(super) async fn secrets(
        &self,
        changes: &[PathChange],
        redact: &Redact,
    ) -> Result<Vec<Secret>, CommitRefusal> {
        let objects: Vec<&str> = changes.iter().filter_map(PathChange::object).collect();
        let sizes = self.sizes(&objects).await?;
        let size = |change: &PathChange| change.object().and_then(|object| sizes.get(object)).copied();
        if let Some(large) = changes.iter().find(|change| size(change).unwrap_or_default() > MOST_BYTES) {
            let (path, size) = (self.say(&large.path), size(large).unwrap_or_default());
            let reason = format!("`{path}` has {size} bytes, too many to be looked through for secrets");
            return Err(CommitRefusal::impossible(reason));
        }
        let mut found = Vec::new();
        for some in changes.chunks(AT_ONCE) {
            let after = some.iter().filter_map(PathChange::object);
            let head = some.iter().filter_map(|change| Some(change.head.as_ref()?.object.as_str()));
            let contents = self.contents(&after.chain(head).collect::<Vec<_>>()).await?;
            for change in some {
                let Some(new) = change.object().and_then(|object| contents.get(object)) else { continue };
                let old = change.head.as_ref().map(|head| contents.get(&head.object).map(Vec::as_slice));
                let old = old.map(Option::unwrap_or_default);
                found.extend(find(&self.say(&change.path), old, new, redact));
            }
        }
        Ok(found)
    }
}

/// What looks like a secret in a file: in lines that it did not have before, or in the name of a
/// new one. `old` is `None` for a new file.
fn find(path: &str, old: Option<&[u8]>, new: &[u8], redact: &Redact) -> Vec<Secret> {
    let secret = |line, shape: &str| Secret { path: path.to_owned(), line, shape: shape.to_owned() };
    if old.is_none()
        && let Some(shape) = named_for_secrets(path)
    {
        return vec![secret(None, shape)];
    }
    let known: HashSet<&[u8]> = old.into_iter().flat_map(lines).collect();
    let added = lines(new).zip(1..).filter(|(line, _)| !known.contains(line));
    let found = added.filter_map(|(line, number)| {
        redact.find(&String::from_utf8_lossy(line)).map(|shape| secret(Some(number), shape))
    });
    found.take(MOST).collect()
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == b'\n')
}

/// Files that exist to hold secrets. What ends with `.pem` is judged by its content: certificates
/// are public.
fn named_for_secrets(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let key = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"].iter().any(|key| name.starts_with(key));
    match name.rsplit_once('.') {
        Some(("", "env")) => Some("a file for secrets"),
        Some((_, "pub")) => None,
        _ => key.then_some("a private key by its name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_lines_are_looked_at_and_old_ones_are_not() {
        let redact = Redact::new([]);
        let token = "token = ghp_abcdefghijklmnopqrstuvwxyz0123456789";
        let old = format!("{token}\none\n");
        let new = format!("one\n{token}\nAKIAABCDEFGHIJKLMNOP\n");
        let secret = |line: usize, shape: &str| Secret {
            path: "a/b".to_owned(),
            line: Some(line),
            shape: shape.to_owned(),
        };
        let aws = secret(3, "an AWS access key");
        assert_eq!(find("a/b", None, new.as_bytes(), &redact), [secret(2, "a GitHub token"), aws.clone()]);
        assert_eq!(find("a/b", Some(old.as_bytes()), new.as_bytes(), &redact), [aws]);
    }

    #[test]
    fn new_files_are_known_by_their_names() {
        let redact = Redact::new([]);
        let by_name = |path: &str, old: Option<&[u8]>| {
            find(path, old, b"x", &redact).first().map(|secret| secret.shape.clone())
        };
        assert_eq!(by_name("app/.env", None).as_deref(), Some("a file for secrets"));
        assert_eq!(by_name(".ssh/id_rsa_work", None).as_deref(), Some("a private key by its name"));
        for (path, old) in
            [("app/.env", Some(&b"y"[..])), (".env.example", None), ("id_rsa.pub", None), ("c.pem", None)]
        {
            assert_eq!(by_name(path, old), None, "{path}");
        }
        let pem = find("c.pem", None, b"-----BEGIN PRIVATE KEY-----\n", &redact);
        assert_eq!(pem[0].line, Some(1));
    }
}
