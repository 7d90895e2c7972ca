//! Repositories that are made to deceive: agentrun's own git calls start nothing and see everything.

use crate::support::bench::{Bench, ONE_STEP, Ran};
use crate::support::confined::working;
use crate::support::worker::diligent;

/// A project with a plan and three files, all of it committed.
fn project() -> Bench {
    let bench = Bench::new();
    named(&bench);
    bench.file("plan.md", ONE_STEP).file("a.txt", "a\n").file("b.txt", "b\n").file("c.txt", "c\n");
    bench.git();
    bench
}

/// Their owner has a name.
fn named(bench: &Bench) {
    std::fs::write(bench.home().join(".gitconfig"), "[user]\nname = Ada\nemail = ada@example.org\n").unwrap();
}

/// Carries the plan out, its step by a shell script.
fn execute(bench: &Bench, script: &'static str, more: &[&str]) -> Ran {
    bench.execute(&diligent(Box::leak(Box::new([("Step 1", script)]))), more)
}

fn restore(bench: &Bench) -> Ran {
    bench.run(&["restore", "plan.md", "--step", "1"])
}

/// Nothing has made the file that every program in these repositories makes.
#[track_caller]
fn nothing_started(bench: &Bench, ran: &Ran) {
    assert!(!bench.home().join("started").exists(), "a program was started\n{ran}");
}

/// Why the commit was refused.
#[track_caller]
fn refusal(bench: &Bench) -> String {
    let refused = bench.journal().into_iter().find(|record| record["type"] == "commit.refused");
    refused.expect("no commit was refused")["reason"]["reason"].as_str().unwrap().to_owned()
}

/// Every way to have git start `~/started`, with names that are hard to write down.
const SETTERS: &[&str] = &[
    "git config filter.evil.clean 'touch ~/started; cat'; attr='filter=evil'",
    "git config filter.a=b.c.clean 'touch ~/started; cat'; attr='filter=a=b.c'",
    "git config filter.evil.process 'touch ~/started; cat'; attr='filter=evil'",
    "git config filter.evil.clean 'touch ~/started; false'; git config filter.evil.required true; attr='filter=evil'",
    "printf '[filter \"evil\"]\\nclean = touch ~/started; cat\\n' > .gitconfig; \
     git config include.path ../.gitconfig; attr='filter=evil'",
    "git config core.fsmonitor 'touch ~/started'; attr='text'",
    "git config diff.evil.textconv 'touch ~/started; cat'; git config diff.evil.command 'touch ~/started'; \
     git config diff.external 'touch ~/started'; attr='diff=evil'",
];

#[test]
fn no_setting_of_a_repository_starts_a_program() {
    for setter in SETTERS {
        let bench = project();
        let script =
            format!("{setter}; echo '*.txt' $attr > .gitattributes; echo one > one.txt; echo x >> a.txt");
        let ran = execute(&bench, script.leak(), &[]).code(0);
        nothing_started(&bench, &ran);
        let ran = restore(&bench).code(0);
        nothing_started(&bench, &ran);
        assert_eq!(bench.read("a.txt"), "a\n", "{setter}: {ran}");
        assert!(!bench.root().join("one.txt").exists(), "{setter}: {ran}");
    }
}

#[test]
fn no_setting_puts_another_tree_in_the_place_of_the_project() {
    for hide in [
        "git config core.worktree ~/other",
        "git config core.bare true",
        "git config extensions.worktreeConfig true; git config --worktree core.worktree ~/other",
    ] {
        let bench = project();
        bench.shell("mkdir ~/other; echo secret > ~/other/secret.txt");
        let ran = execute(&bench, format!("echo one > one.txt; {hide}").leak(), &[]);
        let tree =
            bench.shell("git --git-dir=.git for-each-ref --format='%(refname)' refs/agentrun | tail -1");
        let kept = bench.shell(&format!("git --git-dir=.git ls-tree --name-only {}", tree.trim()));
        assert_eq!(kept, "a.txt\nb.txt\nc.txt\none.txt\n", "{hide}: {ran}");
    }
}

#[test]
fn what_would_lead_the_next_git_elsewhere_is_undone() {
    for (mode, file) in [("off", "commondir"), ("off", "config.worktree"), ("bubblewrap", "commondir")] {
        for mode in working(&[mode]) {
            let bench = Bench::outside_tmp();
            bench.file("plan.md", ONE_STEP).git();
            let trap = format!("echo one > one.txt; echo ../elsewhere > .git/{file}");
            let more = ["--max-attempts", "1", "--sandbox", mode];
            let ran = execute(&bench, trap.leak(), &more).code(1);
            ran.says(&format!(".git/{file}`: it was created during run_command"));
            assert!(!bench.root().join(".git").join(file).exists(), "{mode}");
        }
    }
}

