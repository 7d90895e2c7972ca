//! Tells what is said to be done: `## ✅ Phase 1`, `1.2 Write it — COMPLETE`, `Status: done`.

use super::vocabulary::STATES;
use super::words;

/// The words and signs for what is done.
fn states() -> impl Iterator<Item = &'static str> {
    STATES.iter().filter(|(mark, _)| *mark == 'x').flat_map(|(_, states)| states.split(", "))
}

/// A heading or the first line of an item has a sign for done at either end, a word for it in brackets or behind a
/// dash, or in capital letters at its end.
pub(in crate::plan) fn says_done(line: &str) -> bool {
    let text =
        line.trim_start_matches(['#', '-', '*', '+', ' ']).trim_end_matches(['#', '*', ' ', '\u{fe0f}']);
    let behind_box = text.strip_prefix("[ ]").unwrap_or(text).trim_start();
    let signs = states().filter(|state| !state.chars().any(char::is_alphanumeric));
    let signed = signs.into_iter().any(|sign| behind_box.starts_with(sign) || text.ends_with(sign));
    let bracket = text.strip_suffix([')', ']']).and_then(|text| text.rsplit_once(['(', '[']));
    let dashed = [" — ", " – ", " - ", " → ", " -> "].iter().find_map(|dash| text.rsplit_once(dash));
    let apart = bracket.or(dashed).map(|(_, inner)| words(inner)).unwrap_or_default();
    let last = text.rsplit(' ').next().unwrap_or_default();
    let shouted = last.len() > 3 && last.chars().all(|c| c.is_ascii_uppercase()) && is_done(last);
    let unspaced = !text.is_ascii() && ["已完成", "完了", "완료"].iter().any(|state| text.ends_with(state));
    let begins = |state: &str| {
        state.len() > 1
            && apart.strip_prefix(state).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    signed || shouted || unspaced || (!apart.is_empty() && states().any(begins))
}

/// The value of a status says that it is done: `✅ Complete`, `done (2024)`.
pub(in crate::plan) fn is_done(status: &str) -> bool {
    let said = words(status);
    let sign = status.trim().chars().next().map(String::from).unwrap_or_default();
    states().any(|state| {
        state == sign || (state.len() > 1 && (said == state || said.starts_with(&format!("{state} "))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_said_in_many_ways() {
        let done = [
            "## ✅ Phase 1: Base",
            "### 1.1 Write the lamp ✅ COMPLETE",
            "### 1.2 Write the cord ✅",
            "Task 1: Write the shade → finished",
            "- [ ] Write it (done)",
            "### Step 2: Cord [DONE 2024-01-02]",
            "### Step 2: Cord — completed",
            "### Step 2: Cord COMPLETE",
            "### 步骤二：线 已完成",
        ];
        let open = [
            "## ❌ Phase 2: Light",
            "### Step 1: Finish the lamp",
            "### Step 1: Complete the form",
            "### Step 2: Show what is done",
            "### Step 2: Cord (in progress)",
            "### Step 3: Lamp (done by Ann?) later",
        ];
        assert_eq!(done.map(says_done), [true; 9]);
        assert_eq!(open.map(says_done), [false; 6]);
        let words = ["COMPLETED", "✅ Complete", "Done", "done (2024)", "✅"];
        assert_eq!(words.map(is_done), [true; 5]);
        assert_eq!(["Not done", "open", "In progress", "completeness"].map(is_done), [false; 4]);
    }
}
