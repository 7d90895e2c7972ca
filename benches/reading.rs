//! Reading a plan, against the bare parse of its Markdown: `cargo bench --bench reading`.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use agentrun::plan;
use comrak::{Arena, Options, parse_document};
use support::{plans, table};

/// Reading costs at most so many bare parses.
const TARGET: f64 = 1.5;

fn main() {
    table::head(&["plan", "bytes", "steps", "bare parse", "read", "ratio", "target"]);
    measure("1 MB, headings", &plans::of_size(1_000_000));
    for steps in [1_000, 10_000, 100_000] {
        measure("headings", &plans::with_headings(steps));
    }
    for steps in [1_000, 10_000, 100_000] {
        measure("one line a step", &plans::with_lines(steps));
    }
}

fn measure(name: &str, text: &str) {
    let steps = plan::read(text).plan.steps.len();
    let rounds = (20_000_000 / text.len()).clamp(3, 60);
    let (mut bare, mut read) = (Duration::MAX, Duration::MAX);
    // The two take turns, so that a busy machine disturbs both alike; the best of each counts.
    for _ in 0..rounds {
        bare = bare.min(time(|| parse(text)));
        read = read.min(time(|| drop(black_box(plan::read(text)))));
    }
    let ratio = read.as_secs_f64() / bare.as_secs_f64();
    table::row(&[
        name,
        &text.len().to_string(),
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
