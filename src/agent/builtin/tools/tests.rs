//! The tools in a real directory, as a model calls them.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::search::TOO_LONG;
use super::*;
use crate::facts::AgentEnd;

struct Bench {
    directory: TempDir,
    toolbox: Toolbox,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("project");
        fs::create_dir_all(root.join("src")).unwrap();
        let settings = ToolboxSettings {
            workspace: Workspace::open(&root, &["plan.md".into()]).unwrap(),
            policy: Policy::new(std::env::vars_os(), &[]),
            interrupt: Interrupt::never(),
            redact: Redact::new(["hunter2-hunter2".to_owned()]),
            timeouts: Timeouts::of(Duration::from_mins(2)),
            log_dir: root.join(".agentrun/logs"),
            unsaved: Vec::new(),
        };
        let mut bench = Self { directory, toolbox: Toolbox::new(settings) };
        bench.put("src/lib.rs", "fn one() {}\nfn two() {}\nfn three() {}\n");
        bench.put("plan.md", "- [ ] step\n");
        bench
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("project")
    }

    fn put(&mut self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn get(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    async fn call(&mut self, name: &str, arguments: Value) -> ToolOutcome {
        self.toolbox.execute(&call(name, arguments)).await.unwrap()
    }

    async fn text(&mut self, name: &str, arguments: Value) -> String {
        self.call(name, arguments).await.text
    }
}

fn call(name: &str, arguments: Value) -> ToolCall {
    let arguments = match arguments {
        Value::Object(fields) => Arguments::Object(fields),
        other => Arguments::Unreadable { unreadable: other.to_string(), problem: "it is cut off".to_owned() },
    };
    ToolCall { id: "call-1".to_owned(), name: name.to_owned(), arguments }
}

fn edits(old: &str, new: &str) -> Value {
    json!({"path": "src/lib.rs", "edits": [{"old_string": old, "new_string": new}]})
}

#[tokio::test]
async fn reading_shows_numbers_and_how_much_there_is() {
    let mut bench = Bench::new();
    let outcome = bench.call("read_file", json!({"path": "src/lib.rs", "start_line": "2", "limit": 1})).await;
    let text = "    2\tfn two() {}\n[src/lib.rs: lines 2-2 of 3; go on with start_line 3]";
    assert_eq!((outcome.text.as_str(), outcome.summary.as_str()), (text, "read src/lib.rs (lines 2-2 of 3)"));
    bench.put("crlf", "\u{feff}a\r\nb\r\n");
    let text = "    1\ta\n    2\tb\n[crlf: lines 1-2 of 2, lines end in CR LF]";
    assert_eq!(bench.text("read_file", json!({"path": "crlf"})).await, text);
    bench.put("empty", "");
    assert_eq!(bench.text("read_file", json!({"path": "empty"})).await, "[empty: empty]");
    bench.put("long", "x\n".repeat(5_000));
    let text = bench.text("read_file", json!({"path": "long"})).await;
    assert!(text.ends_with(" 2000\tx\n[long: lines 1-2000 of 5000; go on with start_line 2001]"));
    bench.put("wide", format!("{}\n", "y".repeat(3_000)).repeat(100));
    let text = bench.text("read_file", json!({"path": "wide"})).await;
    assert!(text.len() < 52_000 && text.ends_with("[wide: lines 1-25 of 100; go on with start_line 26]"));
    bench.put(".env", "KEY=hunter2-hunter2\n");
    assert!(bench.text("read_file", json!({"path": ".env"})).await.starts_with("    1\tKEY=[redacted]\n"));
}

#[tokio::test]
async fn what_cannot_be_read_is_explained() {
    let mut bench = Bench::new();
    bench.put("logo.png", b"\x89PNG\0");
    bench.put("latin.txt", b"fa\xe7ade\n");
    let cases = [
        ("src/libs.rs", "`src/libs.rs`: there is no such file; did you mean `lib.rs`?"),
        ("src", "`src`: it is a directory; list_files shows what is in it"),
        (
            "logo.png",
            "`logo.png`: it is a binary file of 5 bytes; use run_command with a program that can handle it",
        ),
        ("../x", "`../x` is outside the project; only files inside the project can be used"),
    ];
    for (path, text) in cases {
        let outcome = bench.call("read_file", json!({"path": path})).await;
        assert_eq!((outcome.text.as_str(), outcome.failed), (text, true));
    }
    let outcome = bench.call("read_file", json!({"path": "latin.txt"})).await;
    assert!(outcome.text.contains("it looks like ISO 8859-1 (Latin-1)"));
    let text = bench.text("read_file", json!({"path": "src/lib.rs", "start_line": 9})).await;
    assert!(text.starts_with("`src/lib.rs` has only 3 lines"));
}

#[tokio::test]
async fn listing_is_sorted_and_leaves_out_what_git_ignores() {
    let mut bench = Bench::new();
    bench.put(".gitignore", "target/\n");
    bench.put("target/debug/x.rs", "");
    bench.put(".git/config", "");
    bench.put(".agentrun/journal.jsonl", "");
    bench.put("src/deep/mod.rs", "");
    let text = bench.text("list_files", json!({})).await;
    assert_eq!(text, ".gitignore\nplan.md\nsrc/\n[3 entries]");
    let found = "src/deep/mod.rs\nsrc/lib.rs\n[2 entries]";
    for arguments in
        [json!({"glob": "*.rs"}), json!({"path": "src", "glob": "**/*.rs"}), json!({"glob": "src/**/*.rs"})]
    {
        assert_eq!(bench.text("list_files", arguments).await, found);
    }
    for number in 0..600 {
        bench.put(&format!("many/{number:03}"), "");
    }
    let text = bench.text("list_files", json!({"path": "many"})).await;
    assert!(text.ends_with("many/499\n[500 of 600 entries shown; narrow it with path or glob]"), "{text}");
}

#[tokio::test]
async fn searching_finds_lines_and_says_what_is_left_out() {
    let mut bench = Bench::new();
    bench.put("other.txt", "nothing\nfn (\n");
    let text = bench.text("search", json!({"pattern": r"fn t\w+"})).await;
    assert_eq!(text, "src/lib.rs:2:fn two() {}\nsrc/lib.rs:3:fn three() {}\n[2 matches in 3 files searched]");
    let text = bench.text("search", json!({"pattern": "two", "path": "src/lib.rs", "context": "1"})).await;
    let expected = "src/lib.rs-1-fn one() {}\nsrc/lib.rs:2:fn two() {}\nsrc/lib.rs-3-fn three() {}\n";
    assert_eq!(text, format!("{expected}[1 match in 1 file searched]"));
    let text = bench.text("search", json!({"pattern": "fn (", "glob": "*.txt"})).await;
    assert!(
        text.starts_with("[no valid regular expression (unclosed group): searched as literal text]\n"),
        "{text}"
    );
    assert!(text.ends_with("other.txt:2:fn (\n[1 match in 1 file searched]"), "{text}");
    bench.put("many", "match me\n".repeat(300));
    let text = bench.text("search", json!({"pattern": "match me"})).await;
    assert!(text.contains("[200 matches in 1 file, and there may be more: only so many are shown"), "{text}");
}

#[tokio::test]
async fn an_edit_shows_its_change() {
    let mut bench = Bench::new();
    bench.call("read_file", json!({"path": "src/lib.rs"})).await;
    let outcome = bench.call("edit_file", edits("fn two() {}", "fn two() {\n}")).await;
    let change =
        "     1 fn one() {}\n-    2 fn two() {}\n+    2 fn two() {\n+    3 }\n     4 fn three() {}\n";
    let expected = ToolOutcome::done(
        format!("edit src/lib.rs (+2 -1)\n{change}"),
        "edit src/lib.rs (+2 -1)".to_owned(),
        ToolEffect::Changed { path: "src/lib.rs".to_owned(), added: 2, removed: 1 },
    );
    assert_eq!(outcome, expected);
    let single = json!({"path": "src/lib.rs", "old_string": "one", "new_string": "eins"});
    assert!(!bench.call("edit_file", single).await.failed);
    assert_eq!(bench.get("src/lib.rs"), "fn eins() {}\nfn two() {\n}\nfn three() {}\n");
}

#[tokio::test]
async fn nothing_is_changed_that_was_not_seen_as_it_is() {
    let mut bench = Bench::new();
    let edit = edits("fn two() {}", "fn zwei() {}");
    let text = bench.text("edit_file", edit.clone()).await;
    assert_eq!(text, "`src/lib.rs` (3 lines) was not read in this conversation; read it first");
    let write = json!({"path": "src/lib.rs", "content": "fn new() {}\n"});
    assert!(bench.text("write_file", write.clone()).await.contains("was not read"));
    bench.call("read_file", json!({"path": "src/lib.rs"})).await;
    bench.put("src/lib.rs", "fn one() {}\nfn two() {}\nfn drei() {}\n");
    let text = bench.text("edit_file", edit.clone()).await;
    assert!(
        text.contains("nothing was written. This is the change") && text.contains("+    3 fn drei() {}"),
        "{text}"
    );
    assert!(!bench.call("edit_file", edit).await.failed);
    assert_eq!(bench.get("src/lib.rs"), "fn one() {}\nfn zwei() {}\nfn drei() {}\n");
    bench.put("src/lib.rs", "line\n".repeat(2_000));
    assert!(bench.text("write_file", write.clone()).await.contains("in many places; read it again"));
    assert!(bench.text("write_file", write).await.contains("was not read"));
}

#[tokio::test]
async fn failures_in_a_row_end_with_the_file_itself() {
    let mut bench = Bench::new();
    bench.call("read_file", json!({"path": "src/lib.rs"})).await;
    for _ in 0..2 {
        let text = bench.text("edit_file", edits("fn too() {}", "x")).await;
        assert!(text.ends_with("did you mean, line 2:\nfn two() {}"), "{text}");
    }
    let text = bench.text("edit_file", edits("fn too() {}", "x")).await;
    assert!(
        text.contains("    3\tfn three() {}\n")
            && text.ends_with("write the whole file (3 lines) with write_file")
    );
}

#[tokio::test]
async fn writing_makes_new_files_and_keeps_the_shape_of_old_ones() {
    let mut bench = Bench::new();
    let outcome = bench.call("write_file", json!({"path": "new/a.txt", "content": "a\nb\n"})).await;
    assert_eq!(
        (outcome.text.as_str(), bench.get("new/a.txt").as_str()),
        ("write new/a.txt (+2 -0)", "a\nb\n")
    );
    assert!(
        bench.text("write_file", json!({"path": "new/a.txt", "content": "a\nb\n"})).await.contains("already")
    );
    bench.put("crlf", "\u{feff}a\r\nb\r\n");
    bench.call("read_file", json!({"path": "crlf"})).await;
    bench.call("write_file", json!({"path": "crlf", "content": "a\nc\n"})).await;
    assert_eq!(bench.get("crlf"), "\u{feff}a\r\nc\r\n");
    let outcome = bench.call("write_file", json!({"path": "plan.md", "content": "- [x] step\n"})).await;
    assert!(outcome.text.starts_with("`plan.md` is protected"));
    assert_eq!((bench.get("plan.md").as_str(), outcome.effect), ("- [ ] step\n", ToolEffect::None));
    let outcome = bench
        .call("edit_file", json!({"path": "none", "edits": [{"old_string": "a", "new_string": "b"}]}))
        .await;
    assert_eq!(outcome.text, "`none`: there is no such file; write_file creates a new file");
}

#[tokio::test]
async fn a_command_that_cannot_be_what_is_meant_is_not_run() {
    let mut bench = Bench::new();
    for workdir in ["..", "none", "plan.md"] {
        assert!(bench.call("run_command", json!({"command": "pwd", "workdir": workdir})).await.failed);
    }
    let outcome = bench.call("run_command", json!({"command": "true", "timeout_s": "5"})).await;
    assert!(outcome.text.starts_with("`timeout_s` is not a whole number from 0; nothing was done."));
    let outcome = bench.call("run_command", json!({"command": " "})).await;
    assert!(outcome.text.starts_with("`command` is empty; nothing was done."), "{}", outcome.text);
}

#[tokio::test]
async fn notes_and_claims_are_handed_on() {
    let mut bench = Bench::new();
    let outcome = bench.call("note", json!({"text": " the API is v2 "})).await;
    assert_eq!(outcome.effect, ToolEffect::Noted("the API is v2".to_owned()));
    let text = bench.text("note", json!({"text": "x".repeat(5_000)})).await;
    assert!(text.starts_with("`text` has 5000 bytes; a note has at most 4096; nothing was done."), "{text}");
    let outcome = bench.call("finish_step", json!({"status": "done", "summary": "added it"})).await;
    let end = AgentEnd::Done { summary: "added it".to_owned() };
    assert_eq!(
        (outcome.effect, outcome.summary.as_str()),
        (ToolEffect::Finished(end), "finish: done: added it")
    );
    let outcome = bench.call("finish_step", json!({"status": "blocked", "summary": "no"})).await;
    assert!(outcome.failed && outcome.text.starts_with("`blocked_reason` is missing"));
}

#[tokio::test]
async fn wrong_calls_are_answered_with_what_would_be_right() {
    let mut bench = Bench::new();
    let outcome = bench.call("READ_FILE ", json!({"path": "src/lib.rs"})).await;
    assert!(!outcome.failed);
    let text = bench.text("bash", json!({"command": "ls"})).await;
    let names = "read_file, list_files, search, edit_file, write_file, run_command, note, finish_step";
    assert_eq!(text, format!("there is no tool `bash`; the tools are: {names}"));
    let schema = r#"The arguments of note: {"properties":{"text":{"type":"string"}},"required":["text"],"type":"object"}"#;
    let cases = [
        (json!({}), "`text` is missing"),
        (json!({"text": 5}), "`text` is not a string"),
        (json!({"text": "x", "file": "y"}), "`file` is not an argument"),
        (json!("{\"text\": \"x"), "the arguments could not be read: it is cut off"),
    ];
    for (arguments, problem) in cases {
        assert_eq!(bench.text("note", arguments).await, format!("{problem}; nothing was done. {schema}"));
    }
    let wrong = json!({"path": "a", "edits": [{"old_string": "x", "new_string": 1}]});
    assert!(bench.text("edit_file", wrong).await.starts_with("`edits[0].new_string` is not a string"));
}

#[test]
fn a_call_is_described_in_one_line() {
    let bench = Bench::new();
    let cases = [
        (call("run_command", json!({"command": "echo hunter2-hunter2\nls"})), "run echo [redacted] …"),
        (call("list_files", json!({})), "list ."),
        (call("edit_file", json!("{")), "edit (unreadable arguments)"),
        (call("bash", json!({})), "unknown tool bash"),
    ];
    for (call, line) in cases {
        assert_eq!(bench.toolbox.describe(&call), line);
    }
}

#[tokio::test]
async fn a_list_of_what_to_ignore_that_nobody_wrote_is_not_read() {
    for folder in ["", "src/"] {
        let mut bench = Bench::new();
        bench.put(&format!("{folder}.gitignore"), "*.rs\n".repeat(60_000));
        let listed = bench.text("list_files", json!({"glob": "*.rs"})).await;
        let found = bench.text("search", json!({"pattern": "fn two"})).await;
        if folder.is_empty() {
            assert_eq!(listed, "src/lib.rs\n[1 entry]");
            assert!(found.contains("src/lib.rs:2:fn two() {}\n[1 match"), "{found}");
        } else {
            // What holds such a list is passed over.
            assert_eq!([listed, found], ["[0 entries]", "[0 matches in 1 file searched]"]);
        }
    }
}

#[tokio::test]
async fn a_tool_ends_when_the_time_of_its_attempt_is_up() {
    let mut bench = Bench::new();
    bench.toolbox.end_by(Deadline::after(Duration::ZERO));
    let listed = bench.text("list_files", json!({})).await;
    assert_eq!(listed, "[0 entries, and there may be more: the time is up; narrow it with path or glob]");
    let found = bench.text("search", json!({"pattern": "fn"})).await;
    assert_eq!(found, format!("[0 matches in 0 files, and there may be more: {TOO_LONG}]"));
}
