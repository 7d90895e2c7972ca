//! Plans of any size, the same every time.

use std::fmt::Write;

/// Steps with tasks, considerations and validation criteria, under headings.
pub(crate) fn with_headings(steps: usize) -> String {
    let mut text = String::from(
        "# Implementation Plan\n\n## Overview\nA generated plan; the approach is the simplest that works.\n\n\
         ## Implementation Steps\n\n",
    );
    for number in 1..=steps {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "### Step {number}: Write part {number} of the greeting\n\
             **Description:** Create the file that the other steps build on.\n\n\
             **Tasks:**\n\
             - [ ] Create `src/part_{number}.txt`\n\
             - [ ] Let its first line say **hello** to the world, as [the rules](PROJECT_RULES.md) say\n\n\
             **Technical Considerations:**\n\
             - One greeting a line, so that `grep` finds it\n\
             - No trailing spaces\n\n\
             **Validation Criteria:**\n\
             - [ ] The file exists: `test -f src/part_{number}.txt`\n\
             - [ ] It greets: `grep -q hello src/part_{number}.txt`\n\
             - [ ] It reads well\n\n",
        );
    }
    text.push_str("## Testing Strategy\n\n- [ ] `sh checks/all.sh` passes\n");
    text
}

/// Steps that are one line with a box.
pub(crate) fn with_lines(steps: usize) -> String {
    let mut text = String::from("# Tasks\n\n");
    for number in 1..=steps {
        let _ = writeln!(text, "- [ ] T{number:03} Write part {number} in `src/part_{number}.txt`");
    }
    text
}

/// A plan of at least this many bytes.
pub(crate) fn of_size(bytes: usize) -> String {
    let ten = with_headings(20).len() - with_headings(10).len();
    with_headings(bytes * 10 / ten + 1)
}