#[test]
fn settings_and_hooks_of_submodules_are_read_only() {
    for mode in working(&["bubblewrap"]) {
        let bench = Bench::outside_tmp();
        bench.shell(
            "git init -q ~/sub && git -C ~/sub -c user.name=t -c user.email=t@t commit -qm s --allow-empty",
        );
        bench
            .file("plan.md", ONE_STEP)
            .shell("git init -q . && git -c protocol.file.allow=always submodule --quiet add ~/sub deep/sub");
        bench.git();
        let evil = "touch .git/modules/deep/sub/config && echo writable; \
                    touch .git/modules/deep/sub/hooks/x && echo writable; echo one > one.txt";
        execute(&bench, evil, &["--sandbox", mode]).code(0);
        assert_eq!(
            bench.shell("cat .agentrun/runs/*/steps/*/attempt-1/command-*.log | grep -c writable || true"),
            "0\n"
        );
    }
}

#[test]
fn what_agentrun_keeps_for_itself_is_in_no_snapshot() {
    let mut bench = project();
    let state = bench.root().join("home/.local/state");
    bench.env("XDG_STATE_HOME", state.to_str().unwrap());
    execute(&bench, "echo one > one.txt", &[]).code(0);
    let key = bench.shell("git hash-object home/.local/state/agentrun/key");
    let known = bench.shell(&format!("git cat-file -e {} 2>&1 && echo known || echo unknown", key.trim()));
    assert!(known.ends_with("unknown\n"), "{known}");
    bench.run(&["verify", "plan.md"]).code(0);
}

#[test]
fn files_come_back_without_a_program() {
    let bench = project();
    execute(&bench, "echo one > one.txt; echo x >> a.txt", &[]).code(0);
    bench.file(".git/info/attributes", "*.txt filter=evil\n");
    for key in ["smudge", "clean", "process"] {
        bench.shell(&format!("git config filter.evil.{key} 'touch ~/started; cat'"));
    }
    let ran = restore(&bench).code(0);
    nothing_started(&bench, &ran);
    assert_eq!(bench.read("a.txt"), "a\n");
}

#[test]
fn a_repository_inside_starts_no_program() {
    let bench = project();
    let script = "git init -q in && cd in && echo '* filter=evil' > .gitattributes && echo x > x && git add -A \
        && git commit -qm in && git config filter.evil.clean 'touch ~/started; cat' && touch -d 2001-01-01 x \
        && cd .. && echo zero > one.txt";
    let ran = execute(&bench, script, &["--max-attempts", "1"]).code(1);
    nothing_started(&bench, &ran);
    bench.shell("git add in && touch -d 2002-02-02 in/x");
    let ran = execute(&bench, "touch -d 2003-03-03 in/x; echo one > one.txt", &[]).code(0);
    nothing_started(&bench, &ran);
    let after =
        bench.shell("git for-each-ref --format='%(refname)' refs/agentrun | grep -- -after | tail -1");
    let listed = bench.shell(&format!("git ls-tree {} in | cut -d' ' -f1,2", after.trim()));
    assert_eq!(listed, "160000 commit\n");
}

#[test]
fn a_missing_object_is_not_fetched() {
    let bench = project();
    let script = "git config extensions.partialClone far; git config remote.far.promisor true; \
        git config remote.far.url .; git config remote.far.uploadpack 'touch ~/started;'; \
        rm -f .git/objects/$(git rev-parse HEAD:b.txt | sed 's,^..,&/,'); echo one > one.txt; echo x >> b.txt";
    let ran = execute(&bench, script, &[]);
    nothing_started(&bench, &ran);
}

#[test]
fn a_repository_that_the_agent_made_starts_no_program() {
    let bench = Bench::new();
    named(&bench);
    bench.file("plan.md", ONE_STEP);
    let script = "git init -q . && git config filter.evil.clean 'touch ~/started; cat' \
        && echo '* filter=evil' > .gitattributes";
    execute(&bench, script, &["--max-attempts", "1"]).code(1);
    let ran = execute(&bench, "echo one > one.txt", &[]).code(0).says("git, under refs/agentrun/");
    nothing_started(&bench, &ran);
}

