//! What commands may write, what they may not see, and what is said of it.

use std::net::TcpListener;

use crate::support::bench::Bench;
use crate::support::confined::{CONFINING, bench, told, working};

/// The project's only file of the given name is as it was.
fn unchanged(bench: &Bench, path: &str, before: &[u8]) {
    assert_eq!(bench.bytes(path), before, "{path}");
}

#[test]
fn writes_outside_of_the_project_are_denied_through_links_too() {
    for mode in working(&CONFINING) {
        let bench = bench();
        let home = bench.home();
        bench.shell(&format!("ln -s {} planted", home.display()));
        let temporary = tempfile::tempdir().unwrap();
        let command = format!(
            "touch in {}/in; touch ~/one; ln -s ~ link; touch link/two planted/three; mkdir d; cd d; \
             ln -s ../../home up; touch up/four; mv ../in ~/five; ln ../in ~/six; truncate -s 0 ~/replies.jsonl; \
             touch ../../seven",
            temporary.path().display()
        );
        // The replies are the test's own, and agentrun makes the caches of installed tools.
        told(&bench, "true", &["--sandbox", mode]);
        let before = std::fs::read_dir(&home).unwrap().count();
        let text = told(&bench, &command, &["--sandbox", mode, "--restart"]);
        assert_eq!(std::fs::read_dir(&home).unwrap().count(), before, "{mode}: {text}");
        assert_ne!(std::fs::metadata(home.join("replies.jsonl")).unwrap().len(), 0);
        assert!(!home.join("../seven").exists(), "{mode}: {text}");
        assert!(bench.root().join("in").exists() && temporary.path().join("in").exists(), "{mode}: {text}");
        let denied = "\nThe sandbox does not allow writing `../../seven`. Write to one of these instead: the project, /tmp";
        assert!(text.contains(denied), "{mode}: {text}");
    }
}

#[test]
fn credentials_of_the_home_cannot_be_read() {
    for mode in working(&CONFINING) {
        let bench = bench();
        bench.file("../state/agentrun/key", format!("{:<32}", "SECRET .state"));
        let secrets = [
            ".ssh/id",
            ".aws/credentials",
            ".netrc",
            ".npmrc",
            ".config/gh/hosts.yml",
            ".cargo/credentials.toml",
            ".config/agentrun/secret",
            ".local/state/agentrun/key",
            ".docker/config.json",
            ".git-credentials",
        ];
        for secret in secrets {
            bench.file(&format!("../home/{secret}"), format!("SECRET {secret}\n"));
        }
        bench.file("../home/.gitconfig", "[user]\nname = Plain\n");
        let names = secrets.map(|secret| format!("~/{secret}")).join(" ") + " ../state/agentrun/key";
        let command = format!(
            "cat {names}; ln -s ~/.ssh/id k; cat k; cp -r ~ copy; grep -r SECRET copy ~; \
             unshare -Urm sh -c 'umount ~/.ssh; cat ~/.ssh/id'; cat ~/.gitconfig; false"
        );
        let text = told(&bench, &command, &["--sandbox", mode]);
        assert!(!text.contains("SECRET .") && text.contains("name = Plain"), "{mode}: {text}");
    }
}

#[test]
fn secrets_of_agentrun_cannot_be_read_where_nobody_says_what_the_home_is() {
    for mode in working(&CONFINING) {
        let mut bench = bench();
        let settings = bench.home().join(".config");
        bench.file("../home/.config/agentrun/secret", "SECRET settings\n");
        bench.file("../state/agentrun/key", format!("{:<32}", "SECRET key"));
        bench.env("HOME", "").env("XDG_CONFIG_HOME", settings.to_str().unwrap());
        let command = "cat ../state/agentrun/key ../home/.config/agentrun/secret; false";
        let text = told(&bench, command, &["--sandbox", mode]);
        assert!(!text.contains("SECRET "), "{mode}: {text}");
    }
}

