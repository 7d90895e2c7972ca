//! What the next start does about the ticks that it finds after a run was killed.

use crate::support::bench::Bench;

const PLAN: &str = "\
# Three files

## Implementation Steps

### Step 1: By hand

- [x] A person wrote `one.txt`

Run: `test -f one.txt`

### Step 2: The second file

- [x] A person began `two.txt`
- [ ] Write `two.txt`

Run: `test -f two.txt`

### Step 3: The third file

- [ ] Write `three.txt`

Run: `test -f three.txt`
";

const KILL: &str = "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)";

/// A project whose second step passed and was ticked, and whose run was killed by this command in the third.
fn killed(command: &str) -> Bench {
    let bench = Bench::with_plan(PLAN.as_bytes());
    let call = |step: &str, command: &str| {
        format!(
            "{{\"step\":\"{step}\",\"calls\":[{{\"name\":\"run_command\",\"arguments\":{{\"command\":\"{command}\"}}}}]}}\n\
             {{\"step\":\"{step}\",\"calls\":[{{\"name\":\"finish_step\",\"arguments\":{{\"status\":\"done\",\"summary\":\"done\"}}}}]}}\n"
        )
    };
    let replies = [call("2", "touch two.txt"), call("3", &format!("{command}; {KILL}"))].concat();
    bench.file("replies.jsonl", format!("{{\"schema\":\"agentrun.replies/1\"}}\n{replies}"));
    bench.file("one.txt", "").git();
    assert_eq!(execute(&bench, &[]).code, None, "killed");
    bench
}

fn execute(bench: &Bench, more: &[&str]) -> crate::support::bench::Ran {
    let args = ["execute", "plan.md", "--model", "scripted:replies.jsonl", "--max-attempts", "1"];
    bench.run(&[&args[..], more].concat())
}

/// The next start, without an agent.
fn next(bench: &Bench) -> crate::support::bench::Ran {
    execute(bench, &["--step", "3", "--validate-only"])
}

fn ticks(bench: &Bench) -> usize {
    bench.read("plan.md").matches("[x]").count()
}

/// The copy of the plan, as a person would find it.
fn copy(bench: &Bench) -> String {
    bench.shell("ls .agentrun/plans/*/plan-while-running.md").trim().to_owned()
}

/// Time goes by.
fn later(bench: &Bench) {
    bench.shell("touch -d '1 minute ago' .agentrun/plans/*/plan-while-running.md");
}

const TICK: &str = r"sed -i 's/\\[ \\]/[x]/' plan.md";

#[test]
fn a_copy_that_is_torn_old_strange_or_gone_takes_no_tick_away() {
    let whole = {
        let bench = killed("true");
        bench.bytes(&copy(&bench))
    };
    let text = PLAN.replace("[x]", "[ ]");
    let half = &whole[..whole.len() / 2];
    let old = String::from_utf8(whole.clone()).unwrap().replace("record ", "record 1");
    for found in [&b""[..], half, text.as_bytes(), old.as_bytes(), b"\0\0\0\0"] {
        let bench = killed("true");
        assert_eq!(ticks(&bench), 3);
        bench.file(&copy(&bench), found);
        let ran = next(&bench).code(1).says("is not whole: every tick stays");
        assert_eq!(ticks(&bench), 3, "{ran}");
    }
    let bench = killed("true");
    bench.shell("rm .agentrun/plans/*/plan-while-running.md");
    let ran = next(&bench).code(1).says("its copy of the plan is gone: every tick stays");
    assert_eq!(ticks(&bench), 3, "{ran}");
}

#[test]
fn what_a_person_ticked_after_the_kill_is_theirs() {
    let bench = killed("true");
    later(&bench);
    let plan = bench.read("plan.md").replace("- [ ] Write `three.txt`", "- [x] Write `three.txt`");
    bench.file("plan.md", &plan);
    let ran = next(&bench).code(0).says("they count as ticked by hand");
    assert_eq!(bench.read("plan.md"), plan, "{ran}");
    assert!(bench.events().contains(&"step.adopted".to_owned()), "{ran}");
    next(&bench).code(0);
    assert_eq!(bench.read("plan.md"), plan);
}

#[test]
fn what_a_command_ticked_right_before_it_killed_the_run_is_taken_back() {
    let bench = killed(TICK);
    assert_eq!(ticks(&bench), 4);
    next(&bench).code(1).says("boxes were ticked during the run before");
    assert_eq!(ticks(&bench), 3);
}

#[test]
fn a_command_that_outlives_its_run_gets_no_time_to_tick() {
    // A polite end would be answered with ticks.
    let late = "mkfifo wait; trap 'sleep 1.5; sed -i \"s/\\\\[ \\\\]/[x]/\" plan.md' TERM";
    let bench = killed(&format!("{}; {KILL}; read line < wait; read line < wait", late.replace('"', "\\\"")));
    let is_left = "pgrep -f 'mkfifo wai[t]' > /dev/null";
    bench.shell(&format!("while {is_left}; do :; done"));
    assert_eq!(ticks(&bench), 3, "{}", bench.read("plan.md"));
}

#[test]
fn a_tick_that_was_seen_while_its_command_ran_is_taken_back_whatever_a_person_does_later() {
    // It goes on until it was seen.
    let seen = "until ls .agentrun/plans/*/plan-as-commands-changed-it.md 2> /dev/null; do :; done";
    let bench = killed(&format!("{TICK}; {seen}"));
    later(&bench);
    let edited = bench.read("plan.md").replace("# Three files", "# Three good files");
    bench.file("plan.md", format!("{edited}\n### Step 4: Mine\n\n- [x] By me\n\nRun: `true`\n"));
    let ran = next(&bench).code(1).says("boxes were ticked during the run before");
    let plan = bench.read("plan.md");
    assert!(plan.contains("- [ ] Write `three.txt`"), "{ran}\n{plan}");
    assert!(plan.contains("# Three good files") && plan.contains("- [x] By me"), "{ran}\n{plan}");
    assert_eq!(ticks(&bench), 4);
}

#[test]
fn a_clock_that_was_set_back_is_told_and_takes_no_tick_away() {
    let bench = killed(TICK);
    bench.shell("touch -d '1 hour' .agentrun/plans/*/plan-while-running.md");
    next(&bench).says("the clock was set back since the run before was killed");
    assert_eq!(ticks(&bench), 4);
}
