//! Parameters that are common to all operations: path parameters and preconditions.

use serde_json::{Value, json};
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::http::extract::{MAX_IF_MATCH, MAX_IF_NONE_MATCH, PRINTABLE};
use crate::http::idempotency::MAX_KEY;
use crate::register::api_keys::FIRST_KEY;
use crate::values::authority_key::AuthorityKey;
use crate::values::ids::{
    ActionId, DocumentId, EvidenceId, FindingId, InspectionId, InterventionId, KeyId, PlanId, RecommendationId,
};
use crate::values::text::Code;

/// A parameter in a path: its name, its description, and an example that exists in `data/`.
pub(super) struct PathParameter {
    pub(super) name: &'static str,
    description: &'static str,
    example: &'static str,
    schema: fn() -> RefOr<Schema>,
}

pub(super) const PATH_PARAMETERS: [PathParameter; 11] = [
    PathParameter {
        name: "authority",
        description: "The authority: its id, current or former GSS code, Ofsted URN or DfE code. If two authorities \
                      share a code, the current one.",
        example: "E06000019",
        schema: AuthorityKey::schema,
    },
    PathParameter {
        name: "framework",
        description: "The code of the framework.",
        example: "ilacs_2018",
        schema: Code::schema,
    },
    PathParameter {
        name: "inspection_id",
        description: "The id of the inspection.",
        example: "01a20435-3ea9-7d3f-a057-7ff72ea165f0",
        schema: InspectionId::schema,
    },
    PathParameter {
        name: "finding_id",
        description: "The id of the finding.",
        example: "01a20435-3ece-76be-9a54-66d9f1e9c157",
        schema: FindingId::schema,
    },
    PathParameter {
        name: "recommendation_id",
        description: "The id of the recommendation.",
        example: "01a20435-3ef5-7317-9141-125fc3e6149a",
        schema: RecommendationId::schema,
    },
    PathParameter {
        name: "document_id",
        description: "The id of the document.",
        example: "01a20435-3eb1-7ff6-9794-45fc41d0913b",
        schema: DocumentId::schema,
    },
    PathParameter {
        name: "plan_id",
        description: "The id of the improvement plan.",
        example: "01a204d1-fb25-74ba-b7fa-820ab9b7a94d",
        schema: PlanId::schema,
    },
    PathParameter {
        name: "action_id",
        description: "The id of the improvement action.",
        example: "01a204d1-fb25-79ea-8966-2a05f14c8862",
        schema: ActionId::schema,
    },
    PathParameter {
        name: "evidence_id",
        description: "The id of the piece of evidence.",
        example: "01a204d1-fb25-7c93-b4a6-55739f645fc3",
        schema: EvidenceId::schema,
    },
    PathParameter {
        name: "intervention_id",
        description: "The id of the intervention.",
        example: "01a204d1-fb25-76f2-bc56-a8a8239a7988",
        schema: InterventionId::schema,
    },
    PathParameter { name: "key_id", description: "The id of the key.", example: FIRST_KEY, schema: KeyId::schema },
];

/// Examples for paths whose parameters must match each other: the start of the path, the name of the parameter, and its
/// example.
const OTHER_EXAMPLES: [(&str, &str, &str); 3] = [
    ("/inspections/{inspection_id}/examinations", "inspection_id", "01a20435-3eab-760f-ae77-bee896597f2b"),
    ("/inspections/{inspection_id}/examinations", "recommendation_id", "01a204d1-fb26-74a6-8579-f87371bdc382"),
    ("/inspections/{inspection_id}/follow-up", "inspection_id", "01a20431-0c26-7f6f-b048-41513696de59"),
];

impl PathParameter {
    pub(super) fn describe(&self, path: &str) -> Value {
        let other = OTHER_EXAMPLES.iter().find(|(start, name, _)| path.starts_with(start) && *name == self.name);
        json!({
            "name": self.name, "in": "path", "required": true, "description": self.description,
            "example": other.map_or(self.example, |(_, _, example)| example), "schema": (self.schema)(),
        })
    }
}

pub(super) fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": true,
        "description": "The `ETag` of the version to change (RFC 9110). Only its version part is compared, also of a \
                        tag that a proxy has weakened (`W/\"1\"`).",
        "schema": tags(MAX_IF_MATCH), "example": "\"1\""
    })
}

fn tags(max: usize) -> Value {
    json!({ "type": "string", "pattern": PRINTABLE, "minLength": 1, "maxLength": max })
}

/// The preconditions of an operation that creates or replaces a resource; one of the two is required.
pub(super) fn if_match_or_nothing() -> [Value; 2] {
    let replacing = json!({
        "name": "If-Match", "in": "header", "required": false,
        "description": "To replace: the `ETag` of the version to replace (RFC 9110). Only its version part is \
                        compared, also of a tag that a proxy has weakened (`W/\"1\"`). Without it, `If-None-Match` is required.",
        "schema": tags(MAX_IF_MATCH), "example": "\"1\""
    });
    let creating = json!({
        "name": "If-None-Match", "in": "header", "required": false,
        "description": "To create: `*`; the request succeeds only if the resource does not exist (RFC 9110). Without \
                        it, `If-Match` is required; with both, the request always fails.",
        "schema": { "type": "string", "enum": ["*"] }
    });
    [replacing, creating]
}

/// The parameter has no example, since Swagger UI would send the same key with every request.
pub(super) fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "A unique name for this request, chosen by the client, such as a new UUID. A repeated request \
                        with the same key takes effect once; its repetitions return the first response with \
                        `Idempotent-Replayed: true`. Keys are kept for at least 24 hours.",
        "schema": { "type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": MAX_KEY }
    })
}

pub(super) fn if_none_match() -> Value {
    json!({
        "name": "If-None-Match", "in": "header", "required": false,
        "description": "Entity tag of a representation that the client has. If it is current, the response is 304 without a body (RFC 9110).",
        "schema": tags(MAX_IF_NONE_MATCH)
    })
}
