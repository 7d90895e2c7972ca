//! A scripted server that speaks chat completions: it records every request and answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// A request as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Of all requests, from 1.
    pub(crate) number: usize,
}

impl Recorded {
    /// A header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body; null if it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    head: String,
    pieces: Vec<Vec<u8>>,
    end: End,
}

/// What happens after the last piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The body is ended as HTTP has it.
    Proper,
    /// The connection is closed in the middle of the body.
    Cut,
    /// The connection stays open and silent until the client leaves it.
    Stall,
}

impl Answer {
    /// A streamed reply of text.
    pub(crate) fn text(text: &str) -> Self {
        Self::reply(text, &[])
    }

    /// A streamed reply that calls one tool.
    pub(crate) fn call(name: &str, arguments: &Value) -> Self {
        Self::reply("", &[(name, arguments.clone())])
    }

    /// A streamed reply, its text and the arguments of its calls in several pieces.
    pub(crate) fn reply(text: &str, calls: &[(&str, Value)]) -> Self {
        Self::counted(text, calls, Some(100))
    }

    /// The same with so many tokens of the prompt, or without usage.
    pub(crate) fn counted(text: &str, calls: &[(&str, Value)], prompt: Option<u64>) -> Self {
        let mut deltas = vec![json!({ "role": "assistant", "content": null })];
        deltas.extend(halves(text).map(|half| json!({ "content": half })));
        for (index, (name, arguments)) in calls.iter().enumerate() {
            let first = json!({
                "index": index, "id": format!("call_{index}"), "type": "function",
                "function": { "name": name, "arguments": "" },
            });
            deltas.push(json!({ "tool_calls": [first] }));
            deltas.extend(halves(&arguments.to_string()).map(
                |half| json!({ "tool_calls": [{ "index": index, "function": { "arguments": half } }] }),
            ));
        }
        let finish = if calls.is_empty() { "stop" } else { "tool_calls" };
        let mut chunks: Vec<Value> =
            deltas.iter().map(|delta| json!({ "choices": [{ "index": 0, "delta": delta }] })).collect();
        chunks.push(json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": finish }] }));
        let usage =
            |prompt| json!({ "prompt_tokens": prompt, "completion_tokens": 10, "total_tokens": prompt + 10 });
        chunks.extend(prompt.map(|prompt| json!({ "choices": [], "usage": usage(prompt) })));
        Self::chunks(&chunks).and_done()
    }

    /// A stream of these chunks, without `[DONE]`.
    pub(crate) fn chunks(chunks: &[Value]) -> Self {
        Self::events(chunks.iter().map(|chunk| format!("data: {chunk}\n\n")))
    }

    /// A stream of these pieces of bytes.
    pub(crate) fn events(pieces: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Self {
            head: head(200, &[("content-type", "text/event-stream")]),
            pieces: pieces.into_iter().map(Into::into).collect(),
            end: End::Proper,
        }
    }

    /// A plain response.
    pub(crate) fn status(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        Self { head: head(status, headers), pieces: vec![body.into()], end: End::Proper }
    }

    /// A plain response of JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::status(status, &[("content-type", "application/json")], &body.to_string())
    }

    /// The same and `[DONE]`.
    pub(crate) fn and_done(mut self) -> Self {
        self.pieces.push(b"data: [DONE]\n\n".to_vec());
        self
    }

    /// The same, but the connection is closed before the end of the body.
    pub(crate) fn then_cut(self) -> Self {
        Self { end: End::Cut, ..self }
    }

    /// The same, but the connection stays open after the last piece.
    pub(crate) fn then_stall(self) -> Self {
        Self { end: End::Stall, ..self }
    }

    fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        // A piece of the body is a piece on the wire.
        let mut out = self.head.clone().into_bytes();
        for piece in self.pieces.iter().filter(|piece| !piece.is_empty()) {
            write!(out, "{:x}\r\n", piece.len())?;
            out.extend_from_slice(piece);
            out.extend_from_slice(b"\r\n");
            stream.write_all(&out)?;
            out.clear();
        }
        stream.write_all(&out)?;
        match self.end {
            End::Proper => stream.write_all(b"0\r\n\r\n"),
            End::Cut => stream.shutdown(Shutdown::Write),
            End::Stall => stream.read_to_end(&mut Vec::new()).map(drop),
        }
    }
}

