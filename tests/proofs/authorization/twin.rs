//! A register with nothing but what a caller may see: a copy from which the rest is taken.

use diesel::connection::SimpleConnection;
use uuid::Uuid;

use super::callers::Caller;
use crate::support::Register;

/// Takes out of a register what only stewards see.
const WITHOUT_DRAFTS: &str = "
    create temp table hidden as select inspection_id from inspections where state <> 'published';
    create temp table hidden_documents as select document_id from documents where inspection_id in (select * from hidden);
    delete from examinations where inspection_id in (select * from hidden)
        or recommendation_id in (select recommendation_id from recommendations where inspection_id in (select * from hidden));
    delete from improvement_action_recommendations
        where recommendation_id in (select recommendation_id from recommendations where inspection_id in (select * from hidden));
    delete from improvement_action_findings
        where finding_id in (select finding_id from findings where inspection_id in (select * from hidden));
    update findings set document_id = null where document_id in (select * from hidden_documents);
    delete from document_authorities where document_id in (select * from hidden_documents);
    delete from documents where document_id in (select * from hidden_documents);
    delete from findings where inspection_id in (select * from hidden);
    delete from recommendations where inspection_id in (select * from hidden);
    delete from judgements where inspection_id in (select * from hidden);
    update improvement_plans set responds_to_inspection_id = null where responds_to_inspection_id in (select * from hidden);
    update interventions set triggered_by_inspection_id = null where triggered_by_inspection_id in (select * from hidden);
    delete from inspections where inspection_id in (select * from hidden);";

/// Takes out of a register the private papers of authorities that are not among `bound`.
const WITHOUT_PAPERS: &str = "
    create temp table hidden_plans as
        select plan_id from improvement_plans where visibility = 'private' and authority_id not in (select * from bound);
    create temp table hidden_actions as
        select action_id from improvement_actions where visibility = 'private' and authority_id not in (select * from bound);
    update improvement_actions set plan_id = null where plan_id in (select * from hidden_plans);
    delete from evidence_reviews
        where evidence_id in (select evidence_id from evidence where action_id in (select * from hidden_actions));
    delete from improvement_action_transition_evidence where action_id in (select * from hidden_actions);
    delete from evidence where action_id in (select * from hidden_actions);
    delete from improvement_action_recommendations where action_id in (select * from hidden_actions);
    delete from improvement_action_findings where action_id in (select * from hidden_actions);
    delete from improvement_action_transitions where action_id in (select * from hidden_actions);
    delete from improvement_action_date_revisions where action_id in (select * from hidden_actions);
    delete from improvement_action_updates where action_id in (select * from hidden_actions);
    delete from improvement_actions where action_id in (select * from hidden_actions);
    delete from improvement_plans where plan_id in (select * from hidden_plans);";

/// A register with nothing but what a caller may see.
pub async fn twin(register: &Register, caller: &Caller) -> Register {
    let database = register.database.copy();
    let mut conn = database.connect();
    let bound = caller.bound_to.iter().map(|id| format!("('{id}'::uuid)")).collect::<Vec<_>>();
    let bound = [bound, vec![format!("('{}'::uuid)", Uuid::nil())]].concat().join(", ");
    conn.batch_execute("set session_replication_role = replica").unwrap();
    if !["admin", "steward"].contains(&caller.role.unwrap_or_default()) {
        conn.batch_execute(WITHOUT_DRAFTS).unwrap();
    }
    if caller.role != Some("admin") {
        conn.batch_execute(&format!("create temp table bound (id) as values {bound}; {WITHOUT_PAPERS}")).unwrap();
    }
    let twin = Register::with(database, |_| {}).await;
    for both in [register, &twin] {
        connect(both).await;
    }
    twin
}

/// Waits until a register has a connection: of one that was copied all were ended, and a busy machine makes new ones late.
async fn connect(register: &Register) {
    for _ in 0..20 {
        if register.get("/v1/themes?limit=1").await.status != 503 {
            return;
        }
    }
    panic!("no connection in 20 attempts");
}
