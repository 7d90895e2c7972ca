//! The trees that a step began with and left.

use crate::facts::Programs;

/// A tree of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    pub tree: String,
    pub reference: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trees {
    pub base: Option<Base>,
    /// The programs in the project that were there besides it.
    pub programs: Programs,
    /// The digest of the list of its validators, taken before its commands ran for the first time.
    pub validators: Option<String>,
    /// What the base does not show, as it was then.
    pub unseen: Option<String>,
    /// What its last attempt left; `None` while one is going on, or if it was killed.
    pub left: Option<Base>,
    /// What an attempt left, and what the next run found in its place: between the two, others had
    /// the project.
    pub between: Vec<(Base, Base)>,
    /// No attempt has begun since the step was last started.
    taken_up: bool,
}

impl Trees {
    /// A run starts the step, and found these validators.
    pub(super) fn take_up(&mut self, validators: Option<&String>) {
        self.taken_up = true;
        if self.base.is_none() {
            self.validators = validators.cloned();
        }
    }

    /// An attempt begins with this tree and these programs.
    pub(super) fn begin(&mut self, found: Base, programs: &Programs, unseen: Option<&String>) {
        let left = self.left.take().filter(|left| left.tree != found.tree);
        if let (true, Some(left)) = (self.taken_up, left) {
            self.between.push((left, found.clone()));
        }
        self.taken_up = false;
        if self.base.is_none() {
            (self.base, self.programs) = (Some(found), programs.clone());
            self.unseen = unseen.cloned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(tree: &str) -> Base {
        Base { tree: tree.to_owned(), reference: None }
    }

    #[test]
    fn only_what_the_next_run_found_is_somebody_elses() {
        let mut trees = Trees::default();
        trees.take_up(Some(&"first".to_owned()));
        trees.begin(base("1"), &Programs::new(), None);
        trees.left = Some(base("2"));
        // The same run goes on: what differs was written by its validation.
        trees.begin(base("3"), &Programs::new(), None);
        trees.left = Some(base("4"));
        trees.take_up(Some(&"later".to_owned()));
        trees.begin(base("5"), &Programs::new(), None);
        // This attempt was killed: what differs is taken for its own.
        trees.take_up(Some(&"later".to_owned()));
        trees.begin(base("6"), &Programs::new(), None);
        trees.left = Some(base("7"));
        let between = vec![(base("4"), base("5"))];
        let expected = Trees {
            base: Some(base("1")),
            programs: Programs::new(),
            validators: Some("first".to_owned()),
            unseen: None,
            left: Some(base("7")),
            between,
            taken_up: false,
        };
        assert_eq!(trees, expected);
    }
}
