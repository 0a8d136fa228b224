//! Markdown: its links pointed at what is served, and its form in HTML.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

/// Pages with fewer sections have no table of contents.
const MIN_CONTENTS: usize = 4;

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}

/// The text with other targets of its links. A link whose target is nothing becomes its words.
pub(super) fn relinked(text: &str, target: impl Fn(&str) -> Option<String>) -> String {
    let (mut written, mut end) = (String::new(), 0);
    for (event, Range { start, end: next }) in parser(text).into_offset_iter() {
        let Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, .. }) = event else { continue };
        let link = text.get(start..next).and_then(|link| link.strip_prefix('['));
        let Some(words) = link.and_then(|link| link.strip_suffix(&format!("]({dest_url})"))) else { continue };
        written.push_str(text.get(end..start).unwrap_or_default());
        match target(&dest_url) {
            Some(target) => written.extend(["[", words, "](", &target, ")"]),
            None => written.push_str(words),
        }
        end = next;
    }
    written + text.get(end..).unwrap_or_default()
}

/// The first heading of a text.
pub(super) fn title(text: &str) -> String {
    let events = parser(text).skip_while(|event| !matches!(event, Event::Start(Tag::Heading { .. })));
    words(events.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))))
}

fn words<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    events
        .filter_map(
            |event| if let Event::Text(text) | Event::Code(text) = event { Some(text.to_string()) } else { None },
        )
        .collect()
}

/// The text in HTML. Headings have anchors, long pages a table of contents. Diagrams, which no browser draws, are left out:
/// the tables beside them say the same.
pub(super) fn to_html(text: &str) -> String {
    let mut events = parser(text).collect::<Vec<_>>();
    while let Some(start) = events.iter().position(is_diagram) {
        let length = events.iter().skip(start).position(|event| matches!(event, Event::End(TagEnd::CodeBlock)));
        events.drain(start..=start + length.unwrap_or_default());
    }
    let sections = anchor(&mut events);
    let mut content = String::new();
    html::push_html(&mut content, events.into_iter());
    // Whatever may be wider than the screen is scrolled by itself, with the keyboard too.
    let content = content
        .replace("<pre>", "<pre tabindex=\"0\">")
        .replace("<table>", "<div class=\"table\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>");
    if sections.len() < MIN_CONTENTS {
        return content;
    }
    let mut list = String::new();
    html::push_html(&mut list, parser(&sections.concat()));
    content.replacen(
        "</h1>\n",
        &format!("</h1>\n<nav class=\"contents\" aria-label=\"On this page\">\n{list}</nav>\n"),
        1,
    )
}

fn is_diagram(event: &Event) -> bool {
    matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) if &**language == "mermaid")
}

/// Gives every heading below the first level the anchor that it has on GitHub. Returns the sections, as items of a list of links.
fn anchor(events: &mut [Event]) -> Vec<String> {
    let (mut sections, mut used) = (Vec::new(), BTreeMap::new());
    for start in 0..events.len() {
        let rest = events.get(start + 1..).unwrap_or_default().iter().cloned();
        let name = words(rest.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))));
        let Some(Event::Start(Tag::Heading { level, id, .. })) = events.get_mut(start) else { continue };
        let slug = slug(&name);
        let count = used.entry(slug.clone()).and_modify(|count| *count += 1).or_insert(0);
        let anchor = if *count == 0 { slug } else { format!("{slug}-{count}") };
        if *level == HeadingLevel::H2 {
            sections.push(format!("- [{name}](#{anchor})\n"));
        }
        // The first heading is the start of the page.
        if *level != HeadingLevel::H1 {
            *id = Some(CowStr::from(anchor));
        }
    }
    sections
}

fn slug(heading: &str) -> String {
    let letters = heading.trim().chars().flat_map(char::to_lowercase);
    let letters = letters.map(|letter| if letter == ' ' { '-' } else { letter });
    letters.filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_')).collect()
}

#[cfg(test)]
mod tests {
    use super::{relinked, title, to_html};

    #[test]
    fn links_get_other_targets_or_become_words() {
        let text = "[A `b`](a.md#x), [c](gone), [d](https://example.org), `[e](a.md)` and [f\ng](a.md)";
        let target = |link: &str| match link {
            "gone" => None,
            link => Some(link.replace("a.md", "a")),
        };
        let expected = "[A `b`](a#x), c, [d](https://example.org), `[e](a.md)` and [f\ng](a)";
        assert_eq!(relinked(text, target), expected);
    }

    #[test]
    fn headings_have_anchors_of_their_own_and_long_pages_a_table_of_contents() {
        let text = "# The `page`\n\n## A, b\n\n## A b\n\n### c_d\n\n## E\n\n";
        assert_eq!(title(text), "The page");
        let short = to_html(text);
        for part in ["<h2 id=\"a-b\">A, b</h2>", "<h2 id=\"a-b-1\">A b</h2>", "<h3 id=\"c_d\">"] {
            assert!(short.contains(part), "{short}");
        }
        assert!(!short.contains("<nav"), "{short}");
        let long = to_html(&format!("{text}## F"));
        assert!(
            long.contains(
                "</h1>\n<nav class=\"contents\" aria-label=\"On this page\">\n<ul>\n<li><a href=\"#a-b\">A, b</a>"
            ),
            "{long}"
        );
    }

    #[test]
    fn diagrams_are_left_out_and_what_is_wide_can_be_scrolled() {
        let html = to_html("a\n\n```mermaid\nx --> y\n```\n\n```sh\nb\n```\n\n| c |\n|---|\n| d |\n");
        assert!(!html.contains("x --"), "{html}");
        assert!(html.contains("<pre tabindex=\"0\"><code class=\"language-sh\">b"), "{html}");
        assert!(html.contains("<div class=\"table\" tabindex=\"0\"><table>"), "{html}");
    }
}
