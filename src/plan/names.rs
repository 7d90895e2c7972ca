//! What the names of sections, labels and fields mean. All of it is data: a plan in other words is
//! understood by adding a word here, not by adding code.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a name says about the text under it. What that makes of the text depends on where it stands:
/// success criteria inside a step are the step's, outside they are the plan's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The steps themselves.
    Steps,
    /// Work that is the steps only where nothing else is: components, migration.
    SecondSteps,
    /// Items of work.
    Tasks,
    /// What is left behind.
    Deliverables,
    /// What must hold.
    Criteria,
    /// How it is seen that something holds: commands.
    Validation,
    /// What must hold for the whole plan, wherever it is said.
    Acceptance,
    /// What a person has to look at.
    Manual,
    /// Files.
    Files,
    /// Which other steps come first.
    Dependencies,
    /// What must be there before anything starts.
    Prerequisites,
    /// Tests to be written or run.
    Testing,
    /// Documents to be written.
    Documentation,
    /// Questions without an answer.
    OpenQuestions,
    /// Going live: never steps.
    Rollout,
    /// Going back: never steps, never validation.
    Rollback,
    /// When: never steps.
    Timeline,
    /// What was: never steps.
    History,
    /// How far it is: perhaps a second list of the steps.
    Progress,
    /// What is only read.
    Context,
}

/// How a row of the table is compared with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    /// The name is the phrase.
    Is,
    /// The name holds the phrase as whole words.
    Has,
}

use Match::{Has, Is};

/// Rows are tried from the top; the first that fits decides.
const NAMES: &[(Role, Match, &str)] = &[
    (Role::Rollback, Has, "rollback, roll back, rolling back, backout, recovery plan, contingency"),
    (
        Role::Timeline,
        Has,
        "timeline, schedule, time estimate, time estimates, estimated effort, effort, estimate, \
         estimates, duration, estimated time, calendar, gantt",
    ),
    (
        Role::History,
        Has,
        "changelog, change log, revision history, history, decision log, recent updates, qa results, \
         dev agent record, status tracking, surprises, outcomes, retrospective, lessons learned, \
         completed work, completion notes",
    ),
    (
        Role::OpenQuestions,
        Has,
        "open questions, open question, unresolved questions, open issues, questions to resolve, \
         outstanding questions, open decisions",
    ),
    (
        Role::Context,
        Has,
        "out of scope, not doing, non goals, future enhancements, future work, future \
         considerations, future improvements, post implementation, post launch, next steps, follow \
         up, follow ups, nice to have, user stories, quick start, getting started, monitoring, \
         appendix, related documents, references",
    ),
    (
        Role::Prerequisites,
        Has,
        "prerequisite, prerequisites, must be completed first, before you start, before starting, \
         preconditions, pre requisites, requires first",
    ),
    (
        Role::Manual,
        Has,
        "manual, manually, sign off, signoff, approval, human review, operator, user acceptance \
         testing, uat",
    ),
    (
        Role::Acceptance,
        Has,
        "acceptance, definition of done, done criteria, exit criteria, done when, desired end state",
    ),
    (Role::Deliverables, Has, "deliverable, deliverables, expected outputs, expected output"),
    (
        Role::Acceptance,
        Has,
        "final verification, final validation, final validation checklist, final checklist",
    ),
    (
        Role::Criteria,
        Has,
        "success criteria, success criterion, validation criteria, verification criteria, success \
         metrics, success metric, technical success, functional success, validation checklist, \
         verification checklist, completion criteria, completion checklist, success indicators",
    ),
    (
        Role::Validation,
        Has,
        "validation commands, verification commands, validation steps, verification steps, automated \
         verification, automated validation, validation loop, quality gates, quality gate, how to \
         verify, test command, test commands",
    ),
    (
        Role::Validation,
        Is,
        "validation, validate, verification, verify, checks, check, demo, gate, gates, run, \
         checkpoint, verified by, verify by, expected result, success, проверка, 验证, 検証, validación, \
         verificación, validação, überprüfung, prüfung",
    ),
    (
        Role::Rollout,
        Has,
        "rollout, roll out, deployment strategy, deployment plan, deployment steps, release plan, \
         release strategy, launch plan, go live, feature flags, deployment checklist, deployment, \
         release",
    ),
    (Role::Progress, Has, "progress, status, checklist, todo status, overall status"),
    (
        Role::SecondSteps,
        Has,
        "components to implement, components to build, migration, migration steps, migration \
         strategy",
    ),
    (
        Role::Steps,
        Has,
        "implementation steps, implementation phases, implementation tasks, implementation plan, \
         implementation order, implementation sequence, concrete steps, step by step, steps, phases, \
         tasks, milestones, task list, todo, todos, work items, work breakdown, plan of work, action \
         items, action plan, implementation roadmap, roadmap, pasos, fases, tareas, etapas, \
         schritte, aufgaben, étapes, tâches, этапы, шаги, задачи, 步骤, 任务, 阶段, 手順, タスク, 단계, 작업",
    ),
    (
        Role::Tasks,
        Has,
        "actions, subtasks, sub tasks, to do, work, activities, changes required, required changes",
    ),
    (Role::Files, Has, "files, file, location, locations, file targets, paths, modules"),
    (Role::Files, Is, "create, modify, create modify, path"),
    (Role::Context, Has, "external dependencies, dependency risks"),
    (Role::Dependencies, Has, "dependencies, dependency, depends on, depends, blocked by"),
    (Role::Dependencies, Is, "after, requires"),
    (
        Role::Documentation,
        Has,
        "documentation updates, documentation requirements, documentation, docs updates, docs",
    ),
    (
        Role::Testing,
        Has,
        "testing strategy, test strategy, testing plan, test plan, testing, unit tests, integration \
         tests, end to end tests, e2e tests, test cases, tests, test coverage, performance tests, \
         regression tests",
    ),
    (
        Role::Context,
        Has,
        "overview, summary, tldr, introduction, background, context, goals, objectives, approach, \
         architecture, specification, specifications, data models, data model, integration points, \
         risks, mitigation, mitigations, considerations, consideration, notes, edge cases, \
         assumptions, constraints, requirements, key functions, rationale, analysis, current state, \
         problem statement, strategy, pitfalls, decisions",
    ),
    (
        Role::Context,
        Is,
        "purpose, goal, objective, description, design, stack, tech stack, technical stack, api, api \
         endpoints, endpoints, risk, resources, resource, resources required, resource requirements, \
         note, scope, details, implementation details, why, what, problem, example, examples, \
         concerns, security, performance, tips, reference, related, coverage, code, pseudocode, \
         infrastructure, team, development team, team members, legend, format, conventions, path \
         conventions, expected, expected output",
    ),
];