#[test]
fn what_decides_is_read_only_and_cannot_be_moved_away() {
    for mode in working(&["bubblewrap"]) {
        let bench = bench();
        bench.file("docs/PROJECT_RULES.md", "Rule one.\n").file("agentrun.toml", "[run]\n");
        bench.file("plan.md", bench.read("plan.md") + "\nSee [the rules](docs/PROJECT_RULES.md).\n").git();
        let kept = ["plan.md", "docs/PROJECT_RULES.md", "agentrun.toml", ".git/config"];
        let before = kept.map(|path| bench.bytes(path));
        let command = "for f in plan.md docs/PROJECT_RULES.md agentrun.toml .git/config; do \
             echo x >> $f; rm -f $f; mv $f away; cp /dev/null new; mv -f new $f; chmod 600 $f; done; \
             mv docs d; mv .git g; mv .agentrun a; touch .git/hooks/post-commit .agentrun/x .agentrun/plans/x; \
             ls .agentrun/plans >/dev/null && umount plan.md; mount -o remount,rw plan.md; \
             unshare -Urm sh -c 'umount plan.md .git/config .agentrun; mount -o remount,bind,rw plan.md && echo x >> plan.md'; \
             echo CORE >> /proc/sys/kernel/core_pattern; \
             rm -rf .git/refs/agentrun/*; touch code && git add code && \
             git -c user.name=a -c user.email=a@a commit -qm code && echo COMMITTED; false";
        let text = told(&bench, command, &["--sandbox", mode]);
        for (path, before) in kept.iter().zip(&before) {
            unchanged(&bench, path, before);
        }
        assert!(!bench.root().join(".git/hooks/post-commit").exists(), "{text}");
        assert!(!bench.root().join(".agentrun/x").exists(), "{text}");
        let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
        assert!(!pattern.contains("CORE"), "{text}");
        assert!(text.contains("\nCOMMITTED\n"), "{text}");
        assert_eq!(bench.shell("git log -1 --format=%s"), "code\n");
        assert_ne!(bench.shell("git for-each-ref refs/agentrun"), "");
        assert!(!bench.events().contains(&"plan.restored".to_owned()), "the guard had nothing to do");
    }
}

#[test]
fn root_has_no_power_over_the_machine_in_there() {
    for mode in working(&CONFINING) {
        let command = "grep CapEff /proc/self/status; \
             for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /sys/kernel/uevent_helper; do \
             cat < /dev/null >> $f; done; touch /dev/disk; false";
        let bench = bench();
        let text = told(&bench, command, &["--sandbox", mode]);
        let line = text.lines().find_map(|line| line.strip_prefix("CapEff:\t")).unwrap();
        let kept = u64::from_str_radix(line, 16).unwrap();
        let root = rustix::process::geteuid().is_root();
        // Changing and overriding owners, sending signals.
        assert!(kept & !0b1110_1011 == 0 || !root, "{mode}: {text}");
        let denied =
            text.matches("Read-only file system").count() + text.matches("Permission denied").count();
        assert!(denied >= 2, "{mode}: {text}");
    }
}

#[test]
fn git_works_in_a_work_tree_of_its_own_and_its_hooks_are_read_only() {
    for mode in working(&CONFINING) {
        let bench = bench();
        bench.shell("mkdir ../main && mv .git plan.md ../main && cd ../main && git worktree add -q ../tree");
        let tree = bench.home().parent().unwrap().join("tree");
        let command = "touch code; git add code; git -c user.name=a -c user.email=a@a commit -qm code; \
             touch ../main/.git/hooks/x ../main/outside; echo x >> ../main/.git/config; false";
        bench.shell(
            "rmdir ../project && mv ../tree ../project && cd ../main && git worktree repair ../project",
        );
        assert!(!tree.exists());
        let text = told(&bench, command, &["--sandbox", mode]);
        assert_eq!(bench.shell("git log -1 --format=%s"), "code\n", "{mode}: {text}");
        let main = bench.home().parent().unwrap().join("main");
        assert!(!main.join("outside").exists(), "{mode}: {text}");
        assert_eq!(main.join(".git/hooks/x").exists(), mode == "landlock", "{text}");
    }
}

#[test]
fn without_a_network_nothing_outside_is_reached_and_a_server_inside_is() {
    for mode in working(&["bubblewrap"]) {
        let bench = bench();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let command = format!(
            "(exec 3<>/dev/tcp/127.0.0.1/{port}) && echo HOST REACHED; \
             perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 1, LocalAddr => \"127.0.0.1\", LocalPort => 4321) or die; \
             print STDERR \"listening\\n\"; $c = $s->accept; print $c \"INSIDE REACHED\\n\"' 2> up & \
             until grep -q listening up; do :; done; exec 3<>/dev/tcp/127.0.0.1/4321; cat <&3; \
             (exec 3<>/dev/tcp/192.0.2.1/80) || echo 'network is unreachable'; false"
        );
        let text = told(&bench, &command, &["--sandbox", mode, "--network", "off"]);
        assert!(!text.contains("HOST REACHED") && text.contains("INSIDE REACHED"), "{text}");
        assert!(text.contains("\nThe network is off: "), "{text}");
        let text = told(&bench, &command, &["--sandbox", mode]);
        assert!(text.contains("HOST REACHED"), "{text}");
    }
}

#[test]
fn a_filter_that_a_command_plants_does_not_run() {
    for mode in working(&CONFINING) {
        let bench = bench();
        let command = "git config filter.x.clean 'touch ~/escaped; touch filtered; cat'; \
             echo '* filter=x' > .gitattributes; touch new; false";
        let text = told(&bench, command, &["--sandbox", mode]);
        assert!(!bench.home().join("escaped").exists(), "{mode}: {text}");
        assert!(!bench.root().join("filtered").exists(), "{mode}: {text}");
    }
}

