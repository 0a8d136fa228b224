//! The values nearest to one that is unknown: what a caller may have meant.

use strsim::osa_distance;

/// The maximum number of values to suggest.
const MOST: usize = 3;
/// The length from which a part of a value is enough to suggest it.
const PART: usize = 3;

/// What to add to a message about an unknown value: the nearest of the known ones, or nothing if none is near.
pub fn did_you_mean<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = nearest(text, known);
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) }
}

/// The nearest values, ignoring case: those that differ in a few characters, or contain the text.
fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let text = text.to_lowercase();
    let length = text.chars().count();
    let most = 1 + length / 4;
    let near = known.into_iter().filter_map(|value| {
        let other = value.to_lowercase();
        // The distance is at least the difference of the lengths, and takes as long as their product.
        let may_be_near = length.abs_diff(other.chars().count()) <= most;
        let is_part = length >= PART && other.contains(&text);
        (may_be_near || is_part)
            .then(|| (osa_distance(&text, &other), value))
            .filter(|(near, _)| is_part || *near <= most)
    });
    let mut near = near.collect::<Vec<_>>();
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(_, value)| value).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::did_you_mean;

    #[rstest]
    #[case("care_leaver", "; did you mean care_leavers?")]
    #[case("Care_Leavers", "; did you mean care_leavers?")]
    #[case("carel_eavers", "; did you mean care_leavers?")]
    #[case("protection", "; did you mean help_and_protection?")]
    #[case("ilacs_2019", "; did you mean ilacs_2018, ilacs_2026?")]
    #[case("nonsense_theme", "")]
    #[case("", "")]
    fn the_nearest_values_are_suggested(#[case] text: &str, #[case] suggestion: &str) {
        let known = ["care_leavers", "help_and_protection", "ilacs_2026", "ilacs_2018", "ilacs_2018"];
        assert_eq!(did_you_mean(text, known), suggestion);
    }

    #[test]
    fn no_value_is_near_a_much_longer_text() {
        assert_eq!(did_you_mean(&"care_leavers".repeat(100_000), ["care_leavers"]), "");
    }
}
