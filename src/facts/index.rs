//! Index types: a number that says what it numbers, so that a step is never taken for a box.

/// Makes a type for the index into one kind of list.
macro_rules! index_type {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(usize);

        impl From<usize> for $name {
            fn from(index: usize) -> Self {
                Self(index)
            }
        }

        impl From<$name> for usize {
            fn from(index: $name) -> Self {
                index.0
            }
        }
    };
}

pub(crate) use index_type;

index_type! {
    /// A criterion, by its place among those of its step.
    CriterionIndex
}

index_type! {
    /// A task, by its place among those of its step.
    TaskIndex
}