#[test]
fn a_repository_in_place_of_the_repository_is_not_used() {
    let bench = project();
    bench.shell("git init -q --bare other && git -C other config core.bare false");
    bench.file(".git/commondir", "../other\n");
    execute(&bench, "echo one > one.txt", &[]).code(0).says("`.git/commondir`");
}

#[test]
fn replaced_objects_deceive_nobody() {
    let bench = project();
    let script = "echo one > one.txt; echo x >> a.txt; git add -A; now=$(git write-tree); git reset -q; \
        for tree in $(git for-each-ref --format='%(tree)' refs/agentrun); do git replace -f $tree $now; done; \
        git rev-parse HEAD > .git/info/grafts; git rev-parse HEAD > .git/shallow";
    execute(&bench, script, &[]).code(0);
    assert!(bench.report().contains("a.txt"), "{}", bench.report());
    let ran = restore(&bench).code(0);
    assert_eq!(bench.read("a.txt"), "a\n", "{ran}");
    assert!(!bench.root().join("one.txt").exists(), "{ran}");
}

#[test]
fn forged_objects_are_found_out() {
    let tree = "git add -A; new=$(git write-tree); git reset -q; \
        old=$(git for-each-ref --format='%(tree)' refs/agentrun | tail -1)";
    let file = "new=$(git hash-object -w a.txt); old=$(git rev-parse HEAD:a.txt)";
    let folder = "echo x >> d/x; new=$(git mktree < /dev/null); old=$(git rev-parse HEAD:d)";
    for objects in [tree, file, folder] {
        let bench = project();
        bench.file("d/x", "x\n").shell("git add -A && git commit -qm more");
        let script = "place() { echo .git/objects/$(echo $1 | sed 's,^..,&/,'); }; \
            rm -f $(place $old); cp $(place $new) $(place $old)";
        let script = format!("echo one > one.txt; echo x >> a.txt; {objects}; {script}");
        let ran = execute(&bench, script.leak(), &[]).code(70);
        let said = ["something else under its name", "hash mismatch"];
        assert!(said.iter().any(|said| ran.stderr.contains(said)), "{objects}: {ran}");
    }
}

#[test]
fn files_that_git_was_told_not_to_look_at_are_seen() {
    let bench = project();
    bench.shell("git update-index --assume-unchanged a.txt && git update-index --skip-worktree b.txt");
    bench.shell("git config core.ignoreStat true && git config core.checkStat minimal");
    let before = bench.shell("git ls-files -v");
    execute(&bench, "echo one > one.txt; echo x >> a.txt; echo x >> b.txt", &[]).code(0);
    assert_eq!(bench.shell("git ls-files -v"), before, "the user's index is left alone");
    restore(&bench).code(0);
    assert_eq!((bench.read("a.txt"), bench.read("b.txt")), ("a\n".to_owned(), "b\n".to_owned()));
}

#[test]
fn files_that_git_was_told_not_to_look_at_are_committed() {
    let bench = project();
    bench.shell("git update-index --assume-unchanged a.txt && git update-index --skip-worktree b.txt");
    execute(&bench, "echo one > one.txt; echo x >> a.txt; echo x >> b.txt", &["--commit"]).code(0);
    assert_eq!(bench.shell("git diff --name-only HEAD~ HEAD"), "a.txt\nb.txt\none.txt\nplan.md\n");
}

#[test]
fn a_later_edit_is_not_lost_where_git_was_told_not_to_look() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let bench = project();
        execute(&bench, "echo one > one.txt; echo x >> a.txt", &[]).code(0);
        bench.shell(&format!("git add -A && git update-index {flag} a.txt && echo mine >> a.txt"));
        restore(&bench).code(2).says("a.txt");
        assert_eq!(bench.read("a.txt"), "a\nx\nmine\n", "{flag}");
    }
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_no_change() {
    for more in ["--no-sparse-index", "--sparse-index"] {
        let bench = project();
        bench.file("in/x", "x\n").file("out/y", "y\n").file("out/deep/z", "z\n");
        bench
            .shell(&format!("git add -A && git commit -qm more && git sparse-checkout set --cone {more} in"));
        assert!(!bench.root().join("out").exists());
        let before = bench.shell("git ls-files -t");
        let ran = execute(&bench, "echo one > one.txt; echo more >> in/x", &["--commit"]).code(0);
        assert_eq!(bench.shell("git diff --name-only HEAD~ HEAD"), "in/x\none.txt\nplan.md\n", "{ran}");
        assert_eq!(bench.shell("git ls-files -t | grep -v one.txt"), before);
        assert_eq!(bench.shell("git status --porcelain"), "");
        restore(&bench).code(0);
        assert_eq!(bench.read("in/x"), "x\n");
        assert!(!bench.root().join("out").exists());
    }
}

