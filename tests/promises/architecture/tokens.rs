//! The words and signs of a Rust file, each with its line: enough to find paths.

/// A word or a sign, and its line.
pub type Token = (String, usize);

/// The tokens of a file without comments, texts, numbers, lifetimes and unit tests.
pub fn tokens(text: &str) -> Vec<Token> {
    let signs = text.chars().collect::<Vec<_>>();
    let (mut found, mut line, mut at) = (Vec::new(), 1, 0);
    while let Some(&sign) = signs.get(at) {
        let next = signs.get(at + 1).copied().unwrap_or(' ');
        let end = match sign {
            '/' if next == '/' => find(&signs, at, |rest| rest[0] == '\n'),
            '/' if next == '*' => find(&signs, at, |rest| rest.starts_with(&['*', '/'])) + 2,
            '"' => end_of_text(&signs, at),
            'r' if next == '"' || next == '#' && signs.get(at + 2).is_some_and(|sign| ['"', '#'].contains(sign)) => {
                let hashes = signs[at + 1..].iter().take_while(|sign| **sign == '#').count();
                let close = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect::<Vec<_>>();
                find(&signs, at + hashes + 2, |rest| rest.starts_with(&close)) + close.len()
            }
            '\'' if next == '\\' => find(&signs, at + 3, |rest| rest[0] == '\'') + 1,
            '\'' if signs.get(at + 2) == Some(&'\'') => at + 3,
            '\'' => find(&signs, at + 1, |rest| !is_of_word(rest[0])),
            sign if is_of_word(sign) => {
                let end = find(&signs, at, |rest| !is_of_word(rest[0]));
                if !sign.is_ascii_digit() {
                    found.push((signs[at..end].iter().collect(), line));
                }
                end
            }
            ':' if next == ':' => {
                found.push(("::".to_owned(), line));
                at + 2
            }
            sign => {
                if !sign.is_whitespace() {
                    found.push((sign.to_string(), line));
                }
                at + 1
            }
        };
        let end = end.min(signs.len());
        line += signs[at..end].iter().filter(|sign| **sign == '\n').count();
        at = end;
    }
    without_tests(&found)
}

fn is_of_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// The first place from `start` on where the rest is as wanted, or the end.
fn find(signs: &[char], start: usize, is_wanted: impl Fn(&[char]) -> bool) -> usize {
    (start..signs.len()).find(|at| is_wanted(&signs[*at..])).unwrap_or(signs.len())
}

fn end_of_text(signs: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < signs.len() && signs[at] != '"' {
        at += if signs[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Leaves out `#[cfg(test)] mod name { … }`.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const TEST: [&str; 8] = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
    let is_test = |at: usize| tokens[at..].iter().map(|(token, _)| token.as_str()).take(8).eq(TEST);
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if is_test(at) {
            at = end_of_block(tokens, at + 9);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// The place after the block that begins at `start`, or after the semicolon there.
fn end_of_block(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, (token, _)) in tokens.iter().enumerate().skip(start) {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}
