//! Agents and projects that try to get a tick that agentrun did not earn.

use crate::support::bench::{Bench, Ran};

const PLAN: &str = "\
# Two files

## Implementation Steps

### Step 1: The first file

**Tasks:**
- [ ] Write `one.txt`

**Validation Criteria:**
- [ ] `sh check.sh one.txt` passes

### Step 2: The second file

**Tasks:**
- [ ] Write `two.txt`

**Validation Criteria:**
- [ ] `sh check.sh two.txt` passes
";

/// Ticks everything, as a shell command inside a JSON string.
const TICK: &str = r"sed -i 's/\\[ \\]/[x]/' plan.md";

/// A project whose agent runs this command in step 1, and nothing in step 2.
fn bench(command: &str) -> Bench {
    bench_of(command, "true")
}

/// A project whose agent runs these commands.
fn bench_of(first: &str, second: &str) -> Bench {
    let bench = Bench::with_plan(PLAN.as_bytes());
    bench.file("check.sh", "test -f $1\n");
    let call = |step: &str, command: &str| {
        format!(
            "{{\"step\":\"{step}\",\"calls\":[{{\"name\":\"run_command\",\"arguments\":{{\"command\":\"{command}\"}}}}]}}\n\
             {{\"step\":\"{step}\",\"calls\":[{{\"name\":\"finish_step\",\"arguments\":{{\"status\":\"done\",\"summary\":\"all tests pass\"}}}}]}}\n"
        )
    };
    let replies = format!("{{\"schema\":\"agentrun.replies/1\"}}\n{}{}", call("1", first), call("2", second));
    bench.file("replies.jsonl", replies).git();
    bench
}

fn execute(bench: &Bench, more: &[&str]) -> Ran {
    let mut args = vec!["execute", "plan.md", "--model", "scripted:replies.jsonl", "--max-attempts", "1"];
    args.extend(more);
    bench.run(&args)
}

/// The ticked lines of the plan.
fn ticked(bench: &Bench) -> Vec<String> {
    bench.read("plan.md").lines().filter(|line| line.contains("[x]")).map(str::to_owned).collect()
}

const FIRST: [&str; 2] = ["- [x] Write `one.txt`", "- [x] `sh check.sh one.txt` passes"];

#[test]
fn a_script_that_ticks_while_it_validates_ticks_nothing() {
    let bench = bench(&format!("touch one.txt; echo \\\"{TICK}; test \\\\$1 = one.txt\\\" > check.sh"));
    for _ in 0..2 {
        execute(&bench, &[]).code(1).says("its boxes were changed during a validation");
        assert_eq!(ticked(&bench), Vec::<String>::new());
    }
}

#[test]
fn a_tick_of_an_agent_whose_run_was_killed_is_taken_back_at_the_next_start() {
    let bench = bench(&format!("{TICK}; kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)"));
    assert_eq!(execute(&bench, &[]).code, None);
    assert_eq!(ticked(&bench).len(), 4, "nobody is left to set it back");
    let ran = execute(&bench, &["--dry-run"]).code(0);
    assert!(ran.stdout.contains("Write `one.txt`"));
    let server = crate::support::worker::diligent(&[("Step 1", "true"), ("Step 2", "true")]);
    let url = server.base_url();
    let args = ["execute", "plan.md", "--model", "tiny", "--base-url", &url, "--max-attempts", "1"];
    bench
        .run(&args)
        .code(1)
        .says("boxes were ticked during the run before, which was killed; agentrun restored them");
    assert_eq!(ticked(&bench), Vec::<String>::new());
}

#[test]
fn the_steps_of_the_plan_are_not_the_agents_to_change() {
    for command in [
        "touch one.txt; sed -i 's/sh check.sh two.txt/true/' plan.md",
        "touch one.txt; sed -i '/Step 2/,$d' plan.md",
        "touch one.txt; : > plan.md",
        "touch one.txt; rm plan.md; mkdir plan.md",
        "touch one.txt; rm plan.md; mkfifo plan.md",
        "touch one.txt; rm plan.md; ln -s /dev/zero plan.md",
        "touch one.txt; head -c 200000 /dev/zero | tr '\\\\0' '>' >> plan.md",
        "touch one.txt; head -c 200000 /dev/zero | tr '\\\\0' '[' | sed 's/.*/&x/' >> plan.md",
        "touch one.txt; seq 300000 > plan.md",
        "touch one.txt; chmod a-w plan.md; mv plan.md other.md; touch plan.md",
    ] {
        let bench = bench(command);
        let ran = execute(&bench, &[]).code(1).says("the agent changed files that it must not change");
        assert_eq!(bench.read("plan.md"), PLAN, "{command}: {ran}");
        assert!(bench.events().contains(&"plan.restored".to_owned()), "{command}: {ran}");
    }
}

