//! What holds for any text.

use proptest::prelude::*;

use crate::plan::document::Document;
use crate::plan::sections::Sections;
use crate::plan::{Line, Reading, Span, read};

/// A line of the kind that plans have.
fn line() -> impl Strategy<Value = String> {
    let start = prop::sample::select(vec![
        "# ",
        "## ",
        "### Step 1: ",
        "### Phase 2: ",
        "- [ ] ",
        "  - [x] ",
        "1. ",
        "- ",
        "> ",
        "**Tasks:** ",
        "**Dependencies:** ",
        "| Task | Status |",
        "|---|---|",
        "```",
        "```yaml",
        "---",
        "todos:",
        "<details>",
        "<!-- ",
        "<task type=\"auto\">",
        "<task type=\"checkpoint:a\">",
        "</task>",
        "  <name>Saw</name>",
        "  <verify><automated>make test</automated></verify>",
        "  <verify>",
        "  </verify>",
        "[x]: ",
        "",
        "\t",
        "\u{feff}",
        "第一步：",
    ]);
    (start, ".{0,12}").prop_map(|(start, rest)| start.to_owned() + &rest)
}

fn text() -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n"]);
    (prop::collection::vec(line(), 0..24), end).prop_map(|(lines, end)| lines.join(end))
}

/// Every span of what was read.
fn spans(reading: &Reading) -> Vec<Span> {
    let plan = &reading.plan;
    let mut spans: Vec<Span> = reading.diagnostics.iter().map(|found| found.span.clone()).collect();
    for step in &plan.steps {
        spans.push(step.span.clone());
        spans.extend(step.criteria.iter().map(|criterion| criterion.span.clone()));
        spans.extend(step.references.iter().map(|reference| reference.span.clone()));
    }
    spans.extend(plan.boxes.iter().map(|found| found.mark_at..found.mark_at + found.mark.len_utf8()));
    spans.extend(plan.boxes.iter().filter_map(|found| Some(found.word.as_ref()?.span.clone())));
    spans.extend(plan.links.iter().map(|link| link.span.clone()));
    spans.extend(plan.status_comments.iter().map(|comment| comment.span.clone()));
    spans
}

/// Every line of what was read.
fn lines(reading: &Reading) -> Vec<Line> {
    let plan = &reading.plan;
    let steps = plan.steps.iter().flat_map(|step| [step.line, step.end_line]);
    let tasks = plan.steps.iter().flat_map(|step| &step.tasks).map(|task| task.line);
    let boxes = plan.boxes.iter().map(|found| found.line);
    let passages = plan.context.iter().flat_map(|passage| [passage.line, passage.end_line]);
    steps.chain(tasks).chain(boxes).chain(passages).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_read_and_its_pieces_stay_inside_it(text in text()) {
        let reading = read(&text);
        for span in spans(&reading) {
            prop_assert!(text.get(span.clone()).is_some(), "{span:?} of {}", text.len());
        }
        let count = Document::parse(&text).lines.all().count();
        for line in lines(&reading) {
            prop_assert!((1..=count).contains(&usize::from(line)), "line {line} of {count}");
        }
        prop_assert_eq!(reading.graph.order().len(), reading.plan.steps.len());
    }

    #[test]
    fn sections_are_a_tree_in_the_order_of_the_file(text in text()) {
        let sections = Sections::of(Document::parse(&text));
        for (index, section) in sections.all.iter_enumerated() {
            prop_assert!(section.end > index && section.end <= sections.all.next_key());
            if let Some(parent) = section.parent {
                prop_assert!(parent < index && section.end <= sections.all[parent].end);
                prop_assert!(sections.all[parent].level < section.level);
            }
        }
    }

    #[test]
    fn every_box_belongs_to_a_step_or_says_why_not(text in text()) {
        let plan = read(&text).plan;
        for check_box in &plan.boxes {
            prop_assert!(!check_box.reason.is_empty(), "{check_box:?}");
        }
        for (index, step) in plan.steps.iter_enumerated() {
            let own = plan.boxes_of(index).count();
            prop_assert!(own <= plan.boxes.iter().filter(|found| found.step == Some(index)).count());
            prop_assert!(step.line <= step.end_line);
        }
    }
}
