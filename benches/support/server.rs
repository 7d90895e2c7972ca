//! A model that answers at once: a server on loopback that keeps connections open and notes when.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

/// When a request came and when its reply was out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exchange {
    pub(crate) received: Instant,
    pub(crate) answered: Instant,
}

/// A server that gives the same replies to everybody, in turn over all connections.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Server {
    /// A server with these replies, the last for whoever asks for more. `at_request` sees the number of
    /// each request, from 0, before it is answered.
    pub(crate) fn start(replies: Vec<Vec<u8>>, at_request: impl Fn(usize) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let exchanges = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&exchanges);
        let shared = Arc::new((replies, at_request));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (noted, shared) = (Arc::clone(&noted), Arc::clone(&shared));
                thread::spawn(move || serve(stream, &noted, &shared.0, &shared.1));
            }
        });
        Self { address, exchanges }
    }

    /// For `--base-url`.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What happened so far.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges.lock().expect("no thread panics").clone()
    }
}

/// A streamed reply that calls one tool, behind so many pieces of text.
pub(crate) fn call(name: &str, arguments: &Value, pieces: usize) -> Vec<u8> {
    let piece =
        |number| json!({ "choices": [{ "index": 0, "delta": { "content": format!("word{number} ") } }] });
    let function = json!({ "name": name, "arguments": arguments.to_string() });
    let call = json!({ "index": 0, "id": "call_0", "type": "function", "function": function });
    let finish = json!({ "index": 0, "delta": { "tool_calls": [call] }, "finish_reason": "tool_calls" });
    let usage = json!({ "prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110 });
    let last = [json!({ "choices": [finish] }), json!({ "choices": [], "usage": usage })];
    // No two words are the same: a model that repeats itself is cut off.
    let chunks = (0..pieces).map(piece).chain(last);
    let mut body = chunks.fold(String::new(), |body, chunk| body + "data: " + &chunk.to_string() + "\n\n");
    body.push_str("data: [DONE]\n\n");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length:";
    format!("{head} {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The requests of one connection.
fn serve(
    mut stream: TcpStream,
    noted: &Mutex<Vec<Exchange>>,
    replies: &[Vec<u8>],
    at_request: &impl Fn(usize),
) {
    stream.set_nodelay(true).expect("a socket takes its options");
    let mut reader = BufReader::new(stream.try_clone().expect("a socket can be shared"));
    while let Some(received) = read_request(&mut reader) {
        let mut noted = noted.lock().expect("no thread panics");
        at_request(noted.len());
        let reply = replies.get(noted.len()).or(replies.last()).expect("there is a reply");
        // The moment is taken before the bytes are out: what the client does with the first of them counts.
        noted.push(Exchange { received, answered: Instant::now() });
        drop(noted);
        if stream.write_all(reply).is_err() {
            return;
        }
    }
}

/// Reads a request and says when its first line was there.
fn read_request(reader: &mut impl BufRead) -> Option<Instant> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let received = Instant::now();
    let mut length = 0;
    while line.trim_end() != "" {
        if let Some((_, value)) =
            line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        {
            length = value.trim().parse().ok()?;
        }
        line.clear();
        reader.read_line(&mut line).ok()?;
    }
    std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok()?;
    Some(received)
}
