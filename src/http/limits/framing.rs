//! Assigns the bytes of a connection to the head of a request, to its body, or to what may not be read yet.
//!
//! The HTTP library reads ahead up to 128 KiB and parses it into an unbounded queue of requests. Therefore it gets only
//! what it needs: a head; then, when the request is in progress, its body; and the next head after the response. The
//! rest remains in the buffers of the kernel, which makes the client wait.

use std::io::BufRead;

/// How the body of a request is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// A number of bytes.
    Sized(u64),
    /// In chunks.
    Chunked,
}

/// The next part of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A head: lines up to an empty one, after any leading empty lines. The members state whether the head and the
    /// current line have started.
    Head { has_begun: bool, is_in_line: bool },
    /// So many bytes of a body.
    Body(u64),
    /// The line with the size of a chunk: the size so far, and whether more digits may follow.
    Size(u64, bool),
    /// The rest of a chunk with the end of its line, in bytes.
    Chunk(u64),
    /// The trailer after the last chunk: lines up to an empty one. The member states whether the current line has
    /// started.
    Trailer { is_in_line: bool },
    /// Bytes that may not be read before the request is in progress, or before its response.
    Later,
}

/// The position in the stream of a connection.
#[derive(Debug)]
pub struct Framing {
    next: Next,
    is_answered: bool,
    head: usize,
}

impl Default for Framing {
    fn default() -> Self {
        Self { next: HEAD, is_answered: false, head: 0 }
    }
}

/// Before a head.
const HEAD: Next = Next::Head { has_begun: false, is_in_line: false };
/// Before a chunk.
const SIZE: Next = Next::Size(0, true);
/// The number of bytes after the data of a chunk.
const END_OF_LINE: u64 = 2;

impl Framing {
    /// The request is in progress: its body may be read.
    pub fn begin(&mut self, body: Body) {
        self.is_answered = false;
        self.next = match body {
            Body::Sized(0) => Next::Later,
            Body::Sized(bytes) => Next::Body(bytes),
            Body::Chunked => SIZE,
        };
    }

    /// The response is complete: the next request may be read after the rest of this one.
    pub fn answer(&mut self) {
        self.is_answered = true;
        self.head = 0;
        if self.next == Next::Later {
            self.next = HEAD;
        }
    }

    /// The number of bytes of the head that were read, until the response is complete.
    #[must_use]
    pub fn head(&self) -> usize {
        self.head
    }

    /// The number of these bytes that may be read now.
    pub fn pass(&mut self, bytes: &[u8]) -> usize {
        let mut rest = bytes;
        while !rest.is_empty() && self.next != Next::Later {
            let (taken, after) = match self.next {
                Next::Body(left) | Next::Chunk(left) => {
                    rest.split_at(usize::try_from(left).map_or(rest.len(), |left| left.min(rest.len())))
                }
                _ => line(rest),
            };
            self.next = self.after(taken);
            rest = after;
        }
        bytes.len().saturating_sub(rest.len())
    }

    /// The part that follows these bytes of a body or a line.
    fn after(&mut self, taken: &[u8]) -> Next {
        let is_over = taken.ends_with(b"\n");
        let says = || taken.iter().any(|byte| !b"\r\n".contains(byte));
        match self.next {
            Next::Head { has_begun, is_in_line } => {
                self.head = self.head.saturating_add(taken.len());
                match is_in_line || says() {
                    false if has_begun && is_over => Next::Later,
                    says => Next::Head { has_begun: has_begun || says, is_in_line: says && !is_over },
                }
            }
            Next::Body(left) => match left.saturating_sub(length(taken)) {
                0 => self.after_the_body(),
                left => Next::Body(left),
            },
            Next::Chunk(left) => match left.saturating_sub(length(taken)) {
                0 => SIZE,
                left => Next::Chunk(left),
            },
            Next::Size(size, may_grow) => {
                let (size, may_grow) = if may_grow { size_with(size, taken) } else { (size, false) };
                match size {
                    _ if !is_over => Next::Size(size, may_grow),
                    0 => Next::Trailer { is_in_line: false },
                    size => Next::Chunk(size.saturating_add(END_OF_LINE)),
                }
            }
            Next::Trailer { is_in_line } => match is_in_line || says() {
                false if is_over => self.after_the_body(),
                says => Next::Trailer { is_in_line: says && !is_over },
            },
            Next::Later => Next::Later,
        }
    }

