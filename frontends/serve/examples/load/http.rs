//! As much of HTTP/1.1 as a load test needs: the start line, the length of the body, and the body.

use std::io::{self, ErrorKind};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request or a response.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    start: &'a [u8],
    pub(crate) body: &'a [u8],
}

/// A connection that is kept alive.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// The length of the message that was read last. It is still at the front of the buffer.
    read: usize,
}

/// Where the parts of a message end.
#[derive(Clone, Copy, Debug)]
struct Ends {
    start: usize,
    head: usize,
    body: usize,
}

impl Message<'_> {
    /// The status of a response; 0 if it has none.
    pub(crate) fn status(&self) -> u16 {
        self.word(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    /// The path of a request.
    pub(crate) fn path(&self) -> &str {
        self.word(1).unwrap_or("")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }

    fn word(&self, at: usize) -> Option<&str> {
        std::str::from_utf8(self.start.split(|byte| *byte == b' ').nth(at)?).ok()
    }
}

impl Connection {
    pub(crate) async fn open(address: &str) -> io::Result<Self> {
        Self::new(TcpStream::connect(address).await?)
    }

    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096), read: 0 })
    }

    /// Sends a request, and reads the response.
    pub(crate) async fn send(&mut self, request: &[u8]) -> io::Result<Message<'_>> {
        self.write(request).await?;
        self.next().await?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    pub(crate) async fn write(&mut self, message: &[u8]) -> io::Result<()> {
        self.stream.write_all(message).await
    }

    /// The next message; `None` if the other side closed the connection.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Message<'_>>> {
        self.buffer.drain(..self.read);
        self.read = 0;
        let ends = loop {
            if let Some(ends) = ends(&self.buffer)?
                && ends.body <= self.buffer.len()
            {
                break ends;
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(ErrorKind::UnexpectedEof.into()) };
            }
        };
        self.read = ends.body;
        let part = |begin, end| self.buffer.get(begin..end).unwrap_or_default();
        Ok(Some(Message { start: part(0, ends.start), body: part(ends.head, ends.body) }))
    }
}

/// Where the parts of the first message end; `None` if its head is not whole.
fn ends(buffer: &[u8]) -> io::Result<Option<Ends>> {
    let (mut at, mut start, mut length) = (0, None, 0);
    for line in buffer.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        let Some(line) = line.strip_suffix(b"\r\n") else { return Ok(None) };
        if line.is_empty() {
            return Ok(start.map(|start| Ends { start, head: at, body: at + length }));
        }
        start = start.or(Some(line.len()));
        if let Some(value) = header(line, b"content-length:") {
            length = value.parse().map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        } else if header(line, b"transfer-encoding:").is_some() {
            return Err(io::Error::new(ErrorKind::InvalidData, "a body without content-length"));
        }
    }
    Ok(None)
}

/// The value of a header, if the line is this header.
fn header<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let (own, value) = line.split_at_checked(name.len())?;
    if !own.eq_ignore_ascii_case(name) {
        return None;
    }
    std::str::from_utf8(value).ok().map(str::trim)
}
