//! Steps that are taken back, with real git and without.

use crate::support::bench::{Bench, ONE_STEP, Ran, TWO_STEPS};
use crate::support::stable::stable;
use crate::support::worker::diligent;

const SCRIPTS: &[(&str, &str)] = &[
    (
        "Step 1",
        "echo one > one.txt; echo agent >> a.txt; rm b.txt; chmod +x c.txt; rm link; ln -s b.txt link; \
         rm -r d; echo file > d; mkdir -p new/deep; echo new > 'new/deep/na me'; echo nl > $'new/new\nline'",
    ),
    ("Step 2", "echo two > two.txt"),
];

/// A project with files of every kind; in git, if that is wanted, with one of them not committed.
fn project(git: bool) -> Bench {
    let bench = Bench::new();
    bench.file("plan.md", TWO_STEPS).file("a.txt", "a\n").file("b.txt", "b\n").file("c.txt", "c\n");
    bench.shell("mkdir -p d && echo x > d/x && ln -s a.txt link");
    if git {
        bench.git().shell("echo unsaved >> b.txt");
    }
    bench
}

/// Every file with its kind and mode, the plan left out.
fn tree(bench: &Bench) -> String {
    let listed =
        "find . -path ./.git -prune -o -path ./.agentrun -prune -o -name plan.md -o ! -type d -print0";
    let show = r#"while IFS= read -rd "" path; do
        printf '%s %q: ' "$(stat -c %A "$path" | cut -c1,4)" "$path"; readlink "$path" || cat "$path"; done"#;
    bench.shell(&format!("{listed} | sort -z | {show}"))
}

fn restore(bench: &Bench, step: &str) -> Ran {
    bench.run(&["restore", "plan.md", "--step", step])
}

fn execute(bench: &Bench) -> Ran {
    bench.execute(&diligent(SCRIPTS), &[])
}

#[test]
fn a_step_is_taken_back_with_everything_it_did_and_runs_again() {
    for git in [true, false] {
        let bench = project(git);
        let before = tree(&bench);
        execute(&bench).code(0);
        let (after, plan) = (tree(&bench), bench.read("plan.md"));
        let ran = restore(&bench, "2").code(0);
        assert_eq!(bench.read("plan.md").matches("[x]").count(), 2, "{ran}");
        let ran = restore(&bench, "1").code(0);
        assert_eq!(tree(&bench), before, "git: {git}: {ran}");
        assert_eq!(bench.read("plan.md"), TWO_STEPS);
        if git {
            insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
            exit Some(0)
            --- stdout
            --- stderr
            + the changes of Step 1: The first file are undone; it is open again
              as before  a.txt
              as before  b.txt
              as before  c.txt
              as before  d/x
              as before  link
              removed    d
              removed    new/deep/na me
              removed    new/new�line
              removed    one.txt
              the files as they were are kept: refs/agentrun/plan-md-0bbe5bc4/[RUN]/before-restore
            next: agentrun execute plan.md --model tiny --base-url http://[SERVER]/v1
            ");
            // What was there is kept.
            let kept = bench.shell("git for-each-ref --format='%(refname)' | grep before-restore | tail -1");
            assert_eq!(bench.shell(&format!("git show {}:one.txt", kept.trim())), "one\n");
        }
        let ran = execute(&bench).code(0);
        assert_eq!((tree(&bench), bench.read("plan.md")), (after, plan), "{ran}");
        let started = bench.events().iter().filter(|event| *event == "step.started").count();
        assert_eq!(started, 4, "{ran}");
    }
}

#[test]
fn the_index_and_the_branch_are_left_alone() {
    let bench = project(true);
    bench.shell("git add b.txt");
    execute(&bench).code(0);
    bench.shell("git add one.txt");
    let before = bench.shell("git ls-files --stage; git rev-parse HEAD; git stash list");
    restore(&bench, "1").code(0);
    assert_eq!(bench.shell("git ls-files --stage; git rev-parse HEAD; git stash list"), before);
}

