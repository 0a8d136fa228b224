//! Who may do what: the one module that decides.
//!
//! Two questions, asked in this order. May this kind of caller do this kind of thing at all ([`Access::permits`], asked
//! of every request before its body is read)? And may it see and change this very row ([`Access::papers`],
//! [`Access::states`], [`Access::check_papers_of`], asked by every query)? What a caller may not see is answered
//! like what does not exist, also where something that it does see refers to it ([`references`]).

pub mod caller;
mod operations;
pub mod references;
pub mod role;
pub mod secret;

use std::sync::Arc;

use diesel::sql_types::{Array, Text, Uuid as SqlUuid};

pub use self::operations::permission_of;
use crate::access::role::Role;
use crate::database::sql::Statement;
use crate::error::{ApiError, ProblemCode};
use crate::values::ids::AuthorityId;
use crate::values::inspection_state::InspectionState;
use crate::values::visibility::Visibility;

/// A kind of thing that callers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// To read: open to all, each of whom sees what is theirs to see.
    Read,
    /// To change published facts.
    WriteFacts,
    /// To change the papers of an authority: plans, actions, updates, evidence.
    WritePapers,
    /// To review evidence.
    Review,
    /// To read, make and revoke keys.
    ManageKeys,
}

impl Permission {
    /// Whether the holder of a key of this role has it.
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

/// What a caller may do and see.
#[derive(Debug, Clone)]
pub struct Access {
    standing: Standing,
    authorities: Arc<[AuthorityId]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Nobody,
    Key(Role),
    Register,
}

/// The authorities whose papers a caller may see beside those that are public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Papers<'a> {
    /// Those of all.
    All,
    /// Those of these.
    Of(&'a [AuthorityId]),
}

impl Access {
    /// A caller without a key: reads what is public.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { standing: Standing::Nobody, authorities: Arc::new([]) }
    }

    /// The holder of a key. A key without authorities is bound to none, never to all.
    #[must_use]
    pub fn of_key(role: Role, authorities: Arc<[AuthorityId]>) -> Self {
        Self { standing: Standing::Key(role), authorities }
    }

    /// The register itself, at the operator's command.
    #[must_use]
    pub fn register() -> Self {
        Self { standing: Standing::Register, authorities: Arc::new([]) }
    }

    /// Refuses what this kind of caller may not do at all.
    ///
    /// # Errors
    ///
    /// `unauthenticated` without a key, `forbidden` with a key of a role that lacks the permission.
    pub fn permits(&self, permission: Permission) -> Result<(), ApiError> {
        let is_permitted = match self.standing {
            Standing::Register => true,
            Standing::Key(role) => permission.is_of(role),
            Standing::Nobody if permission == Permission::Read => true,
            Standing::Nobody => return Err(ApiError::unauthenticated()),
        };
        if is_permitted { Ok(()) } else { Err(forbidden()) }
    }

    /// Refuses a change of the papers of an authority, or a review of its evidence, that the caller is not bound to.
    ///
    /// # Errors
    ///
    /// `unauthenticated` or `forbidden`.
    pub fn check_papers_of(&self, permission: Permission, authority: AuthorityId) -> Result<(), ApiError> {
        self.permits(permission)?;
        if self.sees_papers_of(authority) { Ok(()) } else { Err(forbidden()) }
    }

    /// Whether the caller sees inspections that are drafts or withdrawn, and all in them.
    #[must_use]
    pub fn sees_drafts(&self) -> bool {
        matches!(self.standing, Standing::Register | Standing::Key(Role::Admin | Role::Steward))
    }

    /// The states of the inspections that the caller sees, with all that is in them and about them.
    #[must_use]
    pub fn states(&self) -> &'static [InspectionState] {
        if self.sees_drafts() { InspectionState::ALL } else { &[InspectionState::Published] }
    }

    /// Whether the caller sees inspections in this state.
    #[must_use]
    pub fn sees(&self, state: InspectionState) -> bool {
        self.states().contains(&state)
    }

    /// Whose papers the caller sees beside the public ones.
    #[must_use]
    pub fn papers(&self) -> Papers<'_> {
        match self.standing {
            Standing::Register | Standing::Key(Role::Admin) => Papers::All,
            Standing::Key(_) | Standing::Nobody => Papers::Of(&self.authorities),
        }
    }

    /// Whether the caller sees a paper of an authority.
    #[must_use]
    pub fn sees_paper(&self, authority: AuthorityId, visibility: Visibility) -> bool {
        visibility == Visibility::Public || self.sees_papers_of(authority)
    }

    /// Leaves the rows of a statement that are of inspections that the caller sees; `state` is their state.
    #[must_use]
    pub fn only_seen_inspections<'a>(&self, statement: Statement<'a>) -> Statement<'a> {
        statement.value::<Array<Text>, _>(" and state = any (?)", self.states())
    }

    /// Leaves the rows of a statement that are papers that the caller sees, by their `visibility` and `authority_id`.
    #[must_use]
    pub fn only_seen_papers<'a>(&'a self, statement: Statement<'a>) -> Statement<'a> {
        match self.papers() {
            Papers::All => statement,
            Papers::Of([]) => statement.text(" and visibility = 'public'"),
            Papers::Of(authorities) => statement
                .value::<Array<SqlUuid>, _>(" and (visibility = 'public' or authority_id = any (?))", authorities),
        }
    }

    /// Whether the caller sees the private papers of an authority.
    #[must_use]
    pub fn sees_papers_of(&self, authority: AuthorityId) -> bool {
        match self.papers() {
            Papers::All => true,
            Papers::Of(authorities) => authorities.contains(&authority),
        }
    }
}

fn forbidden() -> ApiError {
    ApiError::refused(ProblemCode::Forbidden, "the key may not do this")
}
