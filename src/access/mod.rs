//! Authorisation: the only module that decides who may do what.
//!
//! There are two checks. [`Access::permits`] checks, for every request and before its body is read, whether the role of
//! the caller permits the operation. [`Access::papers`], [`Access::states`] and [`Access::check_papers_of`] are used by
//! every query to decide which rows the caller can read and change. A resource that is not visible to the caller is
//! treated as one that does not exist, and references to it are omitted from visible resources ([`references`]).

pub mod caller;
mod operations;
pub mod references;
pub mod role;
pub mod secret;

use std::sync::Arc;

use diesel::sql_types::{Array, Text, Uuid as SqlUuid};

pub use self::operations::{TABLE, permission_of};
use crate::access::role::Role;
use crate::database::sql::Statement;
use crate::error::{ApiError, ProblemCode};
use crate::values::ids::AuthorityId;
use crate::values::inspection_state::InspectionState;
use crate::values::visibility::Visibility;

/// A permission that an operation requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// To read: granted to everyone, who can read the rows that are visible to them.
    Read,
    /// To change published facts.
    WriteFacts,
    /// To change the papers of an authority: plans, actions, updates, evidence.
    WritePapers,
    /// To review evidence.
    Review,
    /// To read, create, rotate and revoke API keys.
    ManageKeys,
}

impl Permission {
    /// Whether a key with this role has the permission.
    #[must_use]
    pub fn is_of(self, role: Role) -> bool {
        match self {
            Self::Read => true,
            Self::WriteFacts => matches!(role, Role::Admin | Role::Steward),
            Self::WritePapers => matches!(role, Role::Admin | Role::Contributor),
            Self::Review => matches!(role, Role::Admin | Role::Reviewer),
            Self::ManageKeys => role == Role::Admin,
        }
    }
}

/// The permissions and the visibility of a caller.
#[derive(Debug, Clone)]
pub struct Access {
    identity: Identity,
    authorities: Arc<[AuthorityId]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identity {
    Nobody,
    Key(Role),
    Register,
}

/// The authorities whose private papers are visible to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Papers<'a> {
    /// All authorities.
    All,
    /// These authorities.
    Of(&'a [AuthorityId]),
}

impl Access {
    /// A caller without an API key, who can read public resources.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { identity: Identity::Nobody, authorities: Arc::new([]) }
    }

    /// A caller with an API key. A key without authorities is bound to none, never to all.
    #[must_use]
    pub fn of_key(role: Role, authorities: Arc<[AuthorityId]>) -> Self {
        Self { identity: Identity::Key(role), authorities }
    }

    /// The register itself, for a command of the operator.
    #[must_use]
    pub fn register() -> Self {
        Self { identity: Identity::Register, authorities: Arc::new([]) }
    }

    /// Checks whether the role of the caller has this permission.
    ///
    /// # Errors
    ///
    /// `unauthenticated` without a key, `forbidden` with a key of a role that lacks the permission.
    pub fn permits(&self, permission: Permission) -> Result<(), ApiError> {
        let is_permitted = match self.identity {
            Identity::Register => true,
            Identity::Key(role) => permission.is_of(role),
            Identity::Nobody if permission == Permission::Read => true,
            Identity::Nobody => return Err(ApiError::unauthenticated()),
        };
        if is_permitted { Ok(()) } else { Err(forbidden()) }
    }

    /// Checks whether the caller may change the papers of an authority, or review its evidence.
    ///
    /// # Errors
    ///
    /// `unauthenticated` or `forbidden`.
    pub fn check_papers_of(&self, permission: Permission, authority: AuthorityId) -> Result<(), ApiError> {
        self.permits(permission)?;
        if self.may_read_papers_of(authority) { Ok(()) } else { Err(forbidden()) }
    }

    /// Whether draft and withdrawn inspections and their parts are visible to the caller.
    #[must_use]
    pub fn may_read_drafts(&self) -> bool {
        matches!(self.identity, Identity::Register | Identity::Key(Role::Admin | Role::Steward))
    }

    /// The states of the inspections that are visible to the caller with their parts.
    #[must_use]
    pub fn states(&self) -> &'static [InspectionState] {
        if self.may_read_drafts() { InspectionState::ALL } else { &[InspectionState::Published] }
    }

    /// Whether inspections in this state are visible to the caller.
    #[must_use]
    pub fn may_read(&self, state: InspectionState) -> bool {
        self.states().contains(&state)
    }

    /// The authorities whose private papers are visible to the caller.
    #[must_use]
    pub fn papers(&self) -> Papers<'_> {
        match self.identity {
            Identity::Register | Identity::Key(Role::Admin) => Papers::All,
            Identity::Key(_) | Identity::Nobody => Papers::Of(&self.authorities),
        }
    }

    /// Whether a paper of an authority is visible to the caller.
    #[must_use]
    pub fn may_read_paper(&self, authority: AuthorityId, visibility: Visibility) -> bool {
        visibility == Visibility::Public || self.may_read_papers_of(authority)
    }

    /// Restricts a statement to rows of inspections that are visible to the caller; the column `state` is the state of
    /// the inspection.
    #[must_use]
    pub fn only_visible_inspections<'a>(&self, statement: Statement<'a>) -> Statement<'a> {
        statement.value::<Array<Text>, _>(" and state = any (?)", self.states())
    }

    /// Restricts a statement to papers that are visible to the caller, by the columns `visibility` and `authority_id`.
    #[must_use]
    pub fn only_visible_papers<'a>(&'a self, statement: Statement<'a>) -> Statement<'a> {
        match self.papers() {
            Papers::All => statement,
            Papers::Of([]) => statement.text(" and visibility = 'public'"),
            Papers::Of(authorities) => statement
                .value::<Array<SqlUuid>, _>(" and (visibility = 'public' or authority_id = any (?))", authorities),
        }
    }

    /// Whether the private papers of an authority are visible to the caller.
    #[must_use]
    pub fn may_read_papers_of(&self, authority: AuthorityId) -> bool {
        match self.papers() {
            Papers::All => true,
            Papers::Of(authorities) => authorities.contains(&authority),
        }
    }
}

fn forbidden() -> ApiError {
    ApiError::refused(ProblemCode::Forbidden, "this API key is not permitted to do this")
}