#[test]
fn unsaved_work_is_in_the_way() {
    for git in [true, false] {
        let bench = project(git);
        execute(&bench).code(0);
        bench.shell("echo later >> a.txt; echo later > b.txt");
        let (before, plan, journal) = (bench.files(), bench.read("plan.md"), bench.journal().len());
        let ran = restore(&bench, "1").code(2);
        assert_eq!((bench.files(), bench.read("plan.md"), bench.journal().len()), (before, plan, journal));
        if git {
            insta::assert_snapshot!(stable(&bench, &ran.to_string()), @"
            exit Some(2)
            --- stdout
            --- stderr
            error: step 1 cannot be restored: these files changed after the step: a.txt, b.txt
            hint: restoring would overwrite later work: save these files elsewhere, or restore the later step first
            ");
        }
    }
}

#[test]
fn what_took_the_place_of_a_folder_is_in_the_way() {
    for git in [true, false] {
        let bench = project(git);
        bench.execute(
            &diligent(&[("Step 1", "echo one > one.txt; rm -r d"), ("Step 2", "echo two > two.txt")]),
            &[],
        );
        bench.shell("echo mine > d");
        restore(&bench, "1").code(2).says("these files changed after the step: d/x");
        bench.shell("rm d && ln -s nowhere d");
        restore(&bench, "1").code(2).says("these files changed after the step: d/x");
        assert_eq!(bench.shell("readlink d"), "nowhere\n");
    }
}

#[test]
fn what_a_later_step_changed_is_in_the_way_until_that_is_taken_back() {
    let bench = project(true);
    let scripts = &[("Step 1", "echo one > one.txt"), ("Step 2", "echo two > two.txt; echo two >> one.txt")];
    bench.execute(&diligent(scripts), &[]).code(0);
    restore(&bench, "1").code(2).says("these files changed after the step: one.txt");
    restore(&bench, "2").code(0);
    assert_eq!(bench.read("one.txt"), "one\n");
    restore(&bench, "1").code(0);
    assert!(!bench.root().join("one.txt").exists());
}

#[test]
fn what_a_person_did_between_two_attempts_is_kept_or_in_the_way() {
    for git in [true, false] {
        let bench = project(git);
        bench.file("plan.md", ONE_STEP);
        let bad = diligent(&[("Step 1", "echo no > one.txt")]);
        let good = diligent(&[("Step 1", "echo one > one.txt")]);
        bench.execute(&bad, &["--max-attempts", "1"]).code(1);
        bench.shell("echo mine > a.txt");
        bench.execute(&good, &[]).code(0);
        restore(&bench, "1").code(0);
        assert_eq!(bench.read("a.txt"), "mine\n");
        assert!(!bench.root().join("one.txt").exists());

        bench.execute(&bad, &["--max-attempts", "1"]).code(1);
        bench.shell("echo mine > one.txt");
        bench.execute(&good, &[]).code(0);
        restore(&bench, "1").code(2).says("somebody else changed these too while the step was open: one.txt");
    }
}

#[test]
fn a_step_that_did_not_pass_can_be_taken_back() {
    let bench = project(true);
    let before = tree(&bench);
    let server = diligent(&[("Step 1", "echo no > one.txt; rm a.txt")]);
    bench.execute(&server, &["--max-attempts", "2"]).code(1);
    restore(&bench, "1").code(0);
    assert_eq!(tree(&bench), before);
    restore(&bench, "1").code(0).says("had changed no files");
}

#[test]
fn what_cannot_be_taken_back_is_said() {
    let bench = project(true);
    insta::assert_snapshot!(stable(&bench, &restore(&bench, "1").to_string()), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: step 1 was never attempted, so there is nothing to restore
    ");
    insta::assert_snapshot!(stable(&bench, &restore(&bench, "9").to_string()), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: `plan.md` has no step `9`
    hint: agentrun execute plan.md --dry-run lists the steps
    ");
    let mut bench = bench;
    let events = {
        let other = project(true);
        execute(&other).code(0);
        other.events()
    };
    let working = events.iter().position(|event| event == "tool.completed").unwrap() + 1;
    bench.env("AGENTRUN_TEST_KILL", &format!("after:{working}"));
    assert_eq!(execute(&bench).code, None);
    bench.env("AGENTRUN_TEST_KILL", "");
    insta::assert_snapshot!(stable(&bench, &restore(&bench, "1").to_string()), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: step 1 was killed in its last attempt, so agentrun does not know what the attempt changed
    hint: carry it out first: agentrun execute plan.md
    ");
    assert!(bench.root().join("one.txt").exists());
}

#[test]
fn what_was_not_kept_is_said() {
    let bench = project(false);
    bench.shell("head -c 1100000 /dev/zero > zeros");
    bench.execute(
        &diligent(&[("Step 1", "echo one > one.txt; rm zeros"), ("Step 2", "echo two > two.txt")]),
        &[],
    );
    restore(&bench, "1").code(2).says("`zeros` cannot be brought back: it is larger than 1 MiB");
    assert!(bench.root().join("one.txt").exists());
}

#[test]
fn a_restore_that_was_killed_goes_on() {
    let mut bench = project(true);
    let before = tree(&bench);
    execute(&bench).code(0);
    let next = bench.journal().len() + 1;
    for point in ["before", "after"] {
        bench.env("AGENTRUN_TEST_KILL", &format!("{point}:{next}"));
        assert_eq!(restore(&bench, "1").code, None, "{point}");
    }
    bench.env("AGENTRUN_TEST_KILL", "");
    restore(&bench, "1").code(0);
    assert!(bench.read("plan.md").contains("- [ ] Write `one.txt`"));
    restore(&bench, "2").code(0);
    assert_eq!((tree(&bench), bench.read("plan.md")), (before, TWO_STEPS.to_owned()));
}

#[test]
fn a_committed_step_is_taken_back_in_the_work_tree_alone() {
    let bench = project(true);
    bench.shell("git config user.name t && git config user.email t@t");
    bench.file("plan.md", ONE_STEP).shell("git add -A && git commit -qm one");
    let server = diligent(&[("Step 1", "echo one > one.txt; echo agent >> a.txt")]);
    bench.execute(&server, &["--commit"]).code(0);
    restore(&bench, "1").code(0);
    assert_eq!(bench.shell("git status --porcelain"), " M a.txt\n D one.txt\n M plan.md\n");
}

/// Carries out one of two plans with an agent that does this.
fn carry_out(bench: &Bench, plan: &str, script: &'static [(&'static str, &'static str)], code: i32) {
    let server = diligent(script);
    let url = server.base_url();
    let more = ["--model", "tiny", "--base-url", &url, "--max-attempts", "1"];
    bench.run(&[&["execute", plan][..], &more].concat()).code(code);
}

/// A project with two plans of a step each.
fn two_plans(git: bool) -> Bench {
    let bench = project(git);
    bench.file("plan.md", ONE_STEP);
    bench.file("other.md", ONE_STEP.replace("one", "other").replace("# One", "# Another"));
    bench
}

#[test]
fn what_the_run_of_another_plan_did_since_stays() {
    for git in [true, false] {
        let bench = two_plans(git);
        carry_out(&bench, "plan.md", &[("Step 1", "echo no > one.txt")], 1);
        carry_out(&bench, "other.md", &[("Step 1", "echo other > other.txt; echo others >> a.txt")], 0);
        carry_out(&bench, "plan.md", &[("Step 1", "echo one > one.txt; echo mine > mine.txt")], 0);
        restore(&bench, "1").code(0);
        assert_eq!([bench.read("other.txt"), bench.read("a.txt")], ["other\n", "a\nothers\n"]);
        assert_eq!(bench.read("other.md").matches("[x]").count(), 2);
        assert!(!bench.root().join("one.txt").exists() && !bench.root().join("mine.txt").exists());
    }
}

#[test]
fn what_the_run_of_another_plan_changed_too_is_in_the_way() {
    for git in [true, false] {
        let bench = two_plans(git);
        carry_out(&bench, "plan.md", &[("Step 1", "echo no > one.txt; echo mine > a.txt")], 1);
        carry_out(&bench, "other.md", &[("Step 1", "echo other > other.txt; echo others > a.txt")], 0);
        carry_out(&bench, "plan.md", &[("Step 1", "echo one > one.txt")], 0);
        let before = bench.files();
        restore(&bench, "1").code(2).says("somebody else changed these too while the step was open: a.txt");
        assert_eq!(bench.files(), before);
    }
}
