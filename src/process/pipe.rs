//! Reads what a command prints from its pipe, as it comes.

use std::io::{self, PipeWriter};
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::Child;
use tokio::time::timeout;

use super::output::Collector;

/// Bytes read at once.
const READ: usize = 64 * 1024;

/// The reading end of a pipe, and where what is read goes.
pub(super) struct OutputPipe<'a> {
    pipe: Receiver,
    buffer: Vec<u8>,
    closed: bool,
    pub(super) collector: Collector<'a>,
}

impl<'a> OutputPipe<'a> {
    /// A pipe, and its writing end.
    pub(super) fn new(collector: Collector<'a>) -> io::Result<(Self, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        let pipe = Receiver::from_owned_fd(reader.into())?;
        // The memory is only touched where a lot is printed at once.
        Ok((Self { pipe, buffer: vec![0; READ], closed: false, collector }, writer))
    }

    /// Reads once. May be dropped at any time without loss.
    async fn read(&mut self) -> io::Result<()> {
        let count = self.pipe.read(&mut self.buffer).await?;
        self.closed = count == 0;
        self.collector.push(&self.buffer[..count])
    }

    /// Reads until the child itself has exited, whoever else still holds the pipe.
    pub(super) async fn until_exit(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
        loop {
            if self.closed {
                return child.wait().await;
            }
            let exited = tokio::select! {
                status = child.wait() => Some(status?),
                ready = self.pipe.readable() => ready.map(|()| None)?,
            };
            match exited {
                Some(status) => return Ok(status),
                None => self.read().await?,
            }
        }
    }

    /// Reads what is there, and does not wait for who may hold the pipe for ever.
    pub(super) async fn rest(&mut self, patience: Duration) -> io::Result<()> {
        let until_closed = async {
            while !self.closed {
                self.read().await?;
            }
            Ok(())
        };
        timeout(patience, until_closed).await.unwrap_or(Ok(()))
    }
}
