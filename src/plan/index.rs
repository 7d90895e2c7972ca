//! What the parts of a plan are numbered with.

use crate::facts::index_type;

index_type! {
    /// A step, by its place in the file.
    StepIndex
}

index_type! {
    /// A phase that holds steps, by its place in the file.
    GroupIndex
}

index_type! {
    /// A box, by its place among all boxes of the file.
    BoxIndex
}
