//! Encrypts stored responses that contain a secret, so that only their first recipient can get them again. The
//! encryption key is derived from what the caller sent, and is not stored.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::access::secret::Secret;
use crate::error::{ApiError, ProblemCode};

/// The length of a nonce in bytes, long enough that random nonces do not repeat. The nonce precedes the encrypted text.
const NONCE: usize = 24;
/// The purpose that the derived keys are bound to.
const PURPOSE: &[u8] = b"inspection-register: kept answers";

/// The encryption of the response to one request of one caller.
#[derive(Clone)]
pub(super) struct Seal(XChaCha20Poly1305);

impl Seal {
    /// Derives the key for the response to a request with this idempotency key, by the caller with this secret.
    pub(super) fn new(secret: &Secret, idempotency_key: &str) -> Result<Self, ApiError> {
        let mut key = [0_u8; 32];
        Hkdf::<Sha256>::new(Some(idempotency_key.as_bytes()), secret.expose().as_bytes())
            .expand(PURPOSE, &mut key)
            .map_err(|error| ApiError::Internal(format!("cannot derive an encryption key: {error}")))?;
        Ok(Self(XChaCha20Poly1305::new(&key.into())))
    }

    /// Encrypts a body.
    pub(super) fn close(&self, body: &[u8]) -> Result<Vec<u8>, ApiError> {
        let mut nonce = [0_u8; NONCE];
        getrandom::fill(&mut nonce)
            .map_err(|error| ApiError::Internal(format!("cannot generate random numbers: {error}")))?;
        let encrypted = self.0.encrypt(&XNonce::from(nonce), body);
        let encrypted =
            encrypted.map_err(|error| ApiError::Internal(format!("cannot encrypt the stored response: {error}")))?;
        Ok([nonce.as_slice(), &encrypted].concat())
    }

    /// Decrypts a body. Another secret, even of the same API key, cannot decrypt it.
    pub(super) fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, ApiError> {
        let opened = sealed
            .split_first_chunk::<NONCE>()
            .and_then(|(nonce, encrypted)| self.0.decrypt(&XNonce::from(*nonce), encrypted).ok());
        opened.ok_or_else(|| {
            let detail = "the first response contains a secret and is returned only to a request with the API secret \
                          of the first request";
            ApiError::refused(ProblemCode::Conflict, detail)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;
    use crate::access::secret::Secret;

    #[test]
    fn what_is_sealed_opens_for_the_same_secret_and_key_alone() {
        let (secret, other) = (Secret::generate().unwrap(), Secret::generate().unwrap());
        let seal = Seal::new(&secret, "a-key").unwrap();
        let sealed = seal.close(b"an answer").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"answer"));
        assert_ne!(seal.close(b"an answer").unwrap(), sealed, "no two are alike");
        assert_eq!(Seal::new(&secret, "a-key").unwrap().open(&sealed).unwrap(), b"an answer");
        for stranger in [Seal::new(&other, "a-key").unwrap(), Seal::new(&secret, "another").unwrap()] {
            assert!(stranger.open(&sealed).is_err());
        }
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert!(seal.open(&altered).is_err(), "{place}");
            assert!(seal.open(&sealed[..place]).is_err(), "{place}");
        }
    }
}