    fn after_the_body(&self) -> Next {
        if self.is_answered { HEAD } else { Next::Later }
    }
}

/// Splits off the first line of these bytes, or as much of it as there is.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut after = bytes;
    // Reading from a slice does not fail.
    let length = after.skip_until(b'\n').unwrap_or_default();
    bytes.split_at(length)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The size of a chunk after more of its line, and whether more digits may follow. The first byte that is not a digit
/// ends the size. The HTTP library refuses a size that is too large.
fn size_with(size: u64, bytes: &[u8]) -> (u64, bool) {
    let digits = bytes.iter().map_while(|byte| char::from(*byte).to_digit(16));
    let (size, count) = digits.fold((size, 0), |(size, count): (u64, usize), digit| {
        (size.saturating_mul(16).saturating_add(u64::from(digit)), count.saturating_add(1))
    });
    (size, count == bytes.len())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Body, Framing};

    const HEAD: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    /// Passes bytes in pieces of one size as far as they go, and tells how many that are.
    fn pass(framing: &mut Framing, text: &str, piece: usize) -> usize {
        let mut passed = 0;
        for piece in text.as_bytes().chunks(piece) {
            let more = framing.pass(piece);
            passed += more;
            if more < piece.len() {
                break;
            }
        }
        passed
    }

    #[rstest]
    #[case("")]
    #[case("\r\n\r\n")]
    #[case("\n")]
    fn a_head_is_read_to_its_empty_line_and_no_further(#[case] before: &str) {
        for end in ["\r\n", "\n"] {
            let head = format!("{before}{}", HEAD.replace("\r\n", end));
            for piece in 1..=head.len() * 2 {
                let mut framing = Framing::default();
                assert_eq!(pass(&mut framing, &head.repeat(2), piece), head.len());
                assert_eq!(framing.pass(HEAD.as_bytes()), 0, "nothing before the answer");
                framing.begin(Body::Sized(0));
                assert_eq!((framing.pass(HEAD.as_bytes()), framing.head()), (0, head.len()));
                framing.answer();
                assert_eq!((framing.head(), framing.pass(HEAD.as_bytes())), (0, HEAD.len()));
            }
        }
    }

    #[rstest]
    #[case(Body::Sized(5), "12345")]
    #[case(Body::Chunked, "0\r\n\r\n")]
    #[case(Body::Chunked, "3\r\nabc\r\n0\r\n\r\n")]
    #[case(Body::Chunked, "00a;x=1\r\n0\r\n\r\n0\r\n\r\n\r\n0;y\r\n\r\n")]
    #[case(Body::Chunked, "4 \r\n\r\n\r\n\r\n0\r\nA: b\r\nC: d\r\n\r\n")]
    fn a_body_is_read_to_its_end_and_no_further(#[case] body: Body, #[case] text: &str) {
        for piece in 1..=text.len() + HEAD.len() {
            for is_answered_early in [false, true] {
                let mut framing = Framing::default();
                assert_eq!(framing.pass(format!("{HEAD}{text}").as_bytes()), HEAD.len(), "not before it is in work");
                framing.begin(body);
                if is_answered_early {
                    framing.answer();
                    assert_eq!(pass(&mut framing, &format!("{text}{HEAD}{HEAD}"), piece), text.len() + HEAD.len());
                } else {
                    assert_eq!(pass(&mut framing, &format!("{text}{HEAD}"), piece), text.len());
                    framing.answer();
                    assert_eq!(framing.pass(HEAD.as_bytes()), HEAD.len());
                }
            }
        }
    }
}
