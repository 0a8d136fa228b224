//! Where the bytes of a connection belong: to the head of a request, to its body, or to what may not be read yet.
//!
//! The HTTP library reads ahead as much as it is given (128 KiB, which it makes requests of that wait in a queue without
//! an end), so it is given no more than it needs to go on: a head; then, when the request is in work, its body; and the
//! next head when it is answered. The rest stays with the kernel, which makes the caller wait.

use std::io::BufRead;

/// How the body of a request is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Of so many bytes.
    Sized(u64),
    /// In chunks.
    Chunked,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A head: lines up to one that is empty, after any that come before it. It has begun, and the line has.
    Head { has_begun: bool, is_in_line: bool },
    /// So many bytes of a body.
    Body(u64),
    /// The line with the size of a chunk: so far it says this, and may tell more digits.
    Size(u64, bool),
    /// A chunk, of which so many bytes are left, and the end of its line.
    Chunk(u64),
    /// What follows the last chunk: lines up to one that is empty. The line has begun.
    Trailer { is_in_line: bool },
    /// What may not be read before a request is in work, or before it is answered.
    Later,
}

/// The place of a connection in what it is sent.
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
/// Bytes after a chunk that are not of it.
const END_OF_LINE: u64 = 2;

impl Framing {
    /// A request is in work, so that its body may be read.
    pub fn begin(&mut self, body: Body) {
        self.is_answered = false;
        self.next = match body {
            Body::Sized(0) => Next::Later,
            Body::Sized(bytes) => Next::Body(bytes),
            Body::Chunked => SIZE,
        };
    }

    /// The request is answered, so that the next may be read after what is left of it.
    pub fn answer(&mut self) {
        self.is_answered = true;
        self.head = 0;
        if self.next == Next::Later {
            self.next = HEAD;
        }
    }

    /// Bytes of the head that were passed, until its request is answered.
    #[must_use]
    pub fn head(&self) -> usize {
        self.head
    }

    /// How many of these bytes may be read now.
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

    /// What comes after these bytes of a body, or of a line.
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

/// The first line of these bytes, or as much of it as there is; and the rest.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut after = bytes;
    // Slices do not fail.
    let length = after.skip_until(b'\n').unwrap_or_default();
    bytes.split_at(length)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The size of a chunk after more of its line, and whether more of it may come: what begins with another byte than a digit
/// is not of it. One that is too large is refused by whoever reads it.
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
