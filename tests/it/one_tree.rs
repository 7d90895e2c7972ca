//! One run at a time works in a tree, by whatever path the tree or the plan is named.

use crate::support::bench::{Bench, ONE_STEP};

/// A project whose agent, in its first step, gives each of these arguments to the program, as a person
/// would at the same moment. Gives the exit codes.
fn meanwhile(prepare: &str, commands: &[&str]) -> Vec<String> {
    let bench = Bench::with_plan(ONE_STEP.as_bytes());
    bench.file("sub/other.md", ONE_STEP.replace("# One", "# Another")).file("sub/own/plan.md", ONE_STEP);
    bench.shell("mkdir -p ../elsewhere && cp plan.md ../elsewhere/ && cp plan.md ../outside.md");
    bench.shell(prepare);
    bench.git();
    let program = env!("CARGO_BIN_EXE_agentrun");
    let lines: Vec<String> = commands
        .iter()
        .map(|arguments| format!("env -u AGENTRUN {program} {arguments}; echo $? >> codes.txt"))
        .collect();
    bench.file("meanwhile.sh", format!("{}\necho one > one.txt\n", lines.join("\n")));
    let replies = concat!(
        "{\"schema\":\"agentrun.replies/1\"}\n",
        "{\"step\":\"1\",\"calls\":[{\"name\":\"run_command\",\"arguments\":{\"command\":\"sh meanwhile.sh\"}}]}\n",
        "{\"step\":\"1\",\"calls\":[{\"name\":\"finish_step\",\"arguments\":{\"status\":\"done\",\"summary\":\"one\"}}]}\n",
    );
    bench.file("replies.jsonl", replies);
    let ran = bench.run(&["execute", "plan.md", "--model", "scripted:replies.jsonl"]).code(0);
    assert_eq!(bench.read("plan.md").matches("[x]").count(), 2, "{ran}");
    bench.read("codes.txt").lines().map(str::to_owned).collect()
}

#[test]
fn a_second_run_is_refused_by_whatever_path_it_comes() {
    let codes = meanwhile(
        "ln -s \"$PWD\" ../link; ln -s sub/other.md link.md; ln plan.md hard.md; ln plan.md ../hard.md",
        &[
            "execute plan.md --validate-only",
            "execute sub/other.md --validate-only",
            "execute link.md --validate-only",
            "execute hard.md --validate-only",
            "-C sub execute sub/other.md --validate-only",
            "-C sub/own execute sub/own/plan.md --validate-only",
            "-C ../link execute ../link/plan.md --validate-only",
            "-C .. execute ../outside.md --validate-only",
            "execute ../outside.md --validate-only",
            "-C ../elsewhere execute plan.md --validate-only",
            "-C ../elsewhere execute ../hard.md --validate-only",
            "restore sub/other.md --step 1",
            "confirm sub/other.md 1",
        ],
    );
    assert_eq!(codes, vec!["7"; 13]);
}

#[test]
fn a_run_beside_another_is_let_through() {
    // What is wanted is not there, which is all that is wrong.
    assert_eq!(meanwhile("true", &["-C ../elsewhere execute ../elsewhere/plan.md --validate-only"]), ["1"]);
}

#[test]
fn a_plan_outside_of_every_project_is_carried_out_by_one_run() {
    let bench = Bench::new();
    bench.shell("mkdir ../elsewhere && git init -q ../elsewhere");
    bench.git();
    std::fs::write(bench.root().parent().unwrap().join("plan.md"), ONE_STEP).unwrap();
    let program = env!("CARGO_BIN_EXE_agentrun");
    let other = format!("cd ../elsewhere; env -u AGENTRUN {program} execute ../plan.md --validate-only");
    // The plan is another file after a tick: it is asked for during the next step as well.
    bench.file("meanwhile.sh", format!("({other}; echo $? >> ../project/codes.txt)\necho one > one.txt\n"));
    let replies = concat!(
        "{\"schema\":\"agentrun.replies/1\"}\n",
        "{\"calls\":[{\"name\":\"run_command\",\"arguments\":{\"command\":\"sh meanwhile.sh\"}}]}\n",
        "{\"calls\":[{\"name\":\"finish_step\",\"arguments\":{\"status\":\"done\",\"summary\":\"one\"}}]}\n",
    );
    bench.file("replies.jsonl", replies);
    let plan = ONE_STEP.to_owned()
        + "\n### Step 2: Again\n\n- [ ] Write `one.txt`\n\nRun: `test $(wc -l < codes.txt) = 2`\n";
    std::fs::write(bench.root().parent().unwrap().join("plan.md"), plan).unwrap();
    let replies = bench.read("replies.jsonl");
    let (first, rest) = replies.split_once('\n').unwrap();
    bench.file("replies.jsonl", format!("{first}\n{rest}{rest}"));
    bench.run(&["execute", "../plan.md", "--model", "scripted:replies.jsonl"]).code(0);
    assert_eq!(bench.read("codes.txt"), "7\n7\n");
}
