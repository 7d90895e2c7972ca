//! Reading a plan, against the bare parse of its Markdown: `cargo bench --bench reading [-- FOLDER]`. The
//! plans of the folder are measured too, together.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::expect_used, reason = "a benchmark that cannot measure has nothing to say")]

#[path = "support/plans.rs"]
mod plans;
#[path = "support/table.rs"]
mod table;

use std::hint::black_box;
use std::time::{Duration, Instant};

use agentrun::plan;
use comrak::{Arena, Options, parse_document};

/// Reading costs at most so many bare parses.
const TARGET: f64 = 1.5;

fn main() {
    table::head(&["plan", "bytes", "steps", "bare parse", "read", "ratio", "target"]);
    measure("1 MB, headings", &[plans::of_size(1_000_000)]);
    for steps in [1_000, 10_000, 100_000] {
        measure("headings", &[plans::with_headings(steps)]);
    }
    for steps in [1_000, 10_000, 100_000] {
        measure("one line a step", &[plans::with_lines(steps)]);
    }
    // `cargo bench` gives `--bench` as well.
    if let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        measure(&folder, &plans_in(&folder));
    }
}

/// The texts of a folder.
fn plans_in(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    paths.filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

fn measure(name: &str, texts: &[String]) {
    let length: usize = texts.iter().map(String::len).sum();
    let steps: usize = texts.iter().map(|text| plan::read(text).plan.steps.len()).sum();
    let rounds = (20_000_000 / length.max(1)).clamp(3, 60);
    let (mut bare, mut read) = (Duration::ZERO, Duration::ZERO);
    for text in texts {
        let (mut best_bare, mut best_read) = (Duration::MAX, Duration::MAX);
        // The two take turns, so that a busy machine disturbs both alike; the best of each counts.
        for _ in 0..rounds {
            best_bare = best_bare.min(time(|| parse(text)));
            best_read = best_read.min(time(|| drop(black_box(plan::read(text)))));
        }
        bare += best_bare;
        read += best_read;
    }
    let ratio = read.as_secs_f64() / bare.as_secs_f64();
    table::row(&[
        name,
        &length.to_string(),
        &steps.to_string(),
        &format!("{:.2} ms", bare.as_secs_f64() * 1e3),
        &format!("{:.2} ms", read.as_secs_f64() * 1e3),
        &format!("{ratio:.2}"),
        &format!("{TARGET:.1}"),
    ]);
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

/// The options of the reader.
fn parse(text: &str) {
    let arena = Arena::new();
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.front_matter_delimiter = Some("---".to_owned());
    black_box(parse_document(&arena, text, &options));
}
