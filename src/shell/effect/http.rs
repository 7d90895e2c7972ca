//! What a request to a server does: one that only asks, or one to this machine, checks.

use super::call::Call;
use super::hosts::{HostPlace, place_of};
use super::{Deed, files};

const SENDS: Deed = Deed::reaches("send data to another machine");
const METHODS: &[&str] = &["GET", "HEAD", "OPTIONS", "QUERY"];

/// Options that send something, and so make a request a POST.
const BODIES: &[&str] = &[
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-urlencode",
    "--data-ascii",
    "--json",
    "-F",
    "--form",
    "--form-string",
    "-T",
    "--upload-file",
    "--post-data",
    "--post-file",
    "--body-data",
    "--body-file",
];

/// `curl`, `wget` and `http`.
pub(super) fn request(call: &Call<'_>) -> Deed {
    if !["curl", "curlie", "wget", "http"].contains(&call.program) {
        return load(call);
    }
    let (method, targets) = method_and_targets(call);
    let asks = method.is_none_or(|method| METHODS.contains(&method.to_ascii_uppercase().as_str()));
    let here = !targets.is_empty() && targets.iter().all(|target| place_of(target) == HostPlace::Here);
    if !asks && !here {
        return SENDS;
    }
    let file = call.value(if call.program == "wget" { "-O --output-document" } else { "-o --output" });
    match file.filter(|file| *file != "-") {
        Some(file) => files::written(file, call.dir),
        None if downloads(call) && !call.has("--spider") => Deed::changes("download a file"),
        None => Deed::CHECKS,
    }
}

/// It keeps the file under its own name: `-O`, `-sSLO`.
fn downloads(call: &Call<'_>) -> bool {
    let is_cluster = |word: &&str| word.starts_with('-') && word.ends_with('O') && !word.starts_with("-X");
    call.program == "wget" || call.own_words().iter().any(|word| is_cluster(word) || *word == "--remote-name")
}

/// The method that a request has, and where it goes.
fn method_and_targets<'a>(call: &Call<'a>) -> (Option<&'a str>, Vec<&'a str>) {
    let mut targets = call.positionals.clone();
    if call.program == "http" {
        let is_method = |word: &&str| word.bytes().all(|byte| byte.is_ascii_uppercase());
        let method = targets.first().copied().filter(is_method);
        targets.drain(..usize::from(method.is_some()));
        let sends = targets.iter().skip(1).any(|item| !item.contains("==") && item.contains(['=', '@']));
        targets.truncate(1);
        return (method.or(sends.then_some("POST")), targets);
    }
    targets.extend(call.values("--url"));
    let body = !call.has("-G") && !call.has("--get") && BODIES.iter().any(|option| is_given(call, option));
    (call.value("-X --request --method").or(body.then_some("POST")), targets)
}

/// An option with its value in the next word, behind `=`, or in the same word: `-d@file`.
fn is_given(call: &Call<'_>, option: &str) -> bool {
    let attached = |word: &&str| match word.strip_prefix(option) {
        Some(rest) => rest.is_empty() || !option.starts_with("--") || rest.starts_with('='),
        None => false,
    };
    call.own_words().iter().skip(1).any(attached)
}

/// A program that calls another machine, or puts load on it.
pub(super) fn load(call: &Call<'_>) -> Deed {
    let elsewhere = |word: &&str| {
        let is_address = word.contains("://") || word.contains(':') || word.contains('.');
        let is_file = word.starts_with(['.', '/']) || [".hurl", ".js"].iter().any(|end| word.ends_with(end));
        is_address && !is_file && place_of(word) == HostPlace::Elsewhere
    };
    let mut targets = call.positionals.iter().copied().chain(call.values("--host -H"));
    if targets.any(|word| elsewhere(&word)) { Deed::reaches("call another machine") } else { Deed::CHECKS }
}

/// `gh api` and `glab api`.
pub(super) fn api(call: &Call<'_>) -> Deed {
    let fields = ["-f", "-F", "--field", "--raw-field", "--input", "--form"];
    let sends = fields.iter().any(|option| call.has(option));
    let query = call.values("-f -F --field --raw-field").find_map(|field| field.strip_prefix("query="));
    let asks = match (call.value("-X --method"), query) {
        (_, Some(query)) => !query.trim_start().starts_with("mutation"),
        (Some(method), None) => METHODS.contains(&method.to_ascii_uppercase().as_str()),
        (None, None) => !sends,
    };
    if asks { Deed::CHECKS } else { Deed::reaches("change what the repository's host keeps") }
}

#[cfg(test)]
mod tests {
    use super::super::CommandEffect::{Changes, Checks, Reaches};
    use super::*;

    #[test]
    fn method_and_host_of_a_request_decide() {
        for (script, expected) in [
            ("curl https://example.com/health", Checks),
            ("curl -fsS -o /dev/null -w %{http_code} https://example.com", Checks),
            ("curl -X POST localhost:3000/x -d a=b", Checks),
            ("curl -XPOST http://127.0.0.1:80/x", Checks),
            ("curl -X DELETE https://api.example.com/x", Reaches),
            ("curl -d @x.json https://example.com", Reaches),
            ("curl -G -d q=x https://example.com", Checks),
            ("curl --json {} $API/x", Reaches),
            ("curl -X POST http://api:8080/x", Checks),
            ("curl -o x.json https://example.com", Changes),
            ("curl -X GET -d a https://example.com", Checks),
            ("wget --post-data=a https://example.com", Reaches),
            ("wget -q --spider https://example.com", Checks),
            ("http POST https://example.com a=b", Reaches),
            ("http https://example.com a=b", Reaches),
            ("http :3000/x a=b", Checks),
            ("http GET https://example.com a==b", Checks),
        ] {
            let call = Call::of_words(script.split(' ').collect()).unwrap();
            assert_eq!(request(&call).effect, expected, "{script}");
        }
    }
}
