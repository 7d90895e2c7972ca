//! Conversations of any shape, masked and compacted at any time.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::message::{Arguments, Reply};

/// A conversation with a brief of so many bytes, written to a file.
struct Bench {
    conversation: Conversation,
    calls: usize,
    dir: tempfile::TempDir,
}

impl Bench {
    fn new(brief: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut conversation = Conversation::default();
        let redact = Redact::new([]);
        conversation.write_to(&dir.path().join("transcript.jsonl"), &redact).unwrap();
        conversation.push(Message::System { text: "s".repeat(brief / 2) }).unwrap();
        conversation.push(Message::User { text: "u".repeat(brief / 2) }).unwrap();
        Self { conversation, calls: 0, dir }
    }

    /// A reply that calls as many tools as there are sizes of results.
    fn turn(&mut self, said: usize, results: &[usize]) {
        let calls: Vec<ToolCall> = results.iter().map(|_| self.call(said)).collect();
        let reply = Reply { text: "r".repeat(said), calls: calls.clone(), ..Reply::default() };
        self.conversation.push(Message::Assistant(reply)).unwrap();
        for (call, size) in calls.iter().zip(results) {
            self.conversation.push_result(call, "t".repeat(*size), "read a file".to_owned()).unwrap();
        }
    }

    fn call(&mut self, size: usize) -> ToolCall {
        self.calls += 1;
        let arguments = json!({ "path": "p".repeat(size) }).as_object().cloned().unwrap();
        let id = format!("call{:05}", self.calls);
        ToolCall { id, name: "read_file".to_owned(), arguments: Arguments::Object(arguments) }
    }

    fn told(&mut self, size: usize) {
        self.conversation.push(Message::User { text: "n".repeat(size) }).unwrap();
    }

    fn compact(&mut self, window: Window, text: usize) -> Option<Shortening> {
        let cut = self.conversation.cut(window)?;
        Some(self.conversation.compact(cut, "c".repeat(text)).unwrap())
    }

