//! What the kernel knows of processes: time on a processor, and memory.

use std::fs;
use std::time::Duration;

/// Length of a clock tick in these files, on every Linux there is.
const TICK: Duration = Duration::from_millis(10);

/// Time that all ended children of this process, and theirs, have spent on a processor.
pub(crate) fn time_of_children() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in brackets may hold anything; behind it are numbers. User and system time of the
    // children are the 16th and 17th field of the line, and so the 14th and 15th behind the name.
    let numbers = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(13).take(2);
    TICK * numbers.filter_map(|number| number.parse::<u32>().ok()).sum()
}

/// Memory that a process has for itself, its share of what it has with others included, in bytes.
pub(crate) fn memory_of(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
