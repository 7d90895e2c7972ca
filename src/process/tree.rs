//! Finds the processes below this one in `/proc`, wherever they went, names them, and ends them.

use std::collections::HashMap;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, kill_process};

use crate::clock::Deadline;

/// How often processes that were told to end are looked at.
const POLL: Duration = Duration::from_millis(5);

/// So many of the newest processes are looked at in a sprint.
const NEWEST: i32 = 16;

/// So long only the newest processes are asked for, before all are looked through again.
const SPRINT: Duration = Duration::from_millis(5);

/// A command line is told with this many characters.
const CHARACTERS: usize = 120;

/// So many left-over processes are named.
const NAMED: usize = 20;

/// The living processes below this one, children of children included. Orphans are among them:
/// this process adopts them.
pub(super) fn below() -> Vec<Pid> {
    let all = all();
    let mut found = vec![getpid()];
    let mut at = 0;
    while let Some(&parent) = found.get(at) {
        at += 1;
        found.extend(all.iter().filter(|(_, stat)| stat.parent == parent.as_raw_pid()).map(|(pid, _)| *pid));
    }
    found.into_iter().skip(1).filter(|pid| all.get(pid).is_some_and(|stat| !stat.dead)).collect()
}

/// The living processes that have this in their environment, less this one and those above it.
pub(super) fn marked(name: &str, value: &str) -> Vec<Pid> {
    let all = all();
    let mut above = vec![getpid()];
    while let Some(parent) = above.last().and_then(|pid| Pid::from_raw(all.get(pid)?.parent)) {
        above.push(parent);
    }
    let wanted = format!("{name}={value}");
    let has_it = |pid: &Pid| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|&byte| byte == 0).any(|variable| variable == wanted.as_bytes())
    };
    all.iter()
        .filter(|(pid, stat)| !stat.dead && !above.contains(pid))
        .map(|(pid, _)| *pid)
        .filter(has_it)
        .collect()
}

/// Processes as people know them: `4711 sleep 1000`.
pub(super) fn names(pids: &[Pid]) -> Vec<String> {
    let mut names: Vec<String> = pids.iter().take(NAMED).map(|pid| name(*pid)).collect();
    if pids.len() > NAMED {
        names.push(format!("{} more", pids.len() - NAMED));
    }
    names
}

fn name(pid: Pid) -> String {
    let read = |file: &str| std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let mut line = read("cmdline");
    if line.is_empty() {
        line = read("comm");
    }
    let line = String::from_utf8_lossy(&line).replace(|c: char| c == '\0' || c.is_control(), " ");
    let line: String = line.trim().chars().take(CHARACTERS).collect();
    format!("{pid} {line}")
}

/// A process that is gone already is what was wanted.
pub(super) fn signal(pids: &[Pid], signal: Signal) {
    for pid in pids {
        let _ = kill_process(*pid, signal);
    }
}

/// Asks processes to end, and ends those that have not in time. `living` is asked again and again:
/// a process may make others until its last moment. It gives `None` if nothing is left; who is left may be
/// unknown. Tells whether none is left.
pub(super) fn end(mut living: impl FnMut() -> Option<Vec<Pid>>, grace: Duration) -> bool {
    signal(&living().unwrap_or_default(), Signal::TERM);
    until_none(&mut living, grace) || kill(living)
}

/// Ends processes at once. Tells whether none is left.
///
/// A process may fork and exit, generation after generation: to look through all processes takes longer than
/// one of them lives. Each becomes a child of this process when its parent exits. The kernel tells the number of
/// the newest process, and to ask only for it and its neighbours is quick: it is caught between two forks.
pub(super) fn kill(mut living: impl FnMut() -> Option<Vec<Pid>>) -> bool {
    let deadline = Deadline::after(Duration::from_secs(5));
    loop {
        let Some(found) = living() else { return true };
        signal(&found, Signal::KILL);
        let sprint = Deadline::after(SPRINT);
        while !sprint.passed() {
            signal(&newest_children(), Signal::KILL);
        }
        if deadline.passed() {
            return false;
        }
    }
}

/// These, if there are any.
pub(super) fn some(pids: Vec<Pid>) -> Option<Vec<Pid>> {
    Some(pids).filter(|pids| !pids.is_empty())
}

/// Of the newest processes those that are children of this one.
fn newest_children() -> Vec<Pid> {
    let own = getpid().as_raw_pid();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let newest: i32 = load.trim_end().rsplit(' ').next().and_then(|pid| pid.parse().ok()).unwrap_or(0);
    let near = (newest.saturating_sub(NEWEST) + 1..=newest).rev();
    let children = near.filter(|pid| stat(*pid).is_some_and(|stat| stat.parent == own && !stat.dead));
    children.filter_map(Pid::from_raw).collect()
}

fn until_none(living: &mut impl FnMut() -> Option<Vec<Pid>>, patience: Duration) -> bool {
    let deadline = Deadline::after(patience);
    loop {
        if living().is_none() {
            return true;
        }
        if deadline.passed() {
            return false;
        }
        std::thread::sleep(POLL);
    }
}

/// What the kernel tells of a process.
struct Stat {
    parent: i32,
    /// It has ended, and nobody has asked how yet.
    dead: bool,
}

fn all() -> HashMap<Pid, Stat> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return HashMap::new() };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((Pid::from_raw(pid)?, stat(pid)?))).collect()
}

fn stat(pid: i32) -> Option<Stat> {
    let text = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let text = String::from_utf8_lossy(&text);
    // The name in brackets may hold anything, brackets too.
    let (_, fields) = text.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let dead = matches!(fields.next()?, "Z" | "X");
    Some(Stat { parent: fields.next()?.parse().ok()?, dead })
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// A process that waits, is called `name`, and carries a mark.
    fn waiting(name: &str, mark: &str) -> (Child, Pid) {
        let mut command = Command::new("sleep");
        command.arg0(name).arg("1000").env_clear().env("MARK_OF_A_TEST", mark).stdin(Stdio::null());
        let child = command.spawn().unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        (child, pid)
    }

    #[test]
    fn what_carries_a_mark_is_found_named_and_ended() {
        let mark = format!("mark-{}", std::process::id());
        let ((mut child, pid), (mut other, _)) = (waiting("one\ttwo", &mark), waiting("three", "another"));
        let found = || marked("MARK_OF_A_TEST", &mark);
        while found().is_empty() || name(pid).contains("test") {
            std::thread::yield_now();
        }
        assert_eq!(found(), [pid]);
        assert!(below().contains(&pid));
        assert_eq!(names(&found()), [format!("{pid} one two 1000")]);
        assert!(
            end(|| some(found()), Duration::from_mins(1)),
            "a dead process is none, though nobody has asked how"
        );
        child.wait().unwrap();
        assert_eq!(other.try_wait().unwrap(), None, "another mark is another's");
        other.kill().unwrap();
        other.wait().unwrap();
    }

    #[test]
    fn only_so_many_are_named() {
        let pids: Vec<Pid> = (0..NAMED + 3).map(|_| getpid()).collect();
        let names = names(&pids);
        assert_eq!((names.len(), names.last().unwrap().as_str()), (NAMED + 1, "3 more"));
    }
}
