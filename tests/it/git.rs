//! Steps that are committed, in real repositories.

use serde_json::Value;

use crate::support::bench::{Bench, ONE_STEP, Ran, TWO_STEPS};
use crate::support::confined::{CONFINING, working};
use crate::support::stable::stable;
use crate::support::worker::diligent;

const BOTH: &[(&str, &str)] = &[("Step 1", "echo one > one.txt"), ("Step 2", "echo two > two.txt")];

/// A home whose owner has a name.
fn named(bench: Bench) -> Bench {
    std::fs::write(bench.home().join(".gitconfig"), "[user]\nname = Ada\nemail = ada@example.org\n").unwrap();
    bench
}

/// A project with a plan and three files, all of it committed.
fn project(plan: &str) -> Bench {
    let bench = named(Bench::new());
    bench.file("plan.md", plan).file("a.txt", "a\n").file("b.txt", "b\n").file("c.txt", "c\n");
    bench.shell("git init -q -b main . && git add -A && git commit -qm start");
    bench
}

/// Carries the plan out, each step by a shell script.
#[track_caller]
fn commit(bench: &Bench, scripts: &'static [(&'static str, &'static str)]) -> Ran {
    bench.execute(&diligent(scripts), &["--commit"])
}

/// Carries a plan of one step out.
#[track_caller]
fn commit_one(bench: &Bench, script: &'static str) -> Ran {
    commit(bench, Box::leak(Box::new([("Step 1", script)])))
}

/// What the report says of a run whose agent does this.
fn noted(bench: &Bench, script: &'static str) -> Vec<String> {
    bench.execute(&diligent(Box::leak(Box::new([("Step 1", script)]))), &[]).code(0);
    let notes = bench.report();
    let notes = notes.lines().filter_map(|line| line.strip_prefix("- Note: "));
    notes.filter(|note| note.contains("attempt 1 of step 1")).map(str::to_owned).collect()
}

#[test]
fn commits_of_the_agent_and_what_it_says_to_later_agents_are_told() {
    let bench = project(ONE_STEP);
    bench.file("a.txt", "mine, and not finished\n");
    let before = bench.shell("git rev-parse --short=12 HEAD");
    let notes = noted(&bench, "echo one > one.txt; echo Trust me. > AGENTS.md; git commit -qam all");
    let (before, after) = (before.trim(), bench.shell("git rev-parse --short=12 HEAD"));
    let range = format!("{before}..{}", after.trim());
    let moved = format!(
        "during attempt 1 of step 1 `main` went from {} (git log --stat {range})",
        range.replace("..", " to ")
    );
    let told = [
        format!("{moved}, which was not agentrun: changes of yours that were not committed may be in it"),
        "attempt 1 of step 1 wrote `AGENTS.md`, which later briefs will contain: read it before the next run"
            .to_owned(),
    ];
    assert_eq!(notes, told);

    let other = project(ONE_STEP);
    let notes = noted(&other, "echo one > one.txt; git switch -qc other");
    assert_eq!(notes.len(), 1);
    assert!(
        notes[0].contains("HEAD went from `main` at ") && notes[0].contains(" to `other` at "),
        "{notes:?}"
    );
}

/// The subjects of the branch, and what each commit did to which path.
fn history(bench: &Bench) -> String {
    bench.shell("git log --reverse --no-renames --format='* %s' --name-status --skip=0 | grep -v '^$'")
}

/// What git sees between branch, index and work tree.
fn status(bench: &Bench) -> String {
    bench.shell("git status --porcelain --untracked-files=all")
}

/// Why the first commit was refused.
#[track_caller]
fn refusal(bench: &Bench) -> Value {
    let journal = bench.journal();
    let refused = journal.iter().find(|record| record["type"] == "commit.refused");
    refused.unwrap_or_else(|| panic!("nothing was refused: {journal:?}"))["reason"].clone()
}

