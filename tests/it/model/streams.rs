//! The bytes of a stream: where they are split means nothing, and no bytes make a panic.

use agentrun::model::ModelError;
use agentrun::model::message::Reply;
use agentrun::model::openai::Settings;
use proptest::prelude::*;

use super::{Asker, hasty, hello};
use crate::support::server::{Answer, Server};

/// Text in three scripts, comments, a call in pieces and usage, with both kinds of line ends.
const STREAM: &str = concat!(
    "\u{feff}: ping\n\n",
    r#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}"#,
    "\r\n\r\n",
    r#"data: {"choices":[{"index":0,"delta":{"content":"Grüße, 世界 🦀"}}]}"#,
    "\n\n:\n\n",
    r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","#,
    r#""function":{"name":"read_file","arguments":"{\"path\""}}]}}]}"#,
    "\n\nevent: message\n",
    r#"data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":\"ä\"}"}}]}}]}"#,
    "\n\n",
    r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
    "\r\n\r\n",
    r#"data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#,
    "\n\ndata: [DONE]\n\n",
);

fn read(pieces: Vec<Vec<u8>>) -> Result<Reply, ModelError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::script([Answer::events(pieces)]);
    let settings = Settings { max_tries: 1, ..hasty(server.base_url()) };
    runtime.block_on(Asker::of(settings).ask(&hello()))
}

fn split(bytes: &[u8], places: &[usize]) -> Vec<Vec<u8>> {
    let mut places: Vec<usize> = places.iter().map(|place| place % (bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
}

#[test]
fn a_stream_of_single_bytes_is_the_same_reply() {
    let whole = read(vec![STREAM.as_bytes().to_vec()]).expect("the stream is a reply");
    assert_eq!(whole.text, "Grüße, 世界 🦀");
    assert_eq!(read(STREAM.bytes().map(|byte| vec![byte]).collect()), Ok(whole));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_split_of_a_stream_is_the_same_reply(places in prop::collection::vec(any::<usize>(), 0..6)) {
        let whole = read(vec![STREAM.as_bytes().to_vec()]);
        prop_assert!(whole.is_ok());
        prop_assert_eq!(read(split(STREAM.as_bytes(), &places)), whole);
    }

    #[test]
    fn a_stream_that_is_cut_anywhere_is_a_whole_reply_or_none(end in 0..STREAM.len()) {
        let whole = read(vec![STREAM.as_bytes().to_vec()]).unwrap();
        match read(vec![STREAM.as_bytes()[..end].to_vec()]) {
            Ok(reply) => prop_assert_eq!(Reply { usage: whole.usage, ..reply }, whole),
            Err(error) => prop_assert!(matches!(error, ModelError::Temporary { .. }), "{:?}", error),
        }
    }

    #[test]
    fn any_bytes_are_a_reply_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(vec![bytes]);
    }
}
