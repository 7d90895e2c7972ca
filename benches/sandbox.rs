//! What starting a command costs, by what confines it: `cargo bench --bench sandbox`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot measure has nothing to say")]

#[path = "support/table.rs"]
mod table;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use agentrun::interrupt::Interrupt;
use agentrun::process::sandbox::{Confinement, Network, Wish, caches, credentials, open};
use agentrun::process::{Command, LAUNCH, Launcher, Policy, launch, run};
use agentrun::redact::Redact;

const COMMANDS: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if std::env::args().nth(1).as_deref() == Some(LAUNCH) {
        // This program is its own launcher, as agentrun is.
        return launch().expect("an order");
    }
    let project = tempfile::tempdir().expect("a temporary folder");
    let policy = Policy::new(std::env::vars_os(), &[]);
    let launched = policy.launched_by(Launcher::new().expect("this program"), "bench");
    table::head(&["`true`, 200 times", "median", "p95", "median beyond the first row"]);
    let mut first = None;
    for (name, wish, network) in [
        ("off", Wish::Off, Network::On),
        ("Landlock", Wish::Landlock, Network::On),
        ("bubblewrap", Wish::Bubblewrap, Network::On),
        ("bubblewrap, network off", Wish::Bubblewrap, Network::Off),
    ] {
        let confinement = confinement(project.path(), network);
        let bwrap = Some(PathBuf::from("/usr/bin/bwrap"));
        match open(wish, confinement, bwrap, &launched, &Interrupt::never()).await {
            Ok(sandbox) => {
                let policy = launched.clone().confined_by(sandbox);
                let median = measure(name, first, &policy, project.path()).await;
                first = first.or(Some(median));
            }
            Err(refused) => table::row(&[name, &refused.to_string(), "", ""]),
        }
    }
}

async fn measure(name: &str, first: Option<Duration>, policy: &Policy, dir: &Path) -> Duration {
    let command = Command {
        script: "true".to_owned(),
        strict: false,
        dir: dir.to_owned(),
        timeout: Duration::from_mins(1),
        log: None,
    };
    let (interrupt, redact) = (Interrupt::never(), Redact::new([]));
    let mut times = Vec::with_capacity(COMMANDS);
    for _ in 0..COMMANDS {
        let started = Instant::now();
        let completed = run(&command, policy, &interrupt, &redact).await.expect("nothing is logged");
        times.push(started.elapsed());
        assert!(completed.exit.success(), "{completed:?}");
    }
    times.sort_unstable();
    let (median, p95) = (times[COMMANDS / 2], times[COMMANDS * 95 / 100]);
    let more = first.map_or_else(String::new, |first| millis(median.saturating_sub(first)));
    table::row(&[name, &millis(median), &millis(p95), &more]);
    median
}

fn confinement(root: &Path, network: Network) -> Confinement {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    Confinement {
        root: root.to_owned(),
        temporary: vec!["/tmp".into()],
        caches: caches(&variable),
        repository: Vec::new(),
        read_only: vec![root.join("plan.md")],
        hidden: credentials(&variable),
        network,
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
