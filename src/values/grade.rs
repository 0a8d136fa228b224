//! Grades of judgements.

use crate::values::text_enum::text_enum;

text_enum! {
    /// A word on a scale of judgement, as the framework's own scale has it.
    pub enum Grade {
        /// The best grade of every scale.
        Outstanding = "outstanding",
        /// The second grade of every scale.
        Good = "good",
        /// The third grade of scales since November 2013.
        RequiresImprovement = "requires_improvement",
        /// The third grade of scales up to 2013; it never compares with `requires_improvement`.
        Adequate = "adequate",
        /// The lowest grade of every scale.
        Inadequate = "inadequate",
    }
}
