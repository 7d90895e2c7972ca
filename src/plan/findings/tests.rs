//! Each diagnostic once, from the smallest plan that has it.

use insta::assert_snapshot;
use pretty_assertions::assert_eq;

use crate::plan::read;

/// What is said of a text: how bad, which, where, and in which words.
fn said(text: &str) -> String {
    let diagnostics = read(text).diagnostics.into_iter();
    let lines = diagnostics.map(|found| {
        let place = text[found.span.clone()].replace('\n', "⏎");
        format!("{:?} {} at `{place}`: {}\n", found.severity, found.code, found.message)
    });
    lines.collect()
}

/// A plan of one step with a command, and what stands in it.
fn step(body: &str) -> String {
    format!(
        "# Plan\n\n### Step 1: Saw\n\n{body}\n\n**Validation:** `make test`\n\n### Step 2: Nail\n\n**Validation:** `make test`\n"
    )
}

#[test]
fn nothing_is_said_of_a_plain_plan() {
    assert_eq!(said(&step("- [ ] Cut the board in `src/a.rs`")), "");
}

#[test]
fn a_file_without_steps() {
    assert_snapshot!(said("# Notes\n\nNothing to do.\n"), @r"
    Error no-steps at ``: no steps found
    ");
    assert_snapshot!(said("# Notes\n\n## Rollout\n\n### Step 1: Ship\n\n### Frob 2: Ship\n"), @r"
    Error no-steps at `### Step 1: Ship`: no steps found
    ");
    assert_snapshot!(said("# Notes\n\n## Rollout\n\n- [ ] Ship\n"), @r"
    Error no-steps at ``: no steps found
    ");
}

#[test]
fn steps_that_are_guessed_and_lists_that_compete() {
    assert_snapshot!(said("# Notes\n\n- Saw `make a`\n- Nail\n"), @r"
    Warning guessed-steps at `- Saw `make a``: nothing here is called a step, so agentrun takes the bullets of the file as the steps
    Warning no-command at `- Saw `make a``: nothing in this step can be run to validate it
    Warning no-command at `- Nail`: nothing in this step can be run to validate it
    ");
    let two = "# Plan\n\n### Step 1: Saw\n\n`x`\n\n### Step 2: Nail\n\n## Others\n\n- [ ] T001 Paint\n- [ ] T002 Dry\n";
    assert_snapshot!(said(two), @r"
    Note competing-steps at `### Step 1: Saw`: the steps are the boxes with an id of the file; another list is not used: the headings with a keyword and a number (2)
    Warning no-command at `- [ ] T001 Paint`: nothing in this step can be run to validate it
    Warning no-command at `- [ ] T002 Dry`: nothing in this step can be run to validate it
    ");
}

#[test]
fn ids_that_are_not_unique() {
    let text = "# Plan\n\n### Step 1: Saw\n\n### Step 1: Nail\n\n## Validation\n\n`make test`\n";
    assert_snapshot!(said(text), @r"
    Error duplicate-id at `### Step 1: Nail`: two steps are called `Step 1`; the first is on line 3
    ");
    let text = "# Plan\n\n## Tasks\n\n### 1. Saw\n\n### 1. Nail\n\n## Validation\n\n- `make test`\n";
    assert_snapshot!(said(text), @r"
    Warning duplicate-id at `### 1. Nail`: the id `1` is also on line 5: its place names this step
    ");
}

#[test]
fn steps_without_a_command() {
    assert_snapshot!(said("# Plan\n\n### Step 1: Saw\n\n### Step 2: Nail\n"), @r"
    Warning no-command at `### Step 1: Saw`: nothing in this step can be run to validate it
    Warning no-command at `### Step 2: Nail`: nothing in this step can be run to validate it
    ");
    let five: String =
        ["1", "2", "3", "4", "5"].map(|number| format!("### Step {number}: Saw {number}\n\n")).concat();
    assert_snapshot!(said(&format!("# Plan\n\n{five}")), @r"
    Warning no-command at `### Step 1: Saw 1`: nothing in 5 steps can be run to validate them; this is the first
    ");
}

#[test]
fn questions_and_marks() {
    assert_snapshot!(said(&(step("- [ ] a") + "\n## Open Questions\n\n- [ ] Which wood?\n- [x] Which glue?\n")), @r"
    Warning open-question at `- [ ] Which wood?`: open question: Which wood?
    ");
    assert_snapshot!(said(&step("- [~] a\n- [!] b\n- [!] c")), @r"
    Note other-mark at `[~]`: the mark `~` is read as in progress
    Note other-mark at `[!]`: the mark `!` is kept as it is, 2 times
    ");
    assert_snapshot!(said(&(step("- [x] a") + "\n[x]: /url\n")), @r"
    Warning link-definition at `[x]: /url`: `[x]:` is a link definition: other readers show boxes as links
    ");
}

#[test]
fn what_a_template_left_behind() {
    assert_snapshot!(said(&step("- [ ] [Name of the task]\n- [ ] Write {{feature}} for `[Name]`")), @r"
    Error placeholder at `[Name of the task]`: `[Name of the task]` is a placeholder and nothing else
    Warning placeholder at `{{feature}}`: `{{feature}}` looks like a placeholder
    ");
}

#[test]
fn blocks_that_hold_boxes_or_end_too_early() {
    assert_snapshot!(said(&step("```\n- [ ] a\n- [ ] b\n```")), @r"
    Note box-in-code at `- [ ] a`: 2 boxes in code: no task, and never ticked
    ");
    assert_snapshot!(said(&step("```markdown\n# Doc\n\n```bash\nmake\n```\n\nmore\n")), @r"
    Warning short-fence at ````markdown`: a fence inside this block ends it on line 10: the rest of the block is read as part of the plan
    ");
}

#[test]
fn steps_that_are_too_large_and_criteria_that_say_little() {
    let many = "- [ ] Cut a board\n".repeat(51);
    assert_snapshot!(said(&step(&many)), @r"
    Warning huge-step at `### Step 1: Saw`: this step has 56 lines and 51 tasks: much for one agent
    ");
    assert_snapshot!(said(&step("**Success Criteria:**\n\n- [ ] It works well\n- [ ] Lists 3 users")), @r"
    Warning vague-criterion at `- [ ] It works well`: nobody can tell whether this holds
    ");
}

#[test]
fn states_that_contradict_each_other() {
    let text = "# Plan\n\n### Step 1: Saw ✅\n\n- [ ] a\n\n**Validation:** `make test`\n";
    assert_snapshot!(said(text), @r"
    Warning contradictory-status at `### Step 1: Saw ✅`: this says that it is done, and has open boxes: the boxes count
    ");
    assert_snapshot!(said(&step("- [x] a\n  - [ ] b")), @r"
    Warning contradictory-status at `- [x] a`: this box is ticked, but the box inside it on line 6 is not
    ");
}

#[test]
fn references_that_lead_nowhere_or_in_a_circle() {
    assert_snapshot!(said(&step("**Dependencies:** Step 7")), @r"
    Error unknown-reference at `Step 7`: no step is called `Step 7`
    ");
    assert_snapshot!(said(&step("**Dependencies:** Step 2").replace("Nail\n", "Nail\n\n**Dependencies:** Step 1\n")), @r"
    Error dependency-cycle at `Step 2`: steps depend on each other: `Step 1: Saw` -> `Step 2: Nail` -> `Step 1: Saw`
    ");
}

#[test]
fn nothing_of_a_validation_section_is_dropped() {
    let plan = |bullets: &str| step("- [ ] Cut the board") + "\n## Validation\n\n" + bullets;
    let text = plan("- `make lint`\n- The board holds a cat\n- `fly deploy`\n- The saw is clean\n");
    let read = read(&text).plan;
    let criteria: Vec<_> = read.criteria.iter().map(|found| (found.text.as_str(), found.why)).collect();
    assert_eq!(
        criteria,
        [
            ("`make lint`", "a code span that is the whole criterion"),
            ("The board holds a cat", "no command in it"),
            ("`fly deploy`", "it reaches outside of the project: a person runs it"),
            ("The saw is clean", "no command in it"),
        ]
    );
    assert_snapshot!(said(&text), @"Note nobody-checks at `- The board holds a cat`: this is about the whole plan and has no command that agentrun runs, and neither does 1 more below");
    // With a box it is a criterion of the step after the last one.
    let boxed = plan("- `make lint`\n- [ ] The board holds a cat\n");
    assert_eq!((said(&boxed).as_str(), super::super::read(&boxed).plan.criteria.len()), ("", 1));
}
