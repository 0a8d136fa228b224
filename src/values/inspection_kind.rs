//! Kinds of inspection.

use crate::values::text_enum::text_enum;

text_enum! {
    /// Kinds of inspection.
    pub enum InspectionKind {
        /// Announced inspection of safeguarding and looked after children, 2009 to 2012.
        SafeguardingAndLookedAfterChildren = "safeguarding_and_looked_after_children",
        /// Unannounced inspection of contact, referral and assessment, 2009 to 2012; no grades.
        ContactReferralAssessment = "contact_referral_assessment",
        /// Inspection of arrangements for the protection of children, 2012 to 2013.
        ChildProtection = "child_protection",
        /// Inspection of services for looked after children, 2013.
        LookedAfterChildren = "looked_after_children",
        /// Inspection under the single inspection framework, 2013 to 2018.
        SingleInspection = "single_inspection",
        /// Re-inspection after an inadequate judgement under the single inspection framework.
        ReInspection = "re_inspection",
        /// Review of the Local Safeguarding Children Board alone.
        LscbReview = "lscb_review",
        /// Standard inspection under ILACS: two weeks on site.
        Standard = "standard",
        /// Short inspection under ILACS: one week on site, for authorities that were good or outstanding.
        Short = "short",
        /// Focused visit: two days on one theme between inspections; no grade.
        FocusedVisit = "focused_visit",
        /// Monitoring visit: one of a series after an inadequate judgement; no grade.
        MonitoringVisit = "monitoring_visit",
        /// Joint targeted area inspection with other inspectorates; no grade.
        JointTargeted = "joint_targeted",
    }
}