    fn transcript(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.dir.path().join("transcript.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// One letter for each message, and the size of its text.
    fn shape(&self) -> Vec<(char, usize)> {
        let shape = |message: &Message| match message {
            Message::System { text } => ('s', text.len()),
            Message::User { text } => (text.chars().next().unwrap_or('u'), text.len()),
            Message::Assistant(reply) => ('r', reply.text.len()),
            Message::Tool { text, .. } => (text.chars().next().unwrap_or('t'), text.len()),
        };
        self.conversation.messages().iter().map(shape).collect()
    }
}

/// Each call has exactly one result, right behind its reply and in order, and no result is without.
fn assert_paired(messages: &[Message]) {
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        if let Message::Tool { call_id, .. } = message {
            assert!(!open.is_empty(), "{call_id} is the result of no call");
            assert_eq!(open.remove(0), call_id);
            continue;
        }
        assert_eq!(open, [""; 0], "calls without a result");
        if let Message::Assistant(reply) = message {
            open = reply.calls.iter().map(|call| call.id.as_str()).collect();
        }
    }
    assert_eq!(open, [""; 0], "calls without a result");
}

#[test]
fn old_results_are_masked_in_one_batch_and_only_if_it_is_worth_it() {
    let mut bench = Bench::new(4_000);
    let window = Window::of(32_000);
    bench.turn(100, &[16_000, 100]);
    bench.turn(100, &[16_000, 100]);
    assert_eq!(bench.conversation.mask(window).unwrap(), None, "16 KB are less than 15 % of the window");
    bench.turn(100, &[16_000, 100]);
    bench.turn(100, &[16_000]);
    let before = bench.conversation.messages().to_vec();
    let Some(Shortening::Masked { calls, before: tokens, after }) = bench.conversation.mask(window).unwrap()
    else {
        panic!("nothing was masked");
    };
    assert_eq!(calls, ["call00001", "call00003"]);
    assert!(tokens - after > 7_900, "{tokens} -> {after}");
    let masked = "[left out to make room, 16000 bytes: read a file]";
    for (index, (now, then)) in bench.conversation.messages().iter().zip(&before).enumerate() {
        match now {
            Message::Tool { text, .. } if [3, 6].contains(&index) => assert_eq!(text, masked),
            _ => assert_eq!(now, then),
        }
    }
    assert_eq!(bench.conversation.mask(window).unwrap(), None, "once is enough");
    let last = bench.transcript().pop().unwrap();
    assert_eq!(last, json!({ "role": "masked", "calls": calls, "before": tokens, "after": after }));
}

#[test]
fn fewer_of_the_newest_results_stay_where_the_rest_has_grown_large() {
    let window = Window::of(32_000);
    let masked = |said: usize| {
        let mut bench = Bench::new(4_000);
        for _ in 0..5 {
            bench.turn(said, &[10_000]);
        }
        match bench.conversation.mask(window).unwrap() {
            Some(Shortening::Masked { calls, .. }) => calls.len(),
            _ => 0,
        }
    };
    assert_eq!(
        [100, 2_500, 6_000].map(masked),
        [2, 4, 0],
        "little, more, and too much that cannot be masked"
    );
}

#[test]
fn an_id_that_comes_again_after_a_compaction_is_a_new_call() {
    let mut bench = Bench::new(4_000);
    for _ in 0..2 {
        bench.calls = 0;
        for _ in 0..5 {
            bench.turn(100, &[16_000]);
        }
        assert!(bench.conversation.mask(Window::of(32_000)).unwrap().is_some());
        bench.turn(20_000, &[0]);
        bench.compact(Window::of(32_000), 500).unwrap();
    }
}

#[test]
fn a_compaction_keeps_the_brief_and_the_newest_messages() {
    let mut bench = Bench::new(4_000);
    for _ in 0..6 {
        bench.turn(10, &[8_000, 1_000]);
    }
    bench.compact(Window::of(32_000), 2_000).unwrap();
    let kept = [('r', 10), ('t', 8_000), ('t', 1_000)];
    let brief = [('s', 2_000), ('u', 2_000), ('c', 2_000)];
    assert_eq!(bench.shape(), [&brief[..], &kept, &kept].concat());
    let transcript = bench.transcript();
    let roles: Vec<&str> = transcript.iter().map(|line| line["role"].as_str().unwrap()).collect();
    assert_eq!(roles[18..], ["tool", "tool", "compacted", "user"]);
    assert_eq!((&transcript[20]["kept"], transcript[3]["text"].as_str().unwrap().len()), (&json!(6), 8_000));
}

#[test]
fn the_last_reply_stays_though_its_results_have_to_be_cut() {
    let mut bench = Bench::new(2_000);
    bench.turn(10, &[1_000]);
    bench.turn(10, &[60_000, 40_000]);
    bench.compact(Window::of(8_000), 500).unwrap();
    let shape = bench.shape();
    assert_eq!((shape.len(), shape[3]), (6, ('r', 10)));
    assert!(bench.conversation.tokens() <= 4_000, "{shape:?}");
    let Some(Message::Tool { text, .. }) = bench.conversation.messages().last() else { panic!() };
    assert!(text.contains(" bytes left out …]\nttt") && text.ends_with("ask for less at once]"), "{text}");
}

#[test]
fn what_the_agent_wrote_itself_gives_way_if_nothing_else_does() {
    let mut bench = Bench::new(2_000);
    bench.turn(20_000, &[10]);
    bench.compact(Window::of(8_000), 500).unwrap();
    assert_eq!(bench.shape(), [('s', 1_000), ('u', 1_000), ('c', 500)]);
}

#[test]
fn a_brief_that_is_too_long_cannot_be_helped() {
    let mut bench = Bench::new(20_000);
    assert_eq!(bench.conversation.cut(Window::of(200_000)), None, "there is nothing but the brief");
    bench.turn(10, &[10]);
    assert_eq!(bench.conversation.cut(Window::of(8_000)), None);
}

#[test]
fn a_refused_conversation_is_as_long_as_the_server_says_at_least() {
    let mut bench = Bench::new(2_000);
    bench.turn(10, &[20_000]);
    bench.conversation.overflowed(Some(Window::of(8_192)));
    assert_eq!((bench.conversation.window(), bench.conversation.tokens()), (Some(Window::of(8_192)), 8_192));
    bench.compact(Window::of(8_192), 500).unwrap();
    assert!(bench.conversation.tokens() <= 4_096);
    let left = bench.conversation.tokens();
    bench.conversation.overflowed(None);
    assert_eq!(bench.conversation.window(), Some(Window::of(left)));
}

/// What happens to a conversation.
#[derive(Debug, Clone)]
enum Step {
    Turn(usize, Vec<usize>),
    Told(usize),
    Counted(u64),
    Mask,
    Compact,
    Overflow(Option<Window>),
}

fn step() -> impl Strategy<Value = Step> {
    let sizes = prop_oneof![0..200_usize, 2_000..30_000_usize];
    prop_oneof![
        6 => (0..3_000_usize, prop::collection::vec(sizes, 0..4)).prop_map(|(said, results)| Step::Turn(said, results)),
        1 => (1..8_000_usize).prop_map(Step::Told),
        1 => (1..60_000_u64).prop_map(Step::Counted),
        2 => Just(Step::Mask),
        2 => Just(Step::Compact),
        1 => prop::option::of((2_000..64_000_u64).prop_map(Window::of)).prop_map(Step::Overflow),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn calls_and_results_stay_together_whatever_is_left_out(
        steps in prop::collection::vec(step(), 0..40),
        window in 6_000..64_000_u64,
    ) {
        let mut bench = Bench::new(2_000);
        let (mut window, brief) = (Window::of(window), bench.conversation.messages().to_vec());
        for step in steps {
            match step {
                Step::Turn(said, results) => bench.turn(said, &results),
                Step::Told(size) => bench.told(size),
                Step::Counted(tokens) => drop(bench.conversation.count(tokens)),
                Step::Mask => drop(bench.conversation.mask(window).unwrap()),
                Step::Compact => {
                    let before = bench.conversation.tokens();
                    if let Some(Shortening::Compacted { after, .. }) = bench.compact(window, 400) {
                        prop_assert!(after <= window.goal() || after <= before, "{before} -> {after}");
                    }
                }
                Step::Overflow(fits) => {
                    bench.conversation.overflowed(fits);
                    window = bench.conversation.window().unwrap();
                }
            }
            assert_paired(bench.conversation.messages());
            prop_assert_eq!(&bench.conversation.messages()[..2], &brief[..]);
        }
        let sent = bench.conversation.messages().iter().filter(|message| matches!(message, Message::Assistant(_)));
        let written = bench.transcript().iter().filter(|line| line["role"] == "assistant").count();
        prop_assert!(sent.count() <= written);
    }
}
