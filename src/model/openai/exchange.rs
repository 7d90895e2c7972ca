//! One try: sends a request and puts its reply together, within every time limit.

use std::time::Duration;

use tokio::time::{sleep_until, timeout};

use super::Settings;
use super::assembly::Assembly;
use super::body::{BodyWatch, LARGEST_REPLY, too_large};
use super::failure::TryFailure;
use super::fault::ServerFault;
use super::request::{Adaptation, RequestBody};
use super::transport::{NoStream, StreamEvent, StreamEvents, Transport};
use super::wire::Chunk;
use crate::clock::{Deadline, Stopwatch};
use crate::model::Notice;
use crate::words;

/// After the end of a reply, only its usage can still come.
const AFTER_FINISH: Duration = Duration::from_secs(5);

/// A request on its way, and what its failures are judged by.
pub(super) struct Exchange<'a> {
    pub(super) transport: &'a Transport,
    pub(super) settings: &'a Settings,
    pub(super) possible: &'a [Adaptation],
}

impl Exchange<'_> {
    /// The whole reply, or why there is none. A reply that was cut off is none.
    pub(super) async fn run(
        &self,
        body: &RequestBody<'_>,
        observe: &mut (dyn FnMut(Notice) + '_),
    ) -> Result<Assembly, TryFailure> {
        let limit = self.settings.request_timeout;
        let exchange = async {
            let events = self.open(body).await?;
            self.assemble(events, observe).await
        };
        timeout(limit, exchange).await.unwrap_or_else(|_| {
            Err(TryFailure::transient(format!("no whole reply within {}", words::time(limit))))
        })
    }

    async fn open(&self, body: &RequestBody<'_>) -> Result<StreamEvents, TryFailure> {
        let limit = self.settings.first_byte_timeout;
        match timeout(limit, self.transport.open(body)).await {
            Ok(Ok(events)) => Ok(events),
            Ok(Err(NoStream::Answer(answer))) => {
                Err(TryFailure::of_answer(&answer, self.settings, self.possible))
            }
            Ok(Err(NoStream::Failed(failure))) => Err(failure),
            Err(_) => Err(TryFailure::transient(format!("no answer within {}", words::time(limit)))),
        }
    }

    async fn assemble(
        &self,
        mut events: StreamEvents,
        observe: &mut (dyn FnMut(Notice) + '_),
    ) -> Result<Assembly, TryFailure> {
        let mut assembly = Assembly::default();
        let mut clock = SilenceClock::new(self.settings);
        let mut alarm = std::pin::pin!(sleep_until(clock.deadline(events.watch()).instant()));
        loop {
            let event = tokio::select! {
                biased;
                event = events.next() => event,
                () = &mut alarm => {
                    let deadline = clock.deadline(events.watch());
                    if !deadline.passed() {
                        alarm.as_mut().reset(deadline.instant());
                        continue;
                    }
                    // What came is a whole reply, though the server does not hang up.
                    return if assembly.is_finished() { Ok(assembly) } else { Err(clock.failure()) };
                }
            };
            match event {
                StreamEvent::Chunk(chunk) => self.take(chunk, &mut assembly, observe)?,
                StreamEvent::Chunks(chunks) => {
                    for chunk in chunks {
                        self.take(chunk, &mut assembly, observe)?;
                    }
                }
                end => return self.whole(assembly, &end, events.watch()),
            }
            // The alarm looks at the clock again when it rings, so it is set anew only where it has to
            // ring earlier than before.
            if clock.event(assembly.is_finished()) {
                alarm.as_mut().reset(clock.deadline(events.watch()).instant());
            }
        }
    }

    fn take(
        &self,
        chunk: Chunk,
        assembly: &mut Assembly,
        observe: &mut (dyn FnMut(Notice) + '_),
    ) -> Result<(), TryFailure> {
        if let Some(fault) = fault(&chunk) {
            return Err(TryFailure::of_fault(&fault, self.settings, self.possible));
        }
        let bytes = assembly.push(chunk);
        if bytes > LARGEST_REPLY {
            return Err(TryFailure::too_large());
        }
        if let Some(what) = assembly.chant() {
            return Err(TryFailure::Chant { what });
        }
        observe(Notice::Progress { bytes });
        Ok(())
    }

    /// What came, if it is a whole reply.
    fn whole(
        &self,
        assembly: Assembly,
        end: &StreamEvent,
        watch: &BodyWatch,
    ) -> Result<Assembly, TryFailure> {
        match assembly.finish() {
            "error" => return Err(TryFailure::transient("the server ended the reply with `error`")),
            finish if finish.contains("context_window_exceeded") => {
                return Err(TryFailure::Overflow { message: finish.to_owned(), window: None });
            }
            _ => {}
        }
        if assembly.is_complete(matches!(end, StreamEvent::Done)) {
            return Ok(assembly);
        }
        Err(match end {
            StreamEvent::Broken(reason) if *reason == too_large() => TryFailure::too_large(),
            StreamEvent::Broken(reason) => TryFailure::transient(format!("the reply broke off: {reason}")),
            _ if assembly.is_empty() => match watch.stranger() {
                Some(start) => TryFailure::of_stranger(&start, self.settings),
                None => TryFailure::transient("the server sent an empty reply"),
            },
            _ => TryFailure::transient("the reply broke off before its end"),
        })
    }
}

/// How long the server has been silent, and how long it may be.
struct SilenceClock<'a> {
    settings: &'a Settings,
    /// When the last event came; comments are none.
    last_event: Stopwatch,
    /// From the last byte.
    limit: Duration,
    /// From the last event, whatever else comes.
    longest: Duration,
}

impl<'a> SilenceClock<'a> {
    fn new(settings: &'a Settings) -> Self {
        let limit = settings.first_byte_timeout;
        Self { settings, last_event: Stopwatch::start(), limit, longest: settings.comment_timeout.max(limit) }
    }

    /// An event came; whether the limits are others from now on.
    fn event(&mut self, finished: bool) -> bool {
        self.last_event = Stopwatch::start();
        let (limit, longest) = match self.settings.silence_timeout {
            silence if finished => (silence.min(AFTER_FINISH), silence.min(AFTER_FINISH)),
            silence => (silence, self.settings.comment_timeout.max(silence)),
        };
        let changed = (limit, longest) != (self.limit, self.longest);
        (self.limit, self.longest) = (limit, longest);
        changed
    }

    /// When the silence is too long: bytes of any kind push it back, comments alone not for ever.
    fn deadline(&self, watch: &BodyWatch) -> Deadline {
        watch.last_byte().deadline(self.limit).min(self.last_event.deadline(self.longest))
    }

    fn failure(&self) -> TryFailure {
        TryFailure::transient(format!("the server was silent for {}", words::time(self.last_event.elapsed())))
    }
}

/// The error that a chunk is, in place of a piece of a reply.
fn fault(chunk: &Chunk) -> Option<ServerFault> {
    if !chunk.error.is_null() {
        return Some(ServerFault::of_json(&serde_json::json!({ "error": chunk.error, "code": chunk.code })));
    }
    let flat = chunk.choices.is_empty() && (chunk.message.is_string() || !chunk.detail.is_null());
    flat.then(|| {
        ServerFault::of_json(&serde_json::json!({
            "message": chunk.message.as_str().map_or(&chunk.detail, |_| &chunk.message),
            "code": chunk.code,
        }))
    })
}
