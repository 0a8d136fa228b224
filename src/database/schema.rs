// @generated automatically by Diesel CLI.

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The authorities whose papers a key is for. None is none, never all.
    api_key_authorities (key_id, authority_id) {
        key_id -> Uuid,
        authority_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What proves a key. The secrets themselves are nowhere.
    api_key_secrets (secret_id) {
        secret_id -> Uuid,
        /// SHA-256 of the secret, which has so much chance in it that it cannot be guessed from that.
        hash -> Bytea,
        key_id -> Uuid,
        created_at -> Timestamptz,
        /// When it ends after another took its place; absent for the current one, which ends with its key.
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// Who may call, and as what. A revoked key stays, so that nobody else acts under its name.
    api_keys (key_id) {
        key_id -> Uuid,
        /// Under which changes are kept, and which events tell: of a team or a program, never of a person.
        name -> Text,
        role -> Text,
        /// The name of the key that made it, or the command.
        created_by -> Text,
        /// When its current secret was made; a secret lasts at most 365 days.
        rotated_at -> Timestamptz,
        expires_at -> Timestamptz,
        /// When it was taken back; absent while it holds.
        revoked_at -> Nullable<Timestamptz>,
        /// When it was last used, to the minute; not counted as a change.
        last_used_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

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
        /// Names by which it was or is also known.
        other_names -> Array<Text>,
        /// All its names, folded.
        searched_names -> Array<Text>,
        /// GSS codes that it had before, with their days.
        former_codes -> Jsonb,
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

    /// One row: how far the positions of events run ahead of this cluster's transaction ids.
    event_clock (is_only) {
        /// Raised by migrate after the register was restored into a new cluster, whose transaction ids begin anew.
        lead -> Int8,
        is_only -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// Every write, in its own transaction: what became of which resource, by whom and why. Never pruned.
    events (sequence) {
        /// Names the event. Given before commit: concurrent transactions may commit in another order.
        sequence -> Int8,
        /// The place of the transaction in the feed, which is ordered by position and sequence: its id, or the place of what it came after.
        position -> Int8,
        /// What became of the resource; unchanged: nothing, but it comes into public view or goes from it.
        #[sql_name = "type"]
        type_ -> Text,
        resource -> Text,
        resource_id -> Uuid,
        /// The inspection, plan or action that the resource belongs to, or the resource itself.
        aggregate_id -> Uuid,
        /// The authorities concerned.
        authority_ids -> Array<Uuid>,
        actor -> Text,
        request_id -> Text,
        reason -> Nullable<Text>,
        /// The resource as it was stored, without what is computed; absent if it is new.
        before -> Nullable<Jsonb>,
        /// The resource as it is stored, without what is computed; absent if it is gone.
        after -> Nullable<Jsonb>,
        recorded_at -> Timestamptz,
        /// What became of the resource in public view; absent if nothing of it is in public view.
        public_type -> Nullable<Text>,
        /// The resource itself, and the inspections or the action through which it is seen: when one of them goes from public view, so does what was told before.
        seen_through -> Array<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What shows that an action had an effect.
    evidence (evidence_id) {
        evidence_id -> Uuid,
        action_id -> Uuid,
        kind -> Text,
        title -> Text,
        url -> Nullable<Text>,
        /// The SHA-256 of the file, in hexadecimal.
        sha256 -> Nullable<Text>,
        /// The day that it speaks of.
        observed_on -> Nullable<Date>,
        /// The last day on which it says something.
        expires_on -> Nullable<Date>,
        /// Who recorded it; another has to review it.
        recorded_by -> Text,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What others made of the evidence; only added to.
    evidence_reviews (review_id) {
        review_id -> Uuid,
        evidence_id -> Uuid,
        outcome -> Text,
        note -> Nullable<Text>,
        effective_on -> Date,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What an inspection said of an earlier recommendation. No row: it did not look, if its text is held as a document; otherwise unknown.
    examinations (examination_id) {
        examination_id -> Uuid,
        /// The inspection or visit that looked; of the same authority as the recommendation, or its successor.
        inspection_id -> Uuid,
        recommendation_id -> Uuid,
        outcome -> Text,
        summary -> Nullable<Text>,
        quote -> Nullable<Text>,
        /// The finding of that inspection in which it says so.
        finding_id -> Nullable<Uuid>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
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

    /// What POST requests with an Idempotency-Key were answered, written in the transaction of their effect. Pruned after a day.
    idempotency_keys (caller, key) {
        /// Whose key it is: two callers may use one key, each for itself.
        caller -> Text,
        key -> Text,
        /// SHA-256 of method, path and body: another request under the same key is refused.
        request -> Bytea,
        status -> Int4,
        /// Names and values, in pairs; what every answer carries is left out.
        headers -> Jsonb,
        body -> Bytea,
        created_at -> Timestamptz,
        /// The body holds a secret and is encrypted, under a key that is made of the caller's own secret and not kept.
        is_sealed -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The changes of the day by which an action is to be done; only added to.
    improvement_action_date_revisions (date_revision_id) {
        date_revision_id -> Uuid,
        action_id -> Uuid,
        /// Place in the history of the action, from 1.
        position -> Int4,
        /// The due date until then; absent if there was none.
        previous_due_on -> Nullable<Date>,
        due_on -> Date,
        reason -> Text,
        effective_on -> Date,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The findings that an action answers: of the same authority or its predecessor.
    improvement_action_findings (action_id, finding_id) {
        action_id -> Uuid,
        finding_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The recommendations that an action answers: of the same authority or its predecessor.
    improvement_action_recommendations (action_id, recommendation_id) {
        action_id -> Uuid,
        recommendation_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The evidence that a move rests on: of the same action.
    improvement_action_transition_evidence (transition_id, evidence_id) {
        transition_id -> Uuid,
        action_id -> Uuid,
        evidence_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// The moves of an action from state to state; only added to.
    improvement_action_transitions (transition_id) {
        transition_id -> Uuid,
        action_id -> Uuid,
        /// Place in the history of the action, from 1.
        position -> Int4,
        from_state -> Text,
        to_state -> Text,
        reason -> Nullable<Text>,
        /// The day from which it holds; not before that of the move before.
        effective_on -> Date,
        deferred_until -> Nullable<Date>,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What was reported of an action, and when; only added to.
    improvement_action_updates (update_id) {
        update_id -> Uuid,
        action_id -> Uuid,
        effective_on -> Date,
        note -> Text,
        rag -> Nullable<Text>,
        /// What has become different for children.
        impact_on_children -> Nullable<Text>,
        recorded_by -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What an authority does so that something gets better for children.
    improvement_actions (action_id) {
        action_id -> Uuid,
        authority_id -> Uuid,
        plan_id -> Nullable<Uuid>,
        title -> Text,
        description -> Nullable<Text>,
        source -> Text,
        themes -> Array<Text>,
        cohorts -> Array<Text>,
        /// The role that answers for it; never a person.
        owner_role -> Nullable<Text>,
        partner_organisations -> Array<Text>,
        priority -> Nullable<Text>,
        /// What will be different for children.
        success_measure -> Nullable<Text>,
        /// To whom it was promised.
        promised_to -> Nullable<Text>,
        visibility -> Text,
        /// The day on which it was proposed.
        proposed_on -> Date,
        /// Where it stands; moves only by transitions.
        state -> Text,
        /// Red, amber or green, as the latest update says.
        rag -> Nullable<Text>,
        /// The first day by which it was to be done.
        original_due_on -> Nullable<Date>,
        /// The day by which it is to be done; changes only by date revisions.
        due_on -> Nullable<Date>,
        /// Days from the first due date to the current one.
        slip_days -> Nullable<Int4>,
        revision_count -> Int4,
        /// The day on which it was completed; absent unless it is completed or verified.
        completed_on -> Nullable<Date>,
        deferred_until -> Nullable<Date>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        search -> Tsvector,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use diesel_full_text_search::Tsvector;

    /// What an authority undertakes to do about an inspection.
    improvement_plans (plan_id) {
        plan_id -> Uuid,
        authority_id -> Uuid,
        title -> Text,
        /// The phase of a plan that is made in several.
        phase -> Nullable<Text>,
        /// The inspection that the plan answers; of the same authority or its predecessor.
        responds_to_inspection_id -> Nullable<Uuid>,
        /// The body that endorsed it.
        endorsed_by -> Nullable<Text>,
        endorsed_on -> Nullable<Date>,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        state -> Text,
        visibility -> Text,
        /// Who is to be asked, and when.
        consultation -> Jsonb,
        url -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
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

    /// What government and others set up when services fail: notices, directions, commissioners, partners.
    interventions (intervention_id) {
        intervention_id -> Uuid,
        authority_id -> Uuid,
        kind -> Text,
        organisation -> Nullable<Text>,
        /// Who was appointed, as published.
        person -> Nullable<Text>,
        role -> Nullable<Text>,
        started_on -> Nullable<Date>,
        ended_on -> Nullable<Date>,
        /// The inspection that led to it; of the same authority or its predecessor.
        triggered_by_inspection_id -> Nullable<Uuid>,
        url -> Nullable<Text>,
        note -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
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
        /// The day from which the timescale counts, if the report states one; absent: from publication.
        timescale_counted_from -> Nullable<Text>,
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

diesel::joinable!(api_key_authorities -> api_keys (key_id));
diesel::joinable!(api_key_authorities -> authorities (authority_id));
diesel::joinable!(api_key_secrets -> api_keys (key_id));
diesel::joinable!(document_authorities -> authorities (authority_id));
diesel::joinable!(document_authorities -> documents (document_id));
diesel::joinable!(documents -> inspections (inspection_id));
diesel::joinable!(evidence -> improvement_actions (action_id));
diesel::joinable!(evidence_reviews -> evidence (evidence_id));
diesel::joinable!(examinations -> inspections (inspection_id));
diesel::joinable!(examinations -> recommendations (recommendation_id));
diesel::joinable!(findings -> documents (document_id));
diesel::joinable!(findings -> inspections (inspection_id));
diesel::joinable!(framework_areas -> frameworks (framework));
diesel::joinable!(framework_grades -> frameworks (framework));
diesel::joinable!(framework_kinds -> frameworks (framework));
diesel::joinable!(improvement_action_date_revisions -> improvement_actions (action_id));
diesel::joinable!(improvement_action_findings -> findings (finding_id));
diesel::joinable!(improvement_action_findings -> improvement_actions (action_id));
diesel::joinable!(improvement_action_recommendations -> improvement_actions (action_id));
diesel::joinable!(improvement_action_recommendations -> recommendations (recommendation_id));
diesel::joinable!(improvement_action_transitions -> improvement_actions (action_id));
diesel::joinable!(improvement_action_updates -> improvement_actions (action_id));
diesel::joinable!(improvement_actions -> authorities (authority_id));
diesel::joinable!(improvement_plans -> authorities (authority_id));
diesel::joinable!(improvement_plans -> inspections (responds_to_inspection_id));
diesel::joinable!(inspections -> authorities (authority_id));
diesel::joinable!(inspections -> frameworks (framework));
diesel::joinable!(interventions -> authorities (authority_id));
diesel::joinable!(interventions -> inspections (triggered_by_inspection_id));
diesel::joinable!(recommendations -> inspections (inspection_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_key_authorities,
    api_key_secrets,
    api_keys,
    authorities,
    authority_successions,
    document_authorities,
    documents,
    event_clock,
    events,
    evidence,
    evidence_reviews,
    examinations,
    findings,
    framework_areas,
    framework_grades,
    framework_kinds,
    frameworks,
    idempotency_keys,
    improvement_action_date_revisions,
    improvement_action_findings,
    improvement_action_recommendations,
    improvement_action_transition_evidence,
    improvement_action_transitions,
    improvement_action_updates,
    improvement_actions,
    improvement_plans,
    inspections,
    interventions,
    judgements,
    recommendations,
    statistical_neighbours,
    themes,
);