/// Labels whose text only introduces what follows: a list behind it is not about the label.
const INTRODUCTIONS: &str = "goal, objective, description, overview, summary, purpose, details, approach, what, independent \
    test";

/// Names under which a whole file is a list of steps.
const LIST_TITLES: &str = "todo, todos, to do, to do list, todo list, tasks, task list";

/// Words before a number that make a heading a unit of work.
const STEP_KEYWORDS: &str = "step, task, iteration, story, ticket, item, todo, pr, paso, tarea, schritt, aufgabe, étape, \
    tâche, passo, tarefa, шаг, задача, 步骤, 任务, ステップ, タスク, 작업";

/// Words before a number that make a heading a unit of work which may hold others.
const GROUP_KEYWORDS: &str = "phase, milestone, stage, sprint, epic, week, day, part, chunk, track, wave, batch, workstream, \
    fase, etapa, этап, фаза, 阶段, フェーズ, 단계, slice, increment, feature, priority";

/// What a word before a number makes of a heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyword {
    /// A unit of work, whatever it holds.
    Step,
    /// A unit of work, or a group of those that it holds.
    Group,
}

/// The table by the first word of each phrase, so that a name costs as many look-ups as it has words.
static BY_WORD: LazyLock<HashMap<&str, Vec<Row>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&str, Vec<Row>> = HashMap::new();
    for (order, (role, how, phrases)) in NAMES.iter().enumerate() {
        for phrase in phrases.split(", ") {
            let word = phrase.split(' ').next().unwrap_or(phrase);
            by_word.entry(word).or_default().push(Row { order, role: *role, how: *how, phrase });
        }
    }
    by_word
});

/// The keywords by word.
static KEYWORDS: LazyLock<HashMap<&str, Keyword>> = LazyLock::new(|| {
    let steps = STEP_KEYWORDS.split(", ").map(|word| (word, Keyword::Step));
    steps.chain(GROUP_KEYWORDS.split(", ").map(|word| (word, Keyword::Group))).collect()
});

