//! The rules of each kind of text.

/// What a kind of text may hold. Lengths are in characters, of which each takes at most four bytes.
pub trait Rule: 'static {
    /// Name in the contract, before it is written out where it is used.
    const NAME: &'static str;
    /// Shortest length.
    const MIN: usize = 1;
    /// Longest length.
    const MAX: usize;
    /// A regular expression that says the same as `accepts`, in ASCII, so that the regular expressions of ECMAScript, Java,
    /// Perl, Python and Ruby read it alike.
    const PATTERN: Option<&'static str> = None;
    /// A format of JSON Schema, which stands in the document without pattern and lengths: generators map it to types
    /// that have neither.
    const FORMAT: Option<&'static str> = None;
    /// Whether white space and invisible characters around it are removed on the way in.
    const IS_TRIMMED: bool = false;
    /// What is expected, for people.
    const EXPECTED: &'static str = "";

    /// Whether the text is of the right form; its length is checked apart.
    #[must_use]
    fn accepts(_text: &str) -> bool {
        true
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether text may be the path, query or fragment of a URL (RFC 3986): `%` must be followed by two hexadecimal digits.
fn is_of_uri(text: &str) -> bool {
    let is_plain =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte));
    let is_escaped = |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    let mut parts = text.split('%');
    parts.next().is_some_and(is_plain) && parts.all(|part| is_escaped(part) && is_plain(part))
}

/// Declares rules that limit only the length.
macro_rules! lengths {
    ($($(#[$about:meta])* $name:ident: $min:literal to $max:literal $(, $trimmed:ident)?;)+) => {
        $(
            $(#[$about])*
            pub struct $name;

            impl Rule for $name {
                const NAME: &'static str = stringify!($name);
                const MIN: usize = $min;
                const MAX: usize = $max;
                $(const $trimmed: bool = true;)?
            }
        )+
    };
}

lengths! {
    /// The name of a person, a body, a place, a heading.
    Name: 1 to 200, IS_TRIMMED;
    /// The title of an inspection or a document, or words as they are printed.
    Title: 1 to 300, IS_TRIMMED;
    /// A few lines.
    Lines: 1 to 1_000;
    /// A paragraph or several.
    Prose: 1 to 10_000;
    /// A whole document.
    FullText: 1 to 500_000;
    /// Why a published record is changed.
    Reason: 3 to 1_000;
    /// What a full-text search looks for.
    SearchText: 2 to 200;
}

/// A code of reference data, such as a framework, an area or a theme.
pub struct Code;

impl Rule for Code {
    const NAME: &'static str = "Code";
    const MAX: usize = 64;
    const PATTERN: Option<&'static str> = Some("^[a-z][a-z0-9_]{0,63}$");
    const EXPECTED: &'static str = "lower-case letters, digits and underscores, a letter first";

    fn accepts(text: &str) -> bool {
        text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    }
}

/// The name of an API key, with so few permitted characters that no two names look alike.
pub struct KeyName;

impl Rule for KeyName {
    const NAME: &'static str = "KeyName";
    const MAX: usize = 64;
    const PATTERN: Option<&'static str> = Some("^[A-Za-z0-9]+([ ._-][A-Za-z0-9]+)*$");
    const EXPECTED: &'static str =
        "words of letters and digits, with one space, dot, hyphen or underscore between them";

    fn accepts(text: &str) -> bool {
        text.split([' ', '.', '_', '-'])
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    }
}

/// A code of the Office for National Statistics.
pub struct GssCode;

impl Rule for GssCode {
    const NAME: &'static str = "GssCode";
    const MIN: usize = 9;
    const MAX: usize = 9;
    const PATTERN: Option<&'static str> = Some("^E[0-9]{8}$");
    const EXPECTED: &'static str = "E and eight digits";

    fn accepts(text: &str) -> bool {
        text.strip_prefix('E').is_some_and(is_digits)
    }
}

/// A code of the Department for Education.
pub struct DfeCode;

impl Rule for DfeCode {
    const NAME: &'static str = "DfeCode";
    const MIN: usize = 3;
    const MAX: usize = 3;
    const PATTERN: Option<&'static str> = Some("^[0-9]{3}$");
    const EXPECTED: &'static str = "three digits";

    fn accepts(text: &str) -> bool {
        is_digits(text)
    }
}

/// Ofsted's unique reference number of a provider.
pub struct OfstedUrn;

impl Rule for OfstedUrn {
    const NAME: &'static str = "OfstedUrn";
    const MIN: usize = 5;
    const MAX: usize = 7;
    const PATTERN: Option<&'static str> = Some("^[0-9]{5,7}$");
    const EXPECTED: &'static str = "five to seven digits";

    fn accepts(text: &str) -> bool {
        is_digits(text)
    }
}

/// The display name of a region of England.
pub struct Region;

impl Rule for Region {
    const NAME: &'static str = "Region";
    const MAX: usize = 40;
    const PATTERN: Option<&'static str> = Some("^[A-Z][A-Za-z ]{0,39}$");
    const EXPECTED: &'static str = "the name of a region of England";

    fn accepts(text: &str) -> bool {
        text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ')
    }
}

/// An address on the web.
pub struct WebAddress;

impl Rule for WebAddress {
    const NAME: &'static str = "WebAddress";
    const MAX: usize = 2_000;
    const FORMAT: Option<&'static str> = Some("uri");
    const EXPECTED: &'static str = "an address that begins with http:// or https://";

    fn accepts(text: &str) -> bool {
        let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
            return false;
        };
        let (resource, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (host, path) = resource.split_at(resource.find(['/', '?']).unwrap_or(resource.len()));
        let edges = |edge: Option<u8>| edge.is_some_and(|byte| byte.is_ascii_alphanumeric());
        host.len() <= 254
            && edges(host.bytes().next())
            && edges(host.bytes().last())
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
            && is_of_uri(path)
            && is_of_uri(fragment)
    }
}

/// The SHA-256 of a file, in hexadecimal.
pub struct Sha256Sum;

impl Rule for Sha256Sum {
    const NAME: &'static str = "Sha256Sum";
    const MIN: usize = 64;
    const MAX: usize = 64;
    const PATTERN: Option<&'static str> = Some("^[0-9a-f]{64}$");
    const EXPECTED: &'static str = "64 hexadecimal digits in lower case";

    fn accepts(text: &str) -> bool {
        text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    }
}

/// A language tag.
pub struct LanguageTag;

impl Rule for LanguageTag {
    const NAME: &'static str = "LanguageTag";
    const MIN: usize = 2;
    const MAX: usize = 35;
    const PATTERN: Option<&'static str> = Some("^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$");
    const EXPECTED: &'static str = "a language tag such as en or cy";

    fn accepts(text: &str) -> bool {
        let mut parts = text.split('-');
        let language = parts.next().unwrap_or_default();
        (2..=3).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_lowercase())
            && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    }
}