#[test]
fn a_plan_that_nests_too_deep_is_refused_with_its_place() {
    let bench = Bench::with_plan(format!("{PLAN}\n{} x\n", ">".repeat(200_000)).as_bytes());
    for command in ["check", "execute"] {
        let ran = bench.run(&[command, "plan.md"]).code(3);
        assert!(ran.to_string().contains("this nests too deep to be read"), "{command}: {ran}");
        assert!(ran.to_string().contains("plan.md:21"), "{command}: {ran}");
    }
}

#[test]
fn a_verdict_never_rests_on_what_a_command_did_before() {
    let bench = bench("rm one.txt");
    bench.file("one.txt", "").git();
    execute(&bench, &[]).code(1);
    execute(&bench, &["--validate-only", "--step", "1"]).code(1);
    assert_eq!(ticked(&bench), Vec::<String>::new());
    bench.file("one.txt", "mended by hand\n");
    execute(&bench, &["--validate-only", "--step", "1"]).code(0);
    assert_eq!(ticked(&bench), FIRST);
}

#[test]
fn a_step_that_a_person_adds_during_the_run_is_not_forgotten() {
    let bench = bench_of(
        "touch one.txt; printf '\\n### Step 3: More\\n\\n- [ ] a\\n\\nRun: `true`\\n' >> plan.md",
        "touch two.txt",
    );
    execute(&bench, &[])
        .code(4)
        .says("somebody added steps during the run: 3; run agentrun again to carry them out");
}

#[test]
fn a_lost_tree_is_no_reason_to_stop() {
    let bench = bench("touch half");
    execute(&bench, &[]).code(1);
    bench.shell("rm -rf .git");
    bench.git();
    execute(&bench, &[]).code(1).says("the kept tree from before step 1 is lost");
}

#[test]
fn a_journal_of_a_newer_agentrun_is_left_alone() {
    let bench = bench("touch one.txt");
    execute(&bench, &["--step", "1"]).code(0);
    let journal = bench.shell("ls .agentrun/plans/*/journal.jsonl");
    bench.shell("sed 's/\"schema\":1/\"schema\":99/' .agentrun/plans/*/journal.jsonl | tail -1 >> .agentrun/plans/*/journal.jsonl");
    let before = bench.bytes(journal.trim());
    execute(&bench, &[]).code(2).says("was written by a newer agentrun");
    assert_eq!(bench.bytes(journal.trim()), before);
}

#[test]
fn what_a_killed_run_left_beside_the_plan_is_removed() {
    let bench = bench("touch one.txt");
    bench.file(".agentrun-plan.md-abcdef", "half a plan");
    execute(&bench, &["--step", "1"]).code(0);
    assert!(!bench.root().join(".agentrun-plan.md-abcdef").exists());
}

#[test]
fn a_full_disk_ends_the_run_with_what_to_do_and_the_next_goes_on() {
    // A limit on file sizes, which is 48 KiB here, is the full disk that needs no mount.
    let bench = bench_of("touch one.txt", "head -c 90000 /dev/zero | tr '\\\\0' x; touch two.txt");
    let program = env!("CARGO_BIN_EXE_agentrun");
    let args = "execute plan.md --model scripted:replies.jsonl";
    let mut limited = std::process::Command::new("bash");
    limited.args(["-c", &format!("ulimit -f 48; exec {program} {args}")]);
    let output = limited.current_dir(bench.root()).env("XDG_STATE_HOME", bench.state()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(70), "{said}");
    assert!(said.contains("hint: there is no room left: make some"), "{said}");
    assert_eq!(ticked(&bench), FIRST);
    execute(&bench, &[]).code(0);
    assert_eq!(ticked(&bench).len(), 4);
}

#[test]
fn a_plan_does_not_command_the_terminal_of_the_dry_run() {
    let bench = Bench::with_plan(PLAN.replace("Write `one.txt`", "Write \u{1b}[2Jone.txt").as_bytes());
    let listed = bench.run(&["execute", "plan.md", "--dry-run"]).code(0).stdout;
    assert!(listed.contains("[ ] Write \u{fffd}[2Jone.txt\n"), "{listed}");
}

#[test]
fn logs_show_the_last_run_that_worked_on_a_step() {
    let bench = bench("touch one.txt");
    execute(&bench, &["--step", "1"]).code(0);
    execute(&bench, &["--step", "1"]).code(0);
    let logs = bench.run(&["logs"]).code(0).stdout;
    assert!(logs.contains("> Step 1: The first file"), "{logs}");
}
