//! The plan: text in, values out. Nothing in this folder does I/O, and only
//! [`document`] knows the Markdown parser.
//!
//! Reading happens in five visible stages, so that a wrong answer can be traced to one rule:
//!
//! 1. [`document`]: text -> Markdown facts with byte positions (headings, items, boxes, fences);
//! 2. [`sections`]: facts -> a tree of sections, each with the role that its name gives it;
//! 3. [`candidates`]: sections -> every list that could be the list of steps;
//! 4. [`choice`]: candidates -> the one that is, with the reason, and the others named;
//! 5. [`steps`]: the choice -> steps, tasks, criteria, dependencies, and a role for every box.

pub mod check_box;
pub mod criterion;
pub mod diagnostic;
pub mod identity;
pub mod step;

pub use check_box::{BoxRole, CheckBox};
pub use criterion::{Criterion, CriterionKind};
pub use diagnostic::{Diagnostic, Severity};
pub use identity::{Fingerprint, StepKey};
pub use step::{Plan, Step, StepKind, Task};
