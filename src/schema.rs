// @generated automatically by Diesel CLI.

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// English councils with responsibility for children's services, past and present.
    authorities (authority_id) {
        authority_id -> Uuid,
        name -> Text,
        official_name -> Nullable<Text>,
        /// Code of the Office for National Statistics; never reused.
        gss_code -> Text,
        /// Three digits of the Department for Education; a successor may keep its predecessor's.
        dfe_code -> Nullable<Text>,
        /// Ofsted's unique reference number of the authority as a provider; a successor may keep its predecessor's.
        ofsted_urn -> Nullable<Text>,
        region -> Text,
        authority_type -> Text,
        website -> Nullable<Text>,
        population_0_25 -> Nullable<Int4>,
        active_from -> Nullable<Date>,
        /// Last day of existence; absent while the authority exists.
        active_to -> Nullable<Date>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// Which authority took over from which when it was abolished.
    authority_successions (predecessor_id, successor_id) {
        predecessor_id -> Uuid,
        successor_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// Changes to inspections after their publication: who, when, why, from what to what.
    corrections (correction_id) {
        correction_id -> Uuid,
        inspection_id -> Uuid,
        resource_type -> Text,
        /// The corrected row; for judgements the inspection.
        resource_id -> Uuid,
        actor -> Text,
        request_id -> Text,
        reason -> Nullable<Text>,
        before -> Nullable<Jsonb>,
        /// What it became; absent if it was deleted.
        after -> Nullable<Jsonb>,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The authorities that a document speaks of.
    document_authorities (document_id, authority_id) {
        document_id -> Uuid,
        authority_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// Reports, letters, news and statements that speak of inspections.
    documents (document_id) {
        document_id -> Uuid,
        kind -> Text,
        /// For whom it was written.
        audience -> Text,
        title -> Text,
        publisher -> Nullable<Text>,
        sender -> Nullable<Text>,
        addressee -> Nullable<Text>,
        signed_by -> Nullable<Text>,
        language -> Text,
        published_on -> Nullable<Date>,
        url -> Nullable<Text>,
        /// What it says, in the register's own words.
        summary -> Nullable<Text>,
        /// The full text, where its licence allows to keep it.
        text -> Nullable<Text>,
        notes -> Nullable<Text>,
        inspection_id -> Nullable<Uuid>,
        statements -> Jsonb,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        search -> Tsvector,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What inspectors found, one row a paragraph or bullet.
    findings (finding_id) {
        finding_id -> Uuid,
        inspection_id -> Uuid,
        /// Place in the report, from 1.
        position -> Int4,
        polarity -> Text,
        text -> Text,
        section -> Nullable<Text>,
        paragraph -> Nullable<Text>,
        area -> Nullable<Text>,
        themes -> Array<Text>,
        cohorts -> Array<Text>,
        quote -> Nullable<Text>,
        document_id -> Nullable<Uuid>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        search -> Tsvector,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The areas that a framework judges.
    framework_areas (framework, area) {
        framework -> Text,
        area -> Text,
        position -> Int4,
        name -> Text,
        /// The area of which this one is a part.
        under -> Nullable<Text>,
        /// Areas of different frameworks in one group line up.
        comparison_groups -> Array<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The grades of a framework, best first.
    framework_grades (framework, grade) {
        framework -> Text,
        grade -> Text,
        position -> Int4,
        name -> Text,
        /// What the grade means, as the framework says it.
        definition -> Nullable<Text>,
        /// What the grade means, in plain words.
        plain_definition -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The kinds of inspection that a framework knows.
    framework_kinds (framework, kind) {
        framework -> Text,
        kind -> Text,
        position -> Int4,
        name -> Text,
        description -> Text,
        /// Inspections of this kind carry judgements.
        is_graded -> Bool,
        /// Inspections of this kind are visits: short, ungraded, reported by letter.
        is_visit -> Bool,
        /// An inspection of this kind decides where an authority stands.
        gives_standing -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The rule books that Ofsted inspects by, each with its own areas, grades and kinds of inspection.
    frameworks (framework) {
        /// The code that inspections name.
        framework -> Text,
        /// Order in which frameworks are listed: the oldest first.
        position -> Int4,
        name -> Text,
        /// Versions of one framework share a family; only within it do areas line up exactly.
        family -> Text,
        description -> Text,
        /// First day of fieldwork under this framework.
        valid_from -> Date,
        /// The first day is not known exactly, and no inspection is refused for it.
        valid_from_is_approximate -> Bool,
        /// Last day of fieldwork under this framework; absent while it is in use.
        valid_to -> Nullable<Date>,
        /// The last day is not known exactly, and no inspection is refused for it.
        valid_to_is_approximate -> Bool,
        /// Codes that other data sets use, which the import translates by date.
        aliases -> Array<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// Inspections and visits of authorities' services for children, one row a report or letter.
    inspections (inspection_id) {
        inspection_id -> Uuid,
        authority_id -> Uuid,
        /// The framework inspected under; absent where the sources do not tell.
        framework -> Nullable<Text>,
        /// The kind of inspection; absent where the sources do not tell.
        kind -> Nullable<Text>,
        title -> Nullable<Text>,
        /// First day of fieldwork.
        started_on -> Nullable<Date>,
        /// Last day of fieldwork.
        ended_on -> Nullable<Date>,
        fieldwork_as_printed -> Nullable<Text>,
        fieldwork_periods -> Jsonb,
        /// The day on which the authority received the report; statutory periods count from it.
        received_on -> Nullable<Date>,
        /// The day of publication; absent if Ofsted published nothing.
        published_on -> Nullable<Date>,
        /// Visibility: draft, published or withdrawn.
        state -> Text,
        inspected_name -> Nullable<Text>,
        lead_inspectors -> Array<Text>,
        inspectors -> Jsonb,
        addressee -> Nullable<Text>,
        copied_to -> Nullable<Text>,
        areas_covered -> Jsonb,
        headline -> Nullable<Text>,
        /// The graded inspection that opened the series which this visit belongs to.
        opened_by_inspection_id -> Nullable<Uuid>,
        visit_number -> Nullable<Int4>,
        is_final_visit -> Nullable<Bool>,
        report_url -> Nullable<Text>,
        source -> Nullable<Text>,
        source_reference -> Nullable<Text>,
        /// Whether the kind stands in the report or was derived from its dates.
        kind_basis -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        search -> Tsvector,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What was judged in an inspection, and the grade given. Part of the inspection: it has no version of its own.
    judgements (inspection_id, area) {
        inspection_id -> Uuid,
        /// The inspection's framework, repeated so that area and grade can be held to it.
        framework -> Text,
        area -> Text,
        grade -> Nullable<Text>,
        grade_as_printed -> Nullable<Text>,
        /// Why an area was given no grade.
        absence_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What an inspection asks to be put right.
    recommendations (recommendation_id) {
        recommendation_id -> Uuid,
        inspection_id -> Uuid,
        /// Place in the report, from 1.
        position -> Int4,
        kind -> Text,
        addressee -> Text,
        text -> Text,
        /// The heading that it stands under.
        section -> Nullable<Text>,
        themes -> Array<Text>,
        cohorts -> Array<Text>,
        /// The time allowed, in the words of the report.
        timescale_as_printed -> Nullable<Text>,
        paragraph -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        search -> Tsvector,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The authorities most alike, as the Department for Education lists them: directed, ranked and re-issued.
    statistical_neighbours (authority_id, neighbour_set, neighbour_id) {
        authority_id -> Uuid,
        neighbour_set -> Text,
        neighbour_id -> Uuid,
        /// Closeness, 1 the closest; absent in a set issued without ranks.
        rank -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The subjects that findings and recommendations are about, across all frameworks.
    themes (theme) {
        theme -> Text,
        position -> Int4,
        name -> Text,
        description -> Text,
    }
}

diesel::joinable!(corrections -> inspections (inspection_id));
diesel::joinable!(document_authorities -> authorities (authority_id));
diesel::joinable!(document_authorities -> documents (document_id));
diesel::joinable!(documents -> inspections (inspection_id));
diesel::joinable!(findings -> documents (document_id));
diesel::joinable!(findings -> inspections (inspection_id));
diesel::joinable!(framework_areas -> frameworks (framework));
diesel::joinable!(framework_grades -> frameworks (framework));
diesel::joinable!(framework_kinds -> frameworks (framework));
diesel::joinable!(inspections -> authorities (authority_id));
diesel::joinable!(inspections -> frameworks (framework));
diesel::joinable!(recommendations -> inspections (inspection_id));

diesel::allow_tables_to_appear_in_same_query!(
    authorities,
    authority_successions,
    corrections,
    document_authorities,
    documents,
    findings,
    framework_areas,
    framework_grades,
    framework_kinds,
    frameworks,
    inspections,
    judgements,
    recommendations,
    statistical_neighbours,
    themes,
);
