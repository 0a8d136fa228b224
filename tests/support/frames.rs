//! The messages of PostgreSQL's protocol, as far as the network must tell them apart.

/// Codes of the requests for encryption, after which the startup message is still to come.
const ENCRYPTION: [[u8; 4]; 2] = [80_877_103_u32.to_be_bytes(), 80_877_104_u32.to_be_bytes()];

/// Puts a client's bytes together to whole messages.
#[derive(Default)]
pub struct Frames {
    pending: Vec<u8>,
    has_begun: bool,
}

impl Frames {
    /// The messages that are whole with these bytes.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.pending.extend_from_slice(bytes);
        let mut whole = Vec::new();
        while let Some(length) = self.next_length().filter(|length| *length <= self.pending.len()) {
            let frame = self.pending.drain(..length).collect::<Vec<_>>();
            // The startup message has no type, and nor have those that may come before it.
            self.has_begun = self.has_begun || !ENCRYPTION.iter().any(|code| frame[4..].starts_with(code));
            whole.push(frame);
        }
        whole
    }

    /// The length of the message that comes first.
    fn next_length(&self) -> Option<usize> {
        let type_length = usize::from(self.has_begun);
        let length = self.pending.get(type_length..type_length + 4)?;
        let length = u32::from_be_bytes(length.try_into().unwrap());
        Some(type_length + usize::try_from(length).unwrap())
    }

    /// Whether a message commits a transaction.
    pub fn is_commit(frame: &[u8]) -> bool {
        frame.first() == Some(&b'Q') && frame[5..].starts_with(b"COMMIT")
    }
}
