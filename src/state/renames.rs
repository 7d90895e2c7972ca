//! Recognises steps that have another name, number or place than in the run before.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::RunState;
use crate::facts::{Event, Fingerprint, StepKey, StepRef};
use crate::plan::{Plan, StepIndex};

/// What of two fingerprints has to be equal for one step, the surest first: all, for a step that got another
/// number or place; the text below the heading, for one that got another name; the heading, for one that got
/// another number and other text.
const PARTS: [fn(&Fingerprint) -> Option<&str>; 3] =
    [|said| Some(said.as_str()), Fingerprint::body, |said| Some(said.heading())];

/// The state with every step under its name of today, and the events that made it so.
pub(crate) fn renamed<'a>(plan: &Plan, state: &'a RunState) -> (Cow<'a, RunState>, Vec<Event>) {
    let mut events = renames(plan, state);
    let mut state = Cow::Borrowed(state);
    // What cannot be moved stays where it is: its step is a new one.
    events.retain(|event| state.to_mut().apply(event).is_ok());
    (state, events)
}

/// An event for each step that no run knows, and that says what a step said which is gone. Where two could be
/// meant, none is.
fn renames(plan: &Plan, state: &RunState) -> Vec<Event> {
    let now: HashSet<&StepKey> = plan.steps.iter().map(|step| &step.key).collect();
    let (mut known, mut gone) = (HashSet::new(), Vec::new());
    for (key, said) in state.said() {
        known.insert(key);
        gone.extend(said.filter(|_| !now.contains(key)).map(|said| (said, key)));
    }
    if gone.is_empty() {
        return Vec::new();
    }
    let unknown = plan.steps.iter_enumerated().filter(|(_, step)| !known.contains(&step.key));
    let say: Vec<(Fingerprint, StepIndex)> =
        unknown.map(|(index, step)| (step.fingerprint(), index)).collect();
    let mut new: Vec<(&Fingerprint, StepIndex)> = say.iter().map(|(said, index)| (said, *index)).collect();
    let mut events = Vec::new();
    for part in PARTS {
        let (before, after) = (only(&gone, part), only(&new, part));
        let both = before.iter().filter_map(|(said, key)| Some(((*key)?, (*after.get(said)?)?)));
        let pairs: HashMap<&StepKey, StepIndex> = both.collect();
        let paired: HashSet<StepIndex> = pairs.values().copied().collect();
        gone.retain(|(_, key)| !pairs.contains_key(key));
        new.retain(|(_, index)| !paired.contains(index));
        events.extend(pairs.into_iter().map(|(from, index)| (index, from.clone())));
    }
    events.sort_unstable();
    let event = |(index, from): (StepIndex, StepKey)| Event::StepRenamed {
        step: StepRef::from(&plan.steps[index]),
        from,
    };
    events.into_iter().map(event).collect()
}

/// Who says this, where only one does.
fn only<'a, T: Copy>(
    all: &[(&'a Fingerprint, T)],
    part: fn(&Fingerprint) -> Option<&str>,
) -> HashMap<&'a str, Option<T>> {
    let mut found = HashMap::new();
    for (said, who) in all {
        if let Some(said) = part(said) {
            found.entry(said).and_modify(|who| *who = None).or_insert(Some(*who));
        }
    }
    found
}

#[cfg(test)]
mod tests;