/// One phrase of the table.
struct Row {
    order: usize,
    role: Role,
    how: Match,
    phrase: &'static str,
}

/// The role that a name gives to the text under it.
pub fn role(name: &str) -> Option<Role> {
    let name = words(name);
    let mut first: Option<&Row> = None;
    let mut at = 0;
    for word in name.split(' ') {
        let rest = &name[at..];
        let fits = |row: &&Row| match row.how {
            Is => name == row.phrase,
            Has => rest
                .strip_prefix(row.phrase)
                .is_some_and(|behind| behind.is_empty() || behind.starts_with(' ')),
        };
        let rows = BY_WORD.get(word).into_iter().flatten().filter(fits);
        first = rows.chain(first).min_by_key(|row| row.order);
        at += word.len() + 1;
    }
    first.map(|row| row.role)
}

/// Is one of the phrases of a list.
fn lists(phrases: &str, phrase: &str) -> bool {
    phrases.split(", ").any(|known| known == phrase)
}

/// What is said under this label only introduces what follows.
pub fn introduces(name: &str) -> bool {
    let name = words(name);
    INTRODUCTIONS.split(", ").any(|word| has_words(&name, word))
}

/// What is said under this label is one command.
pub fn runs(name: &str) -> bool {
    matches!(words(name).as_str(), "run" | "command" | "test command")
}

/// A file of this title is a list of steps.
pub fn titles_a_list(name: &str) -> bool {
    lists(LIST_TITLES, &words(name))
}

/// What a keyword is: `step`, `Phases`.
pub fn keyword(word: &str) -> Option<Keyword> {
    let word = singular(word);
    KEYWORDS.get(word.as_str()).copied()
}

/// A keyword as it is compared: lower case, one of it.
pub fn singular(word: &str) -> String {
    let word = word.to_lowercase();
    let known = |word: &str| KEYWORDS.contains_key(word);
    if known(&word) {
        return word;
    }
    if let Some(stem) = word.strip_suffix("ies") {
        let single = format!("{stem}y");
        if known(&single) {
            return single;
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if known(stem) => stem.to_owned(),
        _ => word,
    }
}

/// A name as it is compared: words in lower case, without numbering, signs and what is in brackets.
pub fn words(name: &str) -> String {
    let open = name.find(['(', '[']).filter(|at| *at > 0).unwrap_or(name.len());
    let lower = name[..open].to_lowercase();
    let parts = lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.skip_while(|part| part.chars().all(|c| c.is_ascii_digit())).collect::<Vec<_>>().join(" ")
}

/// Holds the phrase as whole words.
pub fn has_words(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let starts = at == 0 || text[..at].ends_with(' ');
        let rest = &text[at + phrase.len()..];
        starts && (rest.is_empty() || rest.starts_with(' '))
    })
}

/// The known name that was probably meant.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    known
        .filter(|other| !other.is_empty())
        .map(|other| (strsim::jaro_winkler(&name, &other.to_lowercase()), other))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|(one, _), (two, _)| one.total_cmp(two))
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_templates_are_known() {
        let roles = [
            ("4. Implementation Steps", Some(Role::Steps)),
            ("Implementation Phases", Some(Role::Steps)),
            ("3. Components to Implement", Some(Role::SecondSteps)),
            ("Migration Steps", Some(Role::SecondSteps)),
            ("Testing Strategy", Some(Role::Testing)),
            ("Manual Testing Checklist", Some(Role::Manual)),
            ("Documentation Requirements", Some(Role::Documentation)),
            ("Definition of Done", Some(Role::Acceptance)),
            ("Success Metrics", Some(Role::Criteria)),
            ("Phase Rollout Strategy", Some(Role::Rollout)),
            ("Rollback Steps", Some(Role::Rollback)),
            ("Must be completed first:", Some(Role::Prerequisites)),
            ("12. Dependencies & Prerequisites", Some(Role::Prerequisites)),
            ("Files to Create/Modify", Some(Role::Files)),
            ("Timeline Estimate", Some(Role::Timeline)),
            ("Technical Considerations:", Some(Role::Context)),
            ("Widgets", None),
        ];
        assert_eq!(roles.map(|(name, _)| (name, role(name))), roles);
    }

    #[test]
    fn keywords_have_one_form() {
        assert_eq!(
            ["Steps", "phase", "Stories", "Python"].map(singular),
            ["step", "phase", "story", "python"]
        );
    }
}
