//! The schema: the same by every road, and the same to the program as to the database.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness;
use inspection_register::access::role::Role;
use inspection_register::database::migrate::MIGRATIONS;
use inspection_register::register::authorities::model::NeighbourSet;
use inspection_register::register::documents::model::{Audience, DocumentKind};
use inspection_register::register::events::model::EventResource;
use inspection_register::register::evidence::model::{EvidenceKind, ReviewOutcome};
use inspection_register::register::examinations::model::ExaminationOutcome;
use inspection_register::register::findings::model::Polarity;
use inspection_register::register::improvement_actions::model::{ActionSource, ActionState, Priority, Rag};
use inspection_register::register::improvement_plans::model::PlanState;
use inspection_register::register::inspections::model::{InspectionSource, KindBasis};
use inspection_register::register::interventions::model::InterventionKind;
use inspection_register::register::judgements::model::AbsenceReason;
use inspection_register::register::recommendations::model::{
    RecommendationAddressee, RecommendationKind, TimescaleStart,
};
use inspection_register::values::authority_type::AuthorityType;
use inspection_register::values::cohort::Cohort;
use inspection_register::values::grade::Grade;
use inspection_register::values::inspection_kind::InspectionKind;
use inspection_register::values::inspection_state::InspectionState;
use inspection_register::values::visibility::Visibility;

use crate::support::database::Database;

/// One line of a catalogue.
#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut PgConnection, query: &str) -> Vec<String> {
    diesel::sql_query(query).load::<Line>(conn).unwrap().into_iter().map(|line| line.line).collect()
}

/// Everything that migrations make, but for the table in which `diesel` notes them.
pub fn catalogue(conn: &mut PgConnection) -> Vec<String> {
    lines(
        conn,
        "with ours as (
             select oid, relname, relkind from pg_class
             where relnamespace = 'public'::regnamespace and relname not like '%diesel_schema_migrations%'
         )
         select format('%s %s: %s', relkind, relname, obj_description(oid, 'pg_class')) as line from ours
         union all
         select format('%s.%s %s not null %s, default %s, generated %L: %s', relname, attname,
                       format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), attgenerated,
                       col_description(attrelid, attnum))
         from pg_attribute join ours on attrelid = ours.oid and attnum > 0 and not attisdropped
         left join pg_attrdef on adrelid = attrelid and adnum = attnum
         union all
         select format('%s %s: %s', conrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid))
         from pg_constraint join ours on conrelid = ours.oid
         union all
         select format('%s: %s', pg_get_indexdef(indexrelid), obj_description(indexrelid, 'pg_class'))
         from pg_index join ours on indrelid = ours.oid
         union all
         select format('%s: %s', pg_get_triggerdef(pg_trigger.oid), obj_description(pg_trigger.oid, 'pg_trigger'))
         from pg_trigger join ours on tgrelid = ours.oid where not tgisinternal
         union all
         select format('%s: %s', pg_get_functiondef(oid), obj_description(oid, 'pg_proc'))
         from pg_proc where pronamespace = 'public'::regnamespace
         union all
         select format('%s: %s', oid::regtype, obj_description(oid, 'pg_type'))
         from pg_type where typnamespace = 'public'::regnamespace and typtype in ('d', 'e', 'r')
         order by 1",
    )
}

#[test]
fn every_migration_can_be_taken_back_and_made_again() {
    let database = Database::bare();
    let mut conn = database.connect();
    conn.run_pending_migrations(MIGRATIONS).unwrap();
    let made = catalogue(&mut conn);
    assert!(made.len() > 100, "the catalogue is not read: {made:?}");

    conn.revert_all_migrations(MIGRATIONS).unwrap();
    assert_eq!(catalogue(&mut conn), Vec::<String>::new(), "something stays behind");

    conn.run_pending_migrations(MIGRATIONS).unwrap();
    assert_eq!(catalogue(&mut conn), made);
}

#[test]
fn every_table_is_explained() {
    let database = Database::empty();
    let mut conn = database.connect();
    let silent = "select relname as line from pg_class
                  where relnamespace = 'public'::regnamespace and relkind = 'r'
                    and relname not like '%diesel%' and obj_description(oid, 'pg_class') is null";
    assert_eq!(lines(&mut conn, silent), Vec::<String>::new());
}