#[test]
fn validation_is_confined_as_the_agent_is() {
    for mode in working(&CONFINING) {
        let bench = bench();
        bench.file("plan.md", bench.read("plan.md").replace("test -f never", "test -e plan.md"));
        bench.file("agentrun.toml", "[validation]\ncommands = [\"touch ../escaped && test -f never\"]\n");
        let ran = bench.run(&["execute", "plan.md", "--validate-only", "--sandbox", mode]).code(1);
        assert!(ran.stderr.contains("touch: cannot touch '../escaped'"), "{mode}: {ran}");
        assert!(!bench.home().join("../escaped").exists(), "{mode}");
    }
}

#[test]
fn a_cache_of_ones_own_can_be_written() {
    for mode in working(&CONFINING) {
        let bench = bench();
        bench
            .file("../home/tool/kept", "")
            .file("../home/.cargo/registry/kept", "")
            .file("../home/.cargo/bin/x", "");
        bench.settings("[sandbox]\ncaches = [\"~/tool\"]\n");
        let command = "touch ~/tool/new ~/.cargo/registry/new ~/.cargo/bin/new ~/new; false";
        let text = told(&bench, command, &["--sandbox", mode]);
        let there = ["tool/new", ".cargo/registry/new", ".cargo/bin/new", "new"];
        assert_eq!(
            there.map(|path| bench.home().join(path).exists()),
            [true, true, false, false],
            "{mode}: {text}"
        );
    }
}

#[test]
fn what_is_in_force_is_told_at_the_start() {
    for (mode, sentence) in [
        ("bubblewrap", "bubblewrap: writes to the project, the temporary folder and"),
        ("landlock", "Landlock: writes to the project with its protected files, the temporary folder and"),
        ("off", "none"),
    ] {
        if working(&[mode]).is_empty() {
            continue;
        }
        let bench = bench();
        bench.file("../home/.npm/kept", "");
        told(&bench, "true", &["--sandbox", mode]);
        // How many caches there are depends on the installed tools.
        let told = bench.journal()[0]["sandbox"].as_str().unwrap().to_owned();
        assert!(told.starts_with(sentence) && (mode == "off" || told.ends_with("; network on")), "{told}");
        assert!(bench.report().contains(&format!("sandbox: {told};")), "{}", bench.report());
    }
}

#[test]
fn what_would_be_tried_is_told_without_trying() {
    let bench = bench();
    for (arguments, sentence) in [
        (vec!["--sandbox", "auto"], "bubblewrap if it works here, else Landlock; network on"),
        (
            vec!["--sandbox", "auto", "--network", "off"],
            "bubblewrap if it works here, else the run is refused; network off",
        ),
        (vec![], "none"),
    ] {
        let mut all = vec!["execute", "plan.md", "--dry-run"];
        all.extend(arguments);
        let listing = bench.run(&all).code(0).stdout;
        assert!(listing.contains(&format!("sandbox: {sentence}\n")), "{listing}");
    }
}

#[test]
fn confinement_that_cannot_be_had_refuses_the_run() {
    let mut bench = bench();
    let ran =
        bench.run(&["execute", "plan.md", "--validate-only", "--sandbox", "landlock", "--network", "off"]);
    let hint = "hint: or turn the sandbox off: --sandbox off, or in your own file";
    ran.code(7).says("no sandbox works here: Landlock cannot turn the network off").says(hint);
    // A folder with everything but bubblewrap, and one in the project that nobody trusts.
    bench.shell(
        "mkdir ../bin bin && ln -s $(command -v bash) $(command -v git) ../bin && ln -s /bin/true bin/bwrap",
    );
    let path = format!("{}/bin:{}/../bin", bench.root().display(), bench.root().display());
    bench.env("PATH", &path);
    let ran = bench.run(&["execute", "plan.md", "--validate-only", "--sandbox", "bubblewrap"]);
    ran.code(7).says("bubblewrap (`bwrap`) is not installed");
    assert_eq!(bench.events(), Vec::<String>::new());
}

#[test]
fn a_project_cannot_loosen_its_own_sandbox() {
    let bench = bench();
    for (text, key) in [
        ("mode = \"off\"", "sandbox.mode"),
        ("mode = \"landlock\"", "sandbox.mode"),
        ("network = \"on\"", "sandbox.network"),
        ("caches = [\"/\"]", "sandbox.caches"),
    ] {
        bench.file("agentrun.toml", format!("[sandbox]\n{text}\n"));
        bench.run(&["execute", "plan.md"]).code(2).says("without your approval").says(key);
        let listing = bench.run(&["execute", "plan.md", "--dry-run"]).code(0).stdout;
        assert!(listing.contains("sandbox: none\n"), "the user's own setting holds: {listing}");
    }
    bench.file("agentrun.toml", "[sandbox]\nmode = \"bubblewrap\"\nnetwork = \"off\"\n");
    let listing = bench.run(&["execute", "plan.md", "--dry-run"]).code(0).stdout;
    assert!(listing.contains("sandbox: bubblewrap; network off\n"), "{listing}");
}