/// A server on loopback; it goes when the value goes.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Recorded>>>,
    closing: Arc<AtomicBool>,
}

impl Drop for Server {
    /// The listening thread sees the wish at its next connection, so one is made.
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

impl Server {
    /// A server that answers each request as `answer` says, but those about tasks alone: it cannot tell of them.
    pub(crate) fn start(answer: impl FnMut(&Recorded) -> Answer + Send + 'static) -> Self {
        Self::open(true, answer)
    }

    /// A server that answers every request as `answer` says.
    pub(crate) fn judging(answer: impl FnMut(&Recorded) -> Answer + Send + 'static) -> Self {
        Self::open(false, answer)
    }

    fn open(doubts: bool, answer: impl FnMut(&Recorded) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(Mutex::new(answer));
        let closing = Arc::new(AtomicBool::new(false));
        let (recorded, closed) = (Arc::clone(&requests), Arc::clone(&closing));
        thread::spawn(move || {
            let open = |_: &TcpStream| !closed.load(Ordering::SeqCst);
            for stream in listener.incoming().map_while(Result::ok).take_while(open) {
                let (answer, recorded) = (Arc::clone(&answer), Arc::clone(&recorded));
                thread::spawn(move || {
                    serve(stream, &recorded, doubts, |request| (answer.lock().unwrap())(request));
                });
            }
        });
        Self { address, requests, closing }
    }

    /// A server that gives these answers in turn, and 500 once there is none left.
    pub(crate) fn script(answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut answers = answers.into_iter().collect::<Vec<_>>().into_iter();
        Self::start(move |_| answers.next().unwrap_or_else(|| Answer::status(500, &[], "out of answers")))
    }

    /// For `--base-url`.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }

    /// The JSON bodies of the requests so far.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.requests().iter().map(Recorded::json).collect()
    }
}

/// The requests of one connection.
fn serve(
    mut stream: TcpStream,
    recorded: &Mutex<Vec<Recorded>>,
    doubts: bool,
    mut answer: impl FnMut(&Recorded) -> Answer,
) {
    stream.set_nodelay(true).expect("a socket takes its options");
    let mut reader = BufReader::new(stream.try_clone().expect("a socket can be shared"));
    while let Some(mut request) = read_request(&mut reader) {
        if let Some(answer) = about_tasks(&request).filter(|_| doubts) {
            answer.write(&mut stream).ok();
            continue;
        }
        let answer = {
            let mut recorded = recorded.lock().unwrap();
            request.number = recorded.len() + 1;
            recorded.push(request.clone());
            drop(recorded);
            answer(&request)
        };
        // The client may be gone: that is its right.
        if answer.write(&mut stream).is_err() || answer.end != End::Proper {
            return;
        }
    }
}

/// The answer of a judge that cannot tell whether a task is done. Such requests are not recorded: scripts are about the
/// work.
fn about_tasks(request: &Recorded) -> Option<Answer> {
    let body = request.json();
    let question =
        body["messages"][1]["content"].as_str().filter(|_| request.body.contains("judge_criterion"))?;
    let (_, tasks) =
        question.split_once("\n## The tasks\n").filter(|(before, _)| !before.contains("## The criteria"))?;
    let listed = tasks.split("\n## ").next()?.lines().filter(|line| line.contains(". ")).count();
    let doubt =
        |number| ("judge_criterion", json!({"criterion": number, "verdict": "cannot_tell", "reason": "no"}));
    Some(Answer::reply("", &(1..=listed).map(doubt).collect::<Vec<_>>()))
}

fn read_request(reader: &mut impl BufRead) -> Option<Recorded> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|length| *length > 0)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut recorded = Recorded { method, path, headers, body: String::new(), number: 0 };
    let length = recorded.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    recorded.body = String::from_utf8(body).ok()?;
    Some(recorded)
}

fn head(status: u16, headers: &[(&str, &str)]) -> String {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\ntransfer-encoding: chunked\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head + "\r\n"
}

/// A text in two pieces; none if it is empty.
fn halves(text: &str) -> impl Iterator<Item = &str> {
    let middle = (0..=text.len() / 2).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    let (first, second) = text.split_at(middle);
    [first, second].into_iter().filter(|half| !half.is_empty())
}
