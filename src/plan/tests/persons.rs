//! What only a person can do is that person's, by the words of a line and by what stands around it.

use pretty_assertions::assert_eq;

use crate::plan::StepKind::{Manual, Work};
use crate::plan::{BoxRole, CriterionKind, Plan, read};

/// The kind of each step, then what a person has to do in it, then what the agent has to do.
fn shared(text: &str) -> Vec<String> {
    let Plan { steps, .. } = read(text).plan;
    let mut lines = Vec::new();
    for step in &steps {
        let by_hand = step.criteria.iter().filter(|found| found.kind == CriterionKind::Manual);
        let by_hand: Vec<&str> = by_hand.map(|found| found.text.as_str()).collect();
        let tasks: Vec<&str> = step.tasks.iter().map(|task| task.text.as_str()).collect();
        lines.push(format!("{:?} {}: {} | {}", step.kind, step.title, by_hand.join(", "), tasks.join(", ")));
    }
    lines
}

#[test]
fn nothing_under_a_manual_name_is_work_whatever_its_labels_are_called() {
    let text = "# P\n\n### Task 1: Screens\n\n**Files:** a.rs\n\n**Step 1: Write them**\n\n- [ ] Cut\n\n\
        **Step 2: Manual testing checklist**\n\n**TODO panel:**\n- [ ] It opens\n\n**Progress panel:**\n- [ ] It moves\n\n\
        **Security:**\n- [ ] It locks\n\n### Task 2: Rest\n\n- [ ] Nail\n";
    assert_eq!(shared(text), ["Work Screens: It opens, It moves, It locks | Cut", "Work Rest:  | Nail"]);
    let text = "# P\n\n## Steps\n\n- [ ] Saw\n\n## Manual checks\n\n### Tasks\n\n- [ ] Sit on it\n\n### Files\n\n- [ ] Read them\n";
    let roles: Vec<BoxRole> = read(text).plan.boxes.iter().map(|found| found.role).collect();
    assert_eq!(roles, [BoxRole::Step, BoxRole::Manual, BoxRole::Manual]);
}

#[test]
fn a_step_of_nothing_but_boxes_of_a_person_is_that_persons() {
    let step = |title: &str, boxes: &str| {
        format!("# P\n\n### Step 1: Saw\n\n- [ ] a\n\n### Step 2: {title}\n\n{boxes}")
    };
    let boxes = "- [ ] Deploy to Fly.io\n- [ ] Announce it in the team chat\n";
    let kind = |text: &str| read(text).plan.steps.raw[1].kind;
    assert_eq!(kind(&step("Going live", boxes)), Manual);
    assert_eq!(kind(&step("Going live", &format!("{boxes}- [ ] Write the page\n"))), Work);
    assert_eq!(kind(&step("Going live", &format!("The page needs a footer.\n\n{boxes}"))), Work);
    assert_eq!(kind(&step("Write the page", boxes)), Work);
    let item = |title: &str| {
        format!("# P\n\n- [ ] 1. Saw\n  - [ ] 1.1 a\n- [ ] 2. {title}\n  - [ ] 2.1 Manual test of it\n")
    };
    assert_eq!(kind(&item("Verification")), Manual);
    assert_eq!(kind(&item("Login form")), Work);
}

#[test]
fn a_title_that_names_an_act_among_others_leaves_the_work_to_the_agent() {
    let text = "# P\n\n### Task 1: Deploy\n\n- [ ] Write the Dockerfile\n- [ ] Deploy to Fly.io\n\n### Task 2: Deploy\n\nWith care.\n";
    assert_eq!(shared(text), ["Work Deploy: Deploy to Fly.io | Write the Dockerfile", "Manual Deploy:  | "]);
}

#[test]
fn bullets_and_numbers_are_a_persons_too() {
    let text = "# P\n\n### Step 1: Login\n\n- Write the form\n- Set the redirect URL in the Stripe dashboard\n\n\
        ### Step 2: Logout\n\n1. Write it\n2. Open a pull request\n\n### Step 3: Rest\n\n- [ ] Cut\n- deploy to production comes later\n";
    assert_eq!(
        shared(text),
        [
            "Work Login: Set the redirect URL in the Stripe dashboard | Write the form",
            "Work Logout: Open a pull request | Write it",
            "Work Rest:  | Cut",
        ]
    );
}

#[test]
fn a_field_gives_a_step_to_a_person() {
    let text = "# P\n\n### Step 1: Keys\n**Owner:** Human\n\nMake new ones.\n\n### Step 2: Lamp\n**Owner:** Ann\n\nLight it.\n";
    let kinds: Vec<String> = read(text).plan.steps.iter().map(|step| format!("{:?}", step.kind)).collect();
    assert_eq!(kinds, ["Manual", "Work"]);
}