/// The tables of `src/database/schema.rs`: each with its primary key, then its columns with types.
fn tables_of_the_program() -> BTreeMap<String, Vec<String>> {
    let mut tables = BTreeMap::new();
    let mut open = String::new();
    for line in
        include_str!("../../src/database/schema.rs").lines().map(str::trim).filter(|line| !line.starts_with("//"))
    {
        if let Some((table, key)) = line.strip_suffix(") {").and_then(|line| line.split_once(" (")) {
            table.clone_into(&mut open);
            tables.insert(open.clone(), vec![format!("({key})")]);
        } else if let Some((column, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            // A name that is a word of Rust has a line at its end.
            let column = column.trim_end_matches('_');
            tables.get_mut(&open).unwrap().push(format!("{column} {kind}"));
        }
    }
    tables
}

/// The tables of the database, in the words of `src/database/schema.rs`.
fn tables_of_the_database(conn: &mut PgConnection) -> BTreeMap<String, Vec<String>> {
    let keys = lines(
        conn,
        "select format('%s (%s)', conrelid::regclass, string_agg(attname, ', ' order by place)) as line
         from pg_constraint, unnest(conkey) with ordinality as part(number, place)
         join pg_attribute on attnum = number
         where attrelid = conrelid and contype = 'p' and connamespace = 'public'::regnamespace
         group by conrelid",
    );
    let columns = lines(
        conn,
        "select format('%s %s %s %s', table_name, column_name, udt_name, is_nullable) as line
         from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position",
    );
    let mut tables = BTreeMap::new();
    for key in keys.iter().filter(|key| !key.contains("diesel")) {
        let (table, key) = key.split_once(' ').unwrap();
        tables.insert(table.to_owned(), vec![key.to_owned()]);
    }
    for column in columns.iter().filter(|column| !column.contains("diesel")) {
        let [table, name, kind, nullable] = column.split(' ').collect::<Vec<_>>()[..] else { panic!("{column}") };
        let (is_array, kind) = kind.strip_prefix('_').map_or((false, kind), |kind| (true, kind));
        let (first, rest) = kind.split_at(1);
        let kind = format!("{}{rest}", first.to_uppercase());
        let kind = if is_array { format!("Array<{kind}>") } else { kind };
        let kind = if nullable == "YES" { format!("Nullable<{kind}>") } else { kind };
        tables.get_mut(table).unwrap().push(format!("{name} {kind}"));
    }
    tables
}

#[test]
fn the_program_knows_the_tables_as_the_database_has_them() {
    let database = Database::empty();
    let mut conn = database.connect();
    assert_eq!(
        tables_of_the_program(),
        tables_of_the_database(&mut conn),
        "run: diesel migration run, with DATABASE_URL, which writes src/database/schema.rs"
    );
}

#[test]
fn closed_sets_are_the_same_in_the_program_and_in_the_database() {
    fn texts<T: ToString>(values: &[T]) -> BTreeSet<String> {
        values.iter().map(ToString::to_string).collect()
    }
    let sets = [
        ("api_keys.role", texts(Role::ALL)),
        ("authorities.authority_type", texts(AuthorityType::ALL)),
        ("documents.audience", texts(Audience::ALL)),
        ("documents.kind", texts(DocumentKind::ALL)),
        ("events.resource", texts(EventResource::ALL)),
        ("evidence.kind", texts(EvidenceKind::ALL)),
        ("evidence_reviews.outcome", texts(ReviewOutcome::ALL)),
        ("examinations.outcome", texts(ExaminationOutcome::ALL)),
        ("findings.cohorts", texts(Cohort::ALL)),
        ("findings.polarity", texts(Polarity::ALL)),
        ("framework_grades.grade", texts(Grade::ALL)),
        ("improvement_action_updates.rag", texts(Rag::ALL)),
        ("improvement_actions.cohorts", texts(Cohort::ALL)),
        ("improvement_actions.priority", texts(Priority::ALL)),
        ("improvement_actions.rag", texts(Rag::ALL)),
        ("improvement_actions.source", texts(ActionSource::ALL)),
        ("improvement_actions.state", texts(ActionState::ALL)),
        ("improvement_actions.visibility", texts(Visibility::ALL)),
        ("improvement_plans.state", texts(PlanState::ALL)),
        ("improvement_action_updates.rag", texts(Rag::ALL)),
        ("improvement_actions.cohorts", texts(Cohort::ALL)),
        ("improvement_actions.priority", texts(Priority::ALL)),
        ("improvement_actions.rag", texts(Rag::ALL)),
        ("improvement_actions.source", texts(ActionSource::ALL)),
        ("improvement_actions.state", texts(ActionState::ALL)),
        ("improvement_actions.visibility", texts(Visibility::ALL)),
        ("improvement_plans.visibility", texts(Visibility::ALL)),
        ("inspections.kind", texts(InspectionKind::ALL)),
        ("inspections.kind_basis", texts(KindBasis::ALL)),
        ("inspections.source", texts(InspectionSource::ALL)),
        ("inspections.state", texts(InspectionState::ALL)),
        ("interventions.kind", texts(InterventionKind::ALL)),
        ("judgements.absence_reason", texts(AbsenceReason::ALL)),
        ("recommendations.addressee", texts(RecommendationAddressee::ALL)),
        ("recommendations.cohorts", texts(Cohort::ALL)),
        ("recommendations.kind", texts(RecommendationKind::ALL)),
        ("recommendations.timescale_counted_from", texts(TimescaleStart::ALL)),
        ("statistical_neighbours.neighbour_set", texts(NeighbourSet::ALL)),
    ];
    let expected = sets.into_iter().map(|(column, values)| (column.to_owned(), values)).collect::<BTreeMap<_, _>>();
    let database = Database::empty();
    let mut conn = database.connect();
    // Regions are data to the program: it knows their form alone.
    let constraints = lines(
        &mut conn,
        "select format('%s.%s %s', conrelid::regclass, attname, pg_get_constraintdef(pg_constraint.oid)) as line
         from pg_constraint join pg_attribute on attrelid = conrelid and attnum = any (conkey)
         where contype = 'c' and cardinality(conkey) = 1
           and pg_get_constraintdef(pg_constraint.oid) ~ format('^CHECK \\(\\(%s (= ANY|<@|= '')', attname)
           and attname <> 'region'",
    );
    let found = constraints.iter().map(|line| {
        let (column, constraint) = line.split_once(' ').unwrap();
        let quoted = constraint.split('\'').skip(1).step_by(2).map(ToOwned::to_owned);
        (column.to_owned(), quoted.collect::<BTreeSet<_>>())
    });
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
}