#[test]
fn what_a_step_makes_outside_of_a_sparse_checkout_is_not_committed() {
    let bench = project();
    bench.file("out/y", "y\n");
    bench.shell("git add -A && git commit -qm more && git sparse-checkout set --cone");
    execute(&bench, "echo one > one.txt; mkdir out; echo new > out/y", &["--commit"]).code(0).says("out/y");
    assert_eq!(bench.shell("git log --format=%s"), "more\nstart\n");
}

#[test]
fn a_change_outside_of_a_sparse_checkout_is_seen() {
    let bench = project();
    bench.shell("git config core.sparseCheckout true && echo '/plan.md' > .git/info/sparse-checkout");
    execute(&bench, "echo one > one.txt; echo x >> a.txt", &[]).code(0);
    restore(&bench).code(0);
    assert_eq!(bench.read("a.txt"), "a\n");
    assert!(!bench.root().join("one.txt").exists());
}

/// A file whose content git keeps in capitals.
fn with_filter() -> Bench {
    let bench = project();
    bench.shell("git config filter.loud.clean 'tr a-z A-Z' && git config filter.loud.smudge 'tr A-Z a-z'");
    bench.file(".gitattributes", "*.big filter=loud\n").file("one.big", "low\n").file("two.big", "low\n");
    // Older than the index: git believes what it knows of them.
    bench.shell("touch -d 2000-01-01 *.big && git add -A && git commit -qm big");
    assert_eq!(bench.shell("git show HEAD:one.big"), "LOW\n");
    bench
}

#[test]
fn a_filtered_file_comes_back_as_it_was_on_disk() {
    let bench = with_filter();
    execute(&bench, "echo one > one.txt; echo new > one.big; touch -d 2001-01-01 two.big", &[]).code(0);
    let ran = restore(&bench).code(0);
    assert_eq!((bench.read("one.big"), bench.read("two.big")), ("low\n".to_owned(), "low\n".to_owned()));
    assert!(!ran.stderr.contains("two.big"), "it had not changed: {ran}");
}

#[test]
fn a_filtered_file_is_not_committed_as_it_is_on_disk() {
    let bench = with_filter();
    let head = bench.shell("git rev-parse HEAD");
    execute(&bench, "echo one > one.txt; echo new > one.big", &["--commit"]).code(0);
    insta::assert_snapshot!(refusal(&bench), @"`one.big` goes through the filter `loud`, a program that agentrun does not start");
    assert_eq!(bench.shell("git rev-parse HEAD"), head);
    let bench = with_filter();
    execute(&bench, "echo one > one.txt; rm two.big", &["--commit"]).code(0);
    assert!(refusal(&bench).starts_with("`two.big` goes through the filter"));
    let bench = with_filter();
    execute(&bench, "echo one > one.txt; touch -d 2001-01-01 one.big", &["--commit"]).code(0);
    assert_eq!(bench.shell("git diff --name-status HEAD~ HEAD"), "A\tone.txt\nM\tplan.md\n");
}

#[test]
fn a_repository_that_the_agent_broke_is_put_right_and_the_attempt_fails() {
    for script in [
        "rm .git/HEAD; mkfifo .git/HEAD; echo one > one.txt",
        "rm .git/config; mkfifo .git/config; echo one > one.txt",
        "echo nowhere > .git/HEAD; echo one > one.txt",
        "printf '[core\\n' > .git/config; echo one > one.txt",
    ] {
        let bench = project();
        let branch = || bench.shell("git symbolic-ref HEAD; git rev-parse HEAD");
        let before = branch();
        let ran = execute(&bench, script, &["--sandbox", "off", "--max-attempts", "1"]).code(1);
        assert!(bench.events().contains(&"file.restored".to_owned()), "{script}: {ran}");
        assert_eq!(branch(), before, "{script}: {ran}");
    }
    // What nobody has elsewhere is for a person.
    let ran = execute(&project(), "rm -r .git/objects", &["--sandbox", "off", "--max-attempts", "1"]).code(4);
    ran.says("the agent left a repository that git cannot read");
}

#[test]
fn pipes_in_a_repository_that_the_agent_made_keep_nobody_waiting() {
    let script = "git init -q sub; rm sub/.git/config; mkfifo sub/.git/config; echo one > one.txt";
    execute(&project(), script, &["--sandbox", "off"]).code(0);
}
