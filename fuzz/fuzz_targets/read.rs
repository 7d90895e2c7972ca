//! Any text is read: no panic, every step is in the order once, every place is a place of the text.

#![no_main]

use agentrun::plan;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let reading = plan::read(text);
    let mut order = reading.graph.order().to_vec();
    order.sort_unstable();
    assert!(order.into_iter().eq(reading.plan.steps.keys()));
    for check_box in &reading.plan.boxes {
        assert!(!check_box.reason.is_empty());
        if let Some(word) = &check_box.word {
            assert_eq!(text[word.span.clone()], word.text);
            continue;
        }
        let end = check_box.mark_at + check_box.mark.len_utf8();
        assert_eq!(text[check_box.mark_at - 1..=end], format!("[{}]", check_box.mark));
    }
    for step in &reading.plan.steps {
        assert!(text.get(step.span.clone()).is_some());
    }
    for diagnostic in &reading.diagnostics {
        assert!(text.get(diagnostic.span.clone()).is_some());
    }
});
