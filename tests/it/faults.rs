//! Every file that the program writes is cut short, finds no room, or is left in the middle; then it is
//! started again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::crash::{PLAN, REPLIES, repeated};
use crate::support::bench::{Bench, Ran};

/// How many moments of each kind, unless the variable says otherwise.
const MOMENTS: u64 = 5;

/// What is preloaded: it stands between the program and the system.
static FAULTS: LazyLock<PathBuf> = LazyLock::new(|| {
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("faults-{}.so", std::process::id()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/faults.c");
    let mut compiler = Command::new("cc");
    let built =
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).args([&library, &source]).args(["-ldl"]).status();
    assert!(built.unwrap().success(), "a linker of Rust programs is a compiler of C");
    library
});

/// A plan with a box that a person has ticked.
fn bench() -> Bench {
    let plan = PLAN.replace("- [ ] Write `three.txt`", "- [x] Think about it\n- [ ] Write `three.txt`");
    let bench = Bench::with_plan(plan.as_bytes());
    bench.file("replies.jsonl", REPLIES);
    bench.git();
    bench
}

fn execute(bench: &Bench) -> Ran {
    bench.run(&["execute", "plan.md", "--model", "scripted:replies.jsonl"])
}

/// A run in which this happens at this call.
fn disturbed(bench: &Bench, kind: &str, call: u64) -> Ran {
    let mut command = bench.command(&["execute", "plan.md", "--model", "scripted:replies.jsonl"]);
    let top = bench.root().parent().unwrap().to_owned();
    command.env("LD_PRELOAD", &*FAULTS).env("FAULT_BELOW", &top).env("FAULT_KIND", kind);
    command.env("FAULT_AT", call.to_string()).env("FAULT_REPORT", top.join("calls"));
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The files of a run that nobody disturbs, and how many calls it makes that change a file.
fn undisturbed() -> (BTreeMap<String, Vec<u8>>, u64) {
    let bench = bench();
    disturbed(&bench, "kill", 1_000_000).code(0);
    let calls = std::fs::read_to_string(bench.root().parent().unwrap().join("calls")).unwrap();
    (bench.files(), calls.parse().unwrap())
}

/// `AGENTRUN_MOMENTS=200 cargo test --test it faults` takes a longer look.
#[test]
fn after_a_fault_in_any_write_the_next_run_ends_with_the_same_files() {
    let moments = std::env::var("AGENTRUN_MOMENTS").map_or(MOMENTS, |text| text.parse().unwrap());
    let (files, calls) = undisturbed();
    assert!(calls > 200, "a run of some length: {calls}");
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[8; 32]);
    for kind in ["once", "full", "short", "kill"] {
        for _ in 0..moments {
            let call = 1 + u64::from(random.next_u32()) % calls;
            let bench = bench();
            let first = disturbed(&bench, kind, call);
            let so = format!("{kind} at {call} of {calls}:\n{first}");
            assert_eq!(first.code.is_none(), matches!(kind, "kill" | "short"), "{so}");
            let plan = bench.read("plan.md");
            assert!(plan.contains("- [x] Think about it"), "{so}\n{plan}");
            let ran = execute(&bench);
            assert_eq!(ran.code, Some(0), "{so}\nthen: {ran}");
            assert_eq!(bench.files(), files, "{so}\nthen: {ran}");
            assert_eq!(repeated(&bench), Vec::<String>::new(), "{so}\nthen: {ran}");
            assert!(!bench.events().contains(&"journal.broken".to_owned()), "no forgery: {so}\nthen: {ran}");
            bench.run(&["verify", "plan.md"]).code(0);
        }
    }
}
