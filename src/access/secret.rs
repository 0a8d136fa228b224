//! The secret of an API key: random enough not to be guessed, and in a form that scanners find in logs and code.

use std::borrow::Cow;
use std::fmt;

use actix_web::http::header::{self, HeaderMap};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::error::ApiError;

/// The prefix of every secret, by which a leaked one is recognised.
const PREFIX: &str = "irk_";
/// The number of random characters of a secret: 256 bits.
const RANDOM: usize = 43;
/// The number of characters of the checksum: 32 bits.
const CHECKSUM: usize = 6;
/// The length of a secret in bytes.
const LENGTH: usize = PREFIX.len() + RANDOM + CHECKSUM;
/// The digits of numbers in base 62.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The greatest multiple of 62 in a byte. Greater bytes are discarded, since they would favour some digits.
const FAIR: u8 = 248;

/// A secret in plain text. It is formatted as dots; only the response that issues it contains it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The SHA-256 of a secret, which the register stores instead of the secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl Secret {
    /// A new secret.
    ///
    /// # Errors
    ///
    /// `internal` if the operating system has no random numbers.
    pub fn generate() -> Result<Self, ApiError> {
        let mut text = PREFIX.to_owned();
        while text.len() < PREFIX.len() + RANDOM {
            let mut bytes = [0_u8; 64];
            getrandom::fill(&mut bytes)
                .map_err(|error| ApiError::Internal(format!("cannot generate random numbers: {error}")))?;
            let missing = PREFIX.len() + RANDOM - text.len();
            text.extend(bytes.into_iter().filter(|byte| *byte < FAIR).map(|byte| digit(u32::from(byte))).take(missing));
        }
        text.push_str(&checksum(&text));
        Ok(Self(text))
    }

    /// Parses a secret. The checksum detects misspelt secrets without a query.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (body, sum) = text.split_at_checked(LENGTH - CHECKSUM)?;
        let is_plain = body.strip_prefix(PREFIX)?.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_plain && checksum(body) == sum).then(|| Self(text.to_owned()))
    }

    /// Whether a text may contain a secret, so that it must not be logged or returned.
    #[must_use]
    pub fn may_be_in(text: &str) -> bool {
        text.contains(PREFIX)
    }

    /// The hash that the register stores.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(&self.0).into())
    }

    /// The secret in plain text, for the caller that it was issued to.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl SecretHash {
    /// The hash in bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The last digit of a number in base 62.
fn digit(number: u32) -> char {
    let place = usize::try_from(number % 62).unwrap_or_default();
    DIGITS.get(place).copied().map_or('0', char::from)
}

/// The CRC-32 of a text in base 62, most significant digit first.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = Vec::with_capacity(CHECKSUM);
    for _ in 0..CHECKSUM {
        digits.push(digit(rest));
        rest /= 62;
    }
    digits.into_iter().rev().collect()
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("irk_…")
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHA-256 of irk_…")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl PartialSchema for Secret {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^irk_[A-Za-z0-9]{49}$"))
            .min_length(Some(LENGTH))
            .max_length(Some(LENGTH))
            .into()
    }
}

impl ToSchema for Secret {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Secret")
    }
}

/// The secret in the headers of a request, if there is exactly one.
#[must_use]
pub fn secret_of(headers: &HeaderMap) -> Option<Secret> {
    let mut sent = headers.get_all(header::AUTHORIZATION);
    let credentials = sent.next().filter(|_| sent.next().is_none())?;
    credentials.to_str().ok().and_then(bearer).and_then(Secret::parse)
}

/// The token of bearer credentials (RFC 6750).
fn bearer(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{LENGTH, PREFIX, Secret};

    #[test]
    fn secrets_differ_and_are_read_as_they_are_made() {
        let secrets = (0..1_000).map(|_| Secret::generate().unwrap());
        let texts = secrets.map(|secret| secret.expose().to_owned()).collect::<HashSet<_>>();
        assert_eq!(texts.len(), 1_000);
        let letters = texts.iter().flat_map(|text| text[PREFIX.len()..].chars()).collect::<HashSet<_>>();
        assert_eq!(letters.len(), 62, "every letter and digit is met");
        for text in texts {
            assert_eq!(text.len(), LENGTH);
            assert_eq!(Secret::parse(&text).unwrap().expose(), text);
        }
    }

    #[test]
    fn a_secret_with_one_letter_changed_missing_or_added_is_none() {
        let secret = Secret::generate().unwrap();
        let text = secret.expose();
        for place in 0..text.len() {
            let other = if &text[place..=place] == "x" { "y" } else { "x" };
            assert_eq!(Secret::parse(&format!("{}{other}{}", &text[..place], &text[place + 1..])), None, "{place}");
            assert_eq!(Secret::parse(&format!("{}{}", &text[..place], &text[place + 1..])), None, "{place}");
            assert_eq!(Secret::parse(&format!("{}{other}{}", &text[..place], &text[place..])), None, "{place}");
        }
        for text in ["", "irk_", "irk_é", &"é".repeat(26), &"x".repeat(10_000)] {
            assert_eq!(Secret::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_checksum_is_that_of_the_documentation() {
        // As `docs/keys.md` tells scanners to compute it.
        let text = "irk_Example0Example0Example0Example0Example0Ex01UhrTK";
        assert_eq!(Secret::parse(text).unwrap().expose(), text);
    }

    #[test]
    fn a_secret_prints_as_dots() {
        let secret = Secret::generate().unwrap();
        assert_eq!(format!("{secret:?} {:?}", secret.hash()), "irk_… SHA-256 of irk_…");
    }
}
