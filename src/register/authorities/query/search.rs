//! The authorities that a search names: by a part of a name, or else by a name that is spelt nearly so.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid};
use strsim::osa_distance;

use crate::database::schema::authorities;
use crate::values::ids::AuthorityId;
use crate::values::text::SearchText;

/// The number of letters from which one may be wrong in a word.
const ONE_WRONG: usize = 4;
/// The number of letters from which two may be wrong in a word.
const TWO_WRONG: usize = 8;
/// The maximum number of letters that are wrong in all words together.
const MOST_WRONG: usize = 2;
/// The number of authorities from which a name that is spelt nearly so means none of them: it is a word of many names.
const TOO_MANY: usize = 15;

/// The authorities that a search names.
#[derive(Debug, Default)]
pub struct Named {
    /// Their ids.
    pub ids: Vec<AuthorityId>,
    /// Whether no name contains what is searched, and these are spelt nearly so.
    pub is_approximate: bool,
}

/// The search, folded, and the authorities with a name that contains it.
#[derive(QueryableByName)]
struct Exactly {
    #[diesel(sql_type = Text)]
    words: String,
    #[diesel(sql_type = Array<Uuid>)]
    ids: Vec<AuthorityId>,
}

/// The authorities with a name that contains the search; if there are none, and `or_nearly` agrees, those with a name that
/// is spelt nearly so.
pub fn named(
    conn: &mut PgConnection,
    q: &SearchText,
    or_nearly: impl FnOnce(&mut PgConnection) -> QueryResult<bool>,
) -> QueryResult<Named> {
    let exactly = diesel::sql_query(
        "select words, array( \
             select authority_id from authorities \
             where words <> '' and exists (select from unnest(searched_names) as known(name) where strpos(name, words) > 0) \
         ) as ids from named($1) as words",
    );
    let Exactly { words, ids } = exactly.bind::<Text, _>(q).get_result(conn)?;
    if !ids.is_empty() || !or_nearly(conn)? {
        return Ok(Named { ids, is_approximate: false });
    }
    let all = authorities::table.select((authorities::authority_id, authorities::searched_names));
    let ids = nearest(&words, &all.load::<(AuthorityId, Vec<String>)>(conn)?);
    Ok(Named { is_approximate: !ids.is_empty(), ids })
}

/// Those of which a name differs from the words in the fewest letters.
fn nearest<T: Copy>(words: &str, all: &[(T, Vec<String>)]) -> Vec<T> {
    let distances = all.iter().filter_map(|(id, names)| Some((distance(words, names)?, *id))).collect::<Vec<_>>();
    let least = distances.iter().map(|(distance, _)| *distance).min();
    let ids = distances.into_iter().filter(|(distance, _)| Some(*distance) == least).map(|(_, id)| id);
    let ids = ids.collect::<Vec<_>>();
    if ids.len() < TOO_MANY { ids } else { Vec::new() }
}

/// The number of letters in which the words differ from one of the names as a whole, or from words of the names in any
/// order; `None` if they differ in too many.
fn distance(words: &str, names: &[String]) -> Option<usize> {
    let whole = names.iter().filter_map(|name| few_wrong(words, name)).min();
    let by_word = words.split(' ').try_fold(0, |sum, word| {
        let own = names.iter().flat_map(|name| name.split(' '));
        Some(sum + own.filter_map(|own| few_wrong(word, own)).min()?)
    });
    whole.into_iter().chain(by_word).min().filter(|distance| *distance <= MOST_WRONG)
}

/// The number of wrong letters, if they are few for the length of the text.
fn few_wrong(text: &str, name: &str) -> Option<usize> {
    let most = match text.chars().count() {
        TWO_WRONG.. => 2,
        ONE_WRONG.. => 1,
        _ => 0,
    };
    Some(osa_distance(text, name)).filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::nearest;

    #[rstest]
    #[case("herefordshre", &["herefordshire"])]
    #[case("herfordshre", &["herefordshire", "hertfordshire"])]
    #[case("harefordshire", &["herefordshire"])]
    #[case("hertfordshre", &["hertfordshire"])]
    #[case("bristol council", &["bristol"])]
    #[case("council of bristol", &[])]
    #[case("leicesetr", &["leicester"])]
    #[case("yrok", &["york"])]
    #[case("miltonkeynes", &["milton keynes"])]
    #[case("isle of wihgt", &["isle of wight"])]
    #[case("isle of white", &[])]
    #[case("yark city council", &["york"])]
    #[case("bht", &[])]
    #[case("somewhere", &[])]
    #[case("", &[])]
    fn a_misspelt_name_finds_the_nearest(#[case] words: &str, #[case] found: &[&str]) {
        let all = [
            vec!["herefordshire", "herefordshire council"],
            vec!["hertfordshire", "hertfordshire county council"],
            vec!["bristol", "bristol city council"],
            vec!["leicester"],
            vec!["leicestershire"],
            vec!["york", "york city council"],
            vec!["milton keynes"],
            vec!["isle of wight"],
            vec!["bath and north east somerset"],
        ];
        let all = all.map(|names| (names[0], names.into_iter().map(str::to_owned).collect::<Vec<_>>()));
        assert_eq!(nearest(words, &all), found);
    }
}
