//! Groups of children and young people.

use crate::values::text_enum::text_enum;

text_enum! {
    /// A group of children and young people.
    pub enum Cohort {
        /// Children and families helped early.
        EarlyHelp = "early_help",
        /// Children in need (Children Act 1989, section 17).
        ChildrenInNeed = "children_in_need",
        /// Children with a protection plan (Children Act 1989, section 47).
        ChildProtection = "child_protection",
        /// Children looked after by the authority.
        ChildrenInCare = "children_in_care",
        /// Young people who left care, up to 25.
        CareLeavers = "care_leavers",
        /// Children separated from their families and seeking asylum.
        SeparatedChildren = "separated_children",
        /// Disabled children.
        DisabledChildren = "disabled_children",
        /// Young people of 16 and 17.
        YoungPeople16To17 = "young_people_16_17",
    }
}
