//! Which characters can be seen.

/// Whether the character is a control character other than newline and tab, which no text may contain.
#[must_use]
pub fn is_control(character: char) -> bool {
    character.is_control() && character != '\n' && character != '\t'
}

/// Whether the character can be seen: no white space, no control character, and none that only affects others.
#[must_use]
pub fn is_visible(character: char) -> bool {
    !character.is_whitespace() && !character.is_control() && !is_ignorable(character)
}

/// The text without white space and invisible characters around it, if anything of it can be seen. Control characters
/// stay, since they are refused.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    let trimmed = text.trim_matches(|character| !is_visible(character) && !is_control(character));
    if trimmed.is_empty() { text } else { trimmed }
}

/// The characters of Unicode that are ignorable by default, and the blank pattern of Braille.
fn is_ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{is_visible, trimmed};

    #[rstest]
    #[case(" ")]
    #[case("\n\t")]
    #[case("\u{a0}\u{3000}\u{2009}")]
    #[case("\u{200b}\u{feff}\u{ad}\u{2060}")]
    #[case("\u{2800}")]
    #[case("\u{e0041}")]
    fn nothing_of_it_can_be_seen(#[case] text: &str) {
        assert!(!text.chars().any(is_visible));
        assert_eq!(trimmed(text), text);
    }

    #[rstest]
    #[case(" Máire Atherton\u{a0}", "Máire Atherton")]
    #[case("\u{feff}Bath\u{200b}\n", "Bath")]
    #[case("\u{8} a", "\u{8} a")]
    #[case(".", ".")]
    #[case("", "")]
    fn what_cannot_be_seen_is_trimmed(#[case] text: &str, #[case] rest: &str) {
        assert_eq!(trimmed(text), rest);
    }
}