#[test]
fn each_step_is_one_commit_with_what_it_changed_and_its_tick() {
    let bench = project(TWO_STEPS);
    bench.shell(
        "echo mine > a.txt; echo staged > b.txt; git add b.txt; echo more >> b.txt; echo new > new.txt",
    );
    let (before, index) = (status(&bench), bench.shell("git ls-files --stage b.txt"));
    let ran = commit(&bench, BOTH).code(0);
    ran.says("commits: one a step");
    insta::assert_snapshot!(history(&bench), @"
    * start
    A	a.txt
    A	b.txt
    A	c.txt
    A	plan.md
    * Step 1: The first file
    A	one.txt
    M	plan.md
    * Step 2: The second file
    M	plan.md
    A	two.txt
    ");
    assert_eq!((status(&bench), bench.shell("git ls-files --stage b.txt")), (before, index));
    insta::assert_snapshot!(bench.shell("git diff -U0 HEAD~2 HEAD~1 -- plan.md | tail -n +5"), @"
    @@ -8 +8 @@
    -- [ ] Write `one.txt`
    +- [x] Write `one.txt`
    @@ -11 +11 @@
    -- [ ] `grep -q one one.txt` passes
    +- [x] `grep -q one one.txt` passes
    ");
    insta::assert_snapshot!(bench.shell("git log -1 --format='%an <%ae>, %cn <%ce>%n%B'"), @"
    Ada <ada@example.org>, Ada <ada@example.org>
    Step 2: The second file

    Plan: plan.md
    Attempts: 1
    Validation: proven
    - cat two.txt && grep -q two two.txt: exit code 0
    agentrun 0.1.0
    ");
    insta::assert_snapshot!(bench.shell("git reflog -1 --format=%gs"), @"commit (agentrun): Step 2: The second file");
    let commit = bench.shell("git rev-parse --short=12 HEAD");
    assert!(bench.report().contains(&format!("committed as `{}", commit.trim())), "{}", bench.report());
}

#[test]
fn every_kind_of_change_is_committed() {
    let bench = project(ONE_STEP);
    bench.shell("mkdir d && echo x > d/x && echo y > y && ln -s a.txt link && echo s > s.sh");
    bench.shell("git add -A && git commit -qm more");
    let script = "echo one > one.txt; rm b.txt; mv c.txt moved.txt; chmod +x s.sh; ln -sf b.txt link; \
        rm -r d; echo file > d; rm y; mkdir y; echo deep > y/y; echo sp > 'a b'; echo nl > $'new\\nline'; \
        echo latin > $'caf\\xe9'; printf '\\x00\\x01' > binary; : > empty";
    commit_one(&bench, script).code(0);
    insta::assert_snapshot!(history(&bench), @r#"
    * start
    A	a.txt
    A	b.txt
    A	c.txt
    A	plan.md
    * more
    A	d/x
    A	link
    A	s.sh
    A	y
    * Step 1: The file
    A	a b
    D	b.txt
    A	binary
    D	c.txt
    A	"caf\351"
    A	d
    D	d/x
    A	empty
    M	link
    A	moved.txt
    A	"new\nline"
    A	one.txt
    M	plan.md
    M	s.sh
    D	y
    A	y/y
    "#);
    insta::assert_snapshot!(bench.shell("git diff --raw --abbrev=1 HEAD~1 HEAD -- s.sh link | cut -c1-15"), @"
    :120000 120000 
    :100644 100755
    ");
    assert_eq!((status(&bench), bench.shell("git diff HEAD")), (String::new(), String::new()));
    bench.shell("git fsck --strict");
}

/// Settings without a sandbox, and without a judge of tasks.
const NO_JUDGE: &str = "[sandbox]\nmode = \"off\"\n[validation]\ntasks = \"step\"\n";

#[test]
fn what_was_unsaved_before_the_step_is_not_swept_in() {
    let bench = project(TWO_STEPS);
    bench.settings(NO_JUDGE).shell("echo mine >> a.txt; echo mine > untracked.txt");
    let scripts = &[
        ("Step 1", "echo one > one.txt; echo agent >> a.txt; echo agent >> untracked.txt"),
        ("Step 2", "echo two > two.txt"),
    ];
    let ran = commit(&bench, scripts).code(0);
    insta::assert_snapshot!(stable(&bench, &ran.stderr), @"
    agentrun 0.1.0 · plan.md · 2 steps
    model tiny · sandbox: none · snapshots: git, under refs/agentrun/ · commits: one a step
    limits: attempts a step: 3; an attempt: 60 turns, 30m; a validation command: 10m
    logs: .agentrun/runs/[RUN]/
    warning: there is no PROJECT_RULES.md beside the plan or in the project root
    warning: there is no FEATURE_REQUEST.md beside the plan or in the project root
    warning: the project has changes that are not committed: a.txt, untracked.txt; they are kept

    > Step 1: The first file [1/2]
      before     grep -q one one.txt · failed, exit code 2 · [TIME]
      attempt 1
        run echo one > one.txt; echo agent >> a.txt; echo agent >> untracked.txt (exit 0, [TIME])
        the agent says that it is done: did what the step asks for
      validation grep -q one one.txt · passed · [TIME]
    + Step 1 passed [TIME] · 1 attempt · 220 tokens
      ticked line 8: Write `one.txt`
      ticked line 11: `grep -q one one.txt` passes
    warning: step 1 is not committed: these files had uncommitted changes before the step: a.txt, untracked.txt; the changes are in the work tree: commit them yourself

    > Step 2: The second file [2/2]
      before     cat two.txt && grep -q two two.txt · failed, exit code 1 · [TIME]
      attempt 1
        run echo two > two.txt (exit 0, [TIME])
        the agent says that it is done: did what the step asks for
      validation cat two.txt && grep -q two two.txt · passed · [TIME]
    + Step 2 passed [TIME] · 1 attempt · 220 tokens
      ticked line 16: Write `two.txt`
      ticked line 19: `cat two.txt && grep -q two two.txt` passes
      committed [DIGEST] (2 files)

    The plan is carried out.
      2 steps passed in this run, checked by commands that agentrun ran · [TIME] · 440 tokens
      Not committed (see the warnings above): step 1
      report: .agentrun/runs/[RUN]/report.md
    ");
    assert_eq!(refusal(&bench), serde_json::json!({"kind": "unsaved", "paths": ["a.txt", "untracked.txt"]}));
    insta::assert_snapshot!(history(&bench), @"
    * start
    A	a.txt
    A	b.txt
    A	c.txt
    A	plan.md
    * Step 2: The second file
    M	plan.md
    A	two.txt
    ");
    insta::assert_snapshot!(status(&bench), @"
     M a.txt
     M plan.md
    ?? one.txt
    ?? untracked.txt
    ");
    // Not tried again.
    let count = bench.shell("git rev-list --count HEAD");
    commit(&bench, scripts).code(0);
    assert_eq!(bench.shell("git rev-list --count HEAD"), count);
}

#[test]
fn what_is_staged_otherwise_stays_staged() {
    let bench = project(ONE_STEP);
    bench.shell("echo chosen > a.txt; git add a.txt; echo a > a.txt");
    let index = bench.shell("git ls-files --stage");
    commit_one(&bench, "echo one > one.txt; echo agent > a.txt").code(0);
    assert_eq!(refusal(&bench), serde_json::json!({"kind": "staged", "paths": ["a.txt"]}));
    assert_eq!(bench.shell("git ls-files --stage"), index);
    assert_eq!(bench.shell("git rev-list --count HEAD"), "1\n");
}

#[test]
fn what_the_agent_staged_on_its_way_is_no_obstacle() {
    let bench = project(ONE_STEP);
    let script = "echo half > one.txt; echo half > a.txt; git rm -q --cached b.txt; git add one.txt a.txt; \
        echo one > one.txt; echo whole > a.txt; echo kept >> b.txt";
    commit_one(&bench, script).code(0);
    assert_eq!(
        bench.shell("git diff --name-status HEAD~1 HEAD"),
        "M\ta.txt\nM\tb.txt\nA\tone.txt\nM\tplan.md\n"
    );
    assert_eq!(status(&bench), "");
}

#[test]
fn the_first_commit_of_a_repository_can_be_a_step() {
    let bench = named(Bench::new());
    bench.file("plan.md", ONE_STEP).file("a.txt", "a\n");
    bench.shell("git init -q -b main .");
    commit_one(&bench, "echo one > one.txt").code(0);
    insta::assert_snapshot!(history(&bench), @"
    * Step 1: The file
    A	one.txt
    A	plan.md
    ");
    assert_eq!(status(&bench), "?? a.txt\n");
}

#[test]
fn where_nothing_can_be_committed_nothing_is_begun() {
    let outcome = |prepare: &str| {
        let bench = project(ONE_STEP);
        bench.shell(prepare);
        let ran = commit_one(&bench, "echo one > one.txt");
        assert_eq!(bench.events(), Vec::<String>::new(), "{ran}");
        stable(&bench, &ran.to_string())
    };
    insta::assert_snapshot!(outcome("rm -rf .git"), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: cannot commit steps: git cannot be used here: not a git repository
    hint: put the project under git: git init
    hint: or run without --commit and without `commit = true` in [run]
    ");
    insta::assert_snapshot!(outcome("git checkout -q --detach"), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: cannot commit steps: HEAD is not on a branch
    hint: go to a branch: git switch -c NAME
    hint: or run without --commit and without `commit = true` in [run]
    ");
    insta::assert_snapshot!(outcome("rm ~/.gitconfig"), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: cannot commit steps: git has no name for the author
    hint: say it: git config user.name NAME, git config user.email ADDRESS
    hint: or run without --commit and without `commit = true` in [run]
    ");
    let merge = "git checkout -qb x && echo x > a.txt && git commit -qam x && git checkout -q main && \
        echo y > a.txt && git commit -qam y && ! git merge -q x";
    insta::assert_snapshot!(outcome(merge), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: cannot commit steps: a merge is going on in the repository
    hint: finish or abort it; `git status` says how
    hint: or run without --commit and without `commit = true` in [run]
    ");
    let rebase = "git checkout -qb x && echo x > a.txt && git commit -qam x && git checkout -q main && \
        echo y > a.txt && git commit -qam y && ! git rebase -q x && git checkout -q main 2>/dev/null || true";
    insta::assert_snapshot!(outcome(rebase), @"
    exit Some(2)
    --- stdout
    --- stderr
    error: cannot commit steps: a rebase is going on in the repository
    hint: finish or abort it; `git status` says how
    hint: or run without --commit and without `commit = true` in [run]
    ");
}

#[test]
fn a_secret_is_not_committed_and_not_repeated() {
    let aws = concat!("AKIA", "ABCDEFGHIJKLMNOP");
    for (script, path, line, shape) in [
        (
            "printf 'region = x\\nkey = AKIA%s\\n' ABCDEFGHIJKLMNOP > config.ini",
            "config.ini",
            2,
            "an AWS access key",
        ),
        (
            "printf -- '-----BEGIN %s KEY-----\\nMII\\n' 'RSA PRIVATE' > key.txt",
            "key.txt",
            1,
            "a private key",
        ),
        ("printf 'ghp_%s\\n' abcdefghijklmnopqrstuvwxyz0123456789 >> a.txt", "a.txt", 2, "a GitHub token"),
    ] {
        let bench = project(ONE_STEP);
        let script: &'static str = Box::leak(format!("echo one > one.txt; {script}").into_boxed_str());
        let ran = commit_one(&bench, script).code(0);
        let expected =
            serde_json::json!({"kind": "secrets", "found": [{"path": path, "line": line, "shape": shape}]});
        assert_eq!(refusal(&bench), expected);
        ran.clone().says(&format!("{path}:{line} ({shape})"));
        assert_eq!(bench.shell("git rev-list --count HEAD"), "1\n");
        assert!(!ran.stderr.contains(aws), "{ran}");
        let spread = bench.shell("grep -rlE 'AKIA[A-Z]|ghp_[a-z]' .agentrun || true");
        assert_eq!(spread, "", "{script}");
    }
    let bench = project(ONE_STEP);
    let ran = commit_one(&bench, "echo one > one.txt; mkdir app; echo A=1 > app/.env").code(0);
    ran.says("app/.env (a file for secrets)");
}

#[test]
fn what_was_a_secret_in_the_branch_already_is_no_new_one() {
    let bench = project(ONE_STEP);
    bench.shell("printf 'AKIA%s\\n' ABCDEFGHIJKLMNOP > a.txt; git commit -qam secret");
    commit_one(&bench, "echo one > one.txt; echo more >> a.txt").code(0);
    assert!(bench.events().contains(&"step.committed".to_owned()));
}

#[test]
fn a_part_of_a_repository_and_a_linked_work_tree_are_committed_where_they_are() {
    let bench = named(Bench::new());
    bench.file("part/plan.md", ONE_STEP).file("part/a.txt", "a\n").file("other/o.txt", "o\n");
    bench.shell("git init -q -b main . && git add -A && git commit -qm start");
    bench.shell("echo mine > other/o.txt; git worktree add -q ../linked");
    let server = diligent(&[("Step 1", "echo one > one.txt")]);
    let url = server.base_url();
    for (root, branch) in [("part", "main"), ("../linked/part", "linked")] {
        let plan = format!("{root}/plan.md");
        let args = ["-C", root, "execute", &plan, "--commit", "--model", "tiny", "--base-url", &url];
        bench.run(&args).code(0);
        let changed = format!("git diff --name-status {branch}~1 {branch}");
        assert_eq!(bench.shell(&changed), "A\tpart/one.txt\nM\tpart/plan.md\n", "{branch}");
    }
    assert_eq!(status(&bench), " M other/o.txt\n");
    assert_eq!(bench.shell("git -C ../linked status --porcelain"), "");
}

#[test]
fn a_repository_in_the_project_is_not_committed() {
    let bench = project(ONE_STEP);
    let ran = commit_one(
        &bench,
        "echo one > one.txt; git init -q inner; cd inner; git -c user.name=x -c user.email=x commit -q --allow-empty -m x",
    );
    ran.code(0).says("`inner` is a git repository of its own");
    assert_eq!(bench.shell("git rev-list --count HEAD"), "1\n");
}

#[test]
fn a_plan_in_a_submodule_stays_there() {
    let bench = project(ONE_STEP);
    bench.shell("mkdir inner && mv plan.md inner && git -C inner init -q && git -C inner add -A && git -C inner commit -qm x");
    bench.shell("git rm -q --cached plan.md && git add inner 2>/dev/null && git commit -qm inner");
    let server = diligent(&[("Step 1", "echo one > one.txt")]);
    let url = server.base_url();
    let ran =
        bench.run(&["execute", "inner/plan.md", "--commit", "--model", "tiny", "--base-url", &url]).code(0);
    ran.says("without the plan: it is in a repository of its own");
    assert_eq!(bench.shell("git diff --name-status HEAD~1 HEAD"), "A\tone.txt\n");
}

#[test]
fn where_there_is_nothing_to_commit_that_is_said() {
    let bench = project(ONE_STEP);
    bench.file("agentrun.toml", "[plan]\nprogress = \"off\"\n").shell("echo one > one.txt");
    let head = bench.shell("git rev-parse HEAD");
    bench.run(&["execute", "plan.md", "--validate-only", "--commit"]).code(0).says("nothing to commit");
    assert_eq!(bench.shell("git rev-parse HEAD"), head);
}

#[test]
fn the_environment_names_the_author_and_no_hook_runs() {
    let mut bench = project(ONE_STEP);
    std::fs::remove_file(bench.home().join(".gitconfig")).unwrap();
    for role in ["AUTHOR", "COMMITTER"] {
        bench.env(&format!("GIT_{role}_NAME"), &format!("The {role}"));
        bench.env(&format!("GIT_{role}_EMAIL"), "who@example.org");
    }
    bench.shell(
        "for hook in pre-commit post-commit reference-transaction commit-msg; do \
        printf '#!/bin/sh\\ntouch hooked\\nexit 1\\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook; done",
    );
    commit_one(&bench, "echo one > one.txt").code(0);
    assert_eq!(bench.shell("git log -1 --format='%an %cn'"), "The AUTHOR The COMMITTER\n");
    assert!(!bench.root().join("hooked").exists());
}

#[test]
fn of_the_plan_only_the_ticks_of_the_step_are_committed() {
    let bench = project(TWO_STEPS);
    bench.shell("sed -i 's/# Two files/# Two files, staged/' plan.md && git add plan.md");
    bench.shell("sed -i 's/^### Step 2.*/&s/' plan.md && echo unsaved > one.txt");
    let ran = commit(&bench, BOTH).code(0);
    // The first is not committed, and the second has another text in git: neither tick is there.
    ran.says("step 1 is not committed")
        .says("(1 file, without the plan: git has another version of the step)");
    assert_eq!(bench.shell("git diff --name-status HEAD~1 HEAD"), "A\ttwo.txt\n");
    assert_eq!(bench.shell("git diff --cached -U0 | tail -n +6"), "-# Two files\n+# Two files, staged\n");

    let bench = project(TWO_STEPS);
    bench.shell("sed -i 's/# Two files/# Two files, staged/' plan.md && git add plan.md");
    bench.shell("sed -i 's/staged/edited/' plan.md && echo unsaved > one.txt");
    commit(&bench, BOTH).code(0).says("step 1 is not committed");
    insta::assert_snapshot!(bench.shell("git diff -U0 HEAD~1 HEAD -- plan.md | tail -n +5"), @"
    @@ -16 +16 @@
    -- [ ] Write `two.txt`
    +- [x] Write `two.txt`
    @@ -19 +19 @@
    -- [ ] `cat two.txt && grep -q two two.txt` passes
    +- [x] `cat two.txt && grep -q two two.txt` passes
    ");
    insta::assert_snapshot!(bench.shell("git diff -U0 --cached | tail -n +5"), @"
    @@ -1 +1 @@
    -# Two files
    +# Two files, staged
    ");
    insta::assert_snapshot!(bench.shell("git diff -U0 | tail -n +5"), @"
    @@ -1 +1 @@
    -# Two files, staged
    +# Two files, edited
    @@ -8 +8 @@
    -- [ ] Write `one.txt`
    +- [x] Write `one.txt`
    @@ -11 +11 @@
    -- [ ] `grep -q one one.txt` passes
    +- [x] `grep -q one one.txt` passes
    ");
}

#[test]
fn progress_is_committed_step_by_step() {
    let plan = "# A plan\n\n## Steps\n\n### Step 1: One\n\n- **Validation**: Run: `grep -q one one.txt`\n\n\
        ### Step 2: Two\n\n- **Validation**: Run: `grep -q two two.txt`\n";
    let bench = project(plan);
    commit(&bench, BOTH).code(0);
    insta::assert_snapshot!(bench.shell("git diff HEAD~2 HEAD~1 -- plan.md | tail -n +6"), @"
     ### Step 2: Two
     
     - **Validation**: Run: `grep -q two two.txt`
    +
    +<!-- agentrun:progress -->
    +## Progress
    +
    +- [x] Step 1: One
    +<!-- /agentrun:progress -->
    ");
    insta::assert_snapshot!(bench.shell("git diff HEAD~1 HEAD -- plan.md | tail -n +6"), @"
     ## Progress
     
     - [x] Step 1: One
    +- [x] Step 2: Two
     <!-- /agentrun:progress -->
    ");
    assert_eq!(status(&bench), "");
}

#[test]
fn a_plan_that_git_does_not_know_is_committed_unless_it_is_ignored() {
    for (ignored, expected) in [("", "A\tone.txt\nA\tplan.md\n"), ("plan.md", "A\tone.txt\n")] {
        let bench = project(ONE_STEP);
        bench.shell("git rm -q --cached plan.md");
        bench.file(".gitignore", ignored).shell("git add .gitignore && git commit -qm 'without the plan'");
        let ran = commit_one(&bench, "echo one > one.txt").code(0);
        assert_eq!(bench.shell("git diff --name-status HEAD~1 HEAD"), expected, "{ran}");
        assert_eq!(ran.stderr.contains("without the plan: the repository ignores it"), !ignored.is_empty());
        assert_eq!(status(&bench), "");
    }
}

#[test]
fn what_a_person_does_between_two_attempts_is_not_the_steps() {
    let bench = project(ONE_STEP);
    let bad = diligent(&[("Step 1", "echo no > one.txt; echo agent > b.txt")]);
    bench.execute(&bad, &["--commit", "--max-attempts", "1"]).code(1);
    bench.shell("echo mine >> a.txt; echo mine > mine.txt");
    commit_one(&bench, "echo one > one.txt").code(0);
    assert_eq!(bench.shell("git diff --name-status HEAD~1 HEAD"), "M\tb.txt\nA\tone.txt\nM\tplan.md\n");
    assert_eq!(status(&bench), " M a.txt\n?? mine.txt\n");

    let bench = project(ONE_STEP);
    bench.execute(&bad, &["--commit", "--max-attempts", "1"]).code(1);
    bench.shell("echo mine >> b.txt");
    commit_one(&bench, "echo one > one.txt").code(0);
    assert_eq!(refusal(&bench), serde_json::json!({"kind": "shared", "paths": ["b.txt"]}));
}

#[test]
fn what_the_agent_committed_itself_is_there_once() {
    let bench = project(ONE_STEP);
    commit_one(&bench, "echo one > one.txt; git add one.txt; git commit -qm 'by the agent'").code(0);
    insta::assert_snapshot!(history(&bench), @"
    * start
    A	a.txt
    A	b.txt
    A	c.txt
    A	plan.md
    * by the agent
    A	one.txt
    * Step 1: The file
    M	plan.md
    ");
    assert_eq!(status(&bench), "");
}

#[test]
fn a_branch_that_the_agent_went_to_is_not_moved() {
    let bench = project(ONE_STEP);
    let ran = commit_one(&bench, "echo one > one.txt; git checkout -qb elsewhere").code(0);
    ran.says("step 1 is not committed: HEAD went from `main` to `elsewhere` during the run");
    assert_eq!(bench.shell("git rev-list --count main elsewhere"), "1\n");
}

#[test]
fn what_is_too_large_to_be_looked_through_is_not_committed() {
    let bench = project(ONE_STEP);
    let ran = commit_one(&bench, "echo one > one.txt; head -c 11000000 /dev/zero > zeros").code(0);
    ran.says("`zeros` has 11000000 bytes, too many to be looked through for secrets");
    assert_eq!(bench.shell("git rev-list --count HEAD"), "1\n");
}

#[test]
fn a_step_that_passed_without_an_agent_has_its_tick_committed_alone() {
    let bench = project(ONE_STEP);
    bench.shell("echo one > one.txt");
    bench.run(&["execute", "plan.md", "--validate-only", "--commit"]).code(0);
    assert_eq!(bench.shell("git diff --name-status HEAD~1 HEAD"), "M\tplan.md\n");
    assert_eq!(status(&bench), "?? one.txt\n");
}

#[test]
fn the_configuration_can_ask_for_it() {
    let bench = project(ONE_STEP);
    bench.file("agentrun.toml", "[run]\ncommit = true\n");
    bench.execute(&diligent(&[("Step 1", "echo one > one.txt")]), &[]).code(0);
    assert_eq!(bench.shell("git rev-list --count HEAD"), "2\n");
}

#[test]
fn after_a_kill_anywhere_the_history_is_the_same() {
    const DONE: &[(&str, &str)] = &[("Step 1", "echo one > one.txt")];
    let undisturbed = project(ONE_STEP);
    commit(&undisturbed, DONE).code(0);
    let expected = (history(&undisturbed), status(&undisturbed));
    for seq in 1..=undisturbed.journal().len() {
        for point in [format!("before:{seq}"), format!("after:{seq}")] {
            let mut bench = project(ONE_STEP);
            bench.env("AGENTRUN_TEST_KILL", &point);
            assert_eq!(commit(&bench, DONE).code, None, "{point}");
            bench.env("AGENTRUN_TEST_KILL", "");
            let ran = commit(&bench, DONE).code(0);
            assert_eq!((history(&bench), status(&bench)), expected, "{point}: {ran}");
        }
    }
}

#[test]
fn a_run_that_is_not_to_commit_says_what_a_killed_one_did_not_commit() {
    let mut bench = project(ONE_STEP);
    let server = diligent(&[("Step 1", "echo one > one.txt")]);
    let undisturbed = project(ONE_STEP);
    undisturbed.execute(&server, &["--commit"]).code(0);
    let tick = undisturbed.events().iter().position(|event| event == "tick.written").unwrap() + 1;
    bench.env("AGENTRUN_TEST_KILL", &format!("after:{tick}"));
    assert_eq!(bench.execute(&server, &["--commit"]).code, None);
    bench.env("AGENTRUN_TEST_KILL", "");
    let ran = bench.execute(&server, &[]).code(0);
    ran.says("the run that ticked this step ended before the commit, and this run has no --commit");
    assert_eq!(bench.shell("git rev-list --count HEAD"), "1\n");
}

#[test]
fn in_a_sandbox_the_commit_is_made_too() {
    for mode in working(&CONFINING) {
        let bench = named(Bench::outside_tmp());
        bench.file("plan.md", ONE_STEP);
        bench.shell("git init -q -b main . && git add -A && git commit -qm start");
        let server = diligent(&[("Step 1", "echo one > one.txt")]);
        let ran = bench.execute(&server, &["--commit", "--sandbox", mode]).code(0);
        assert_eq!(status(&bench), "", "{mode}: {ran}");
        assert_eq!(bench.shell("git rev-list --count HEAD"), "2\n", "{mode}: {ran}");
    }
}

#[test]
fn the_files_of_a_repository_that_a_step_makes_are_kept_and_not_committed() {
    let bench = project(ONE_STEP);
    let make = "git init -q app && echo hello > app/main.txt && echo x > app/run && chmod +x app/run && echo one > one.txt";
    let ran = commit_one(&bench, make).code(0);
    let ran = ran.says("step 1 is not committed: `app` is a git repository of its own");
    assert!(!ran.stderr.contains("flaky"), "{ran}");
    let diff = bench.run(&["diff", "--step", "1"]).code(0).stdout;
    assert!(diff.contains("+++ b/app/main.txt") && diff.contains("+hello"), "{diff}");
    bench.run(&["restore", "plan.md", "--step", "1"]).code(0);
    assert_eq!(bench.shell("cd app && ls && git rev-parse --is-inside-work-tree"), "true\n");
}
