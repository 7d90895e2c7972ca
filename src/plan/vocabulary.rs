//! The words of plans. All of it is data: a plan in other words is understood by adding a word here, not by
//! adding code.

use super::names::Role;

/// How a row of the table is compared with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// The name is the phrase.
    Is,
    /// The name holds the phrase as whole words.
    Has,
}

use Match::{Has, Is};

/// Rows are tried from the top; the first that fits decides.
pub(super) const NAMES: &[(Role, Match, &str)] = &[
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
pub(super) const INTRODUCTIONS: &str = "goal, objective, description, overview, summary, purpose, details, approach, what, independent \
    test";

/// Names under which a whole file is a list of steps.
pub(super) const LIST_TITLES: &str = "todo, todos, to do, to do list, todo list, tasks, task list";

/// Words before a number that make a heading a unit of work.
pub(super) const STEP_KEYWORDS: &str = "step, task, iteration, story, ticket, item, todo, pr, paso, tarea, schritt, aufgabe, étape, \
    tâche, passo, tarefa, шаг, задача, 步骤, 任务, ステップ, タスク, 작업";

/// Words before a number that make a heading a unit of work which may hold others.
pub(super) const GROUP_KEYWORDS: &str = "phase, milestone, stage, sprint, epic, week, day, part, chunk, track, wave, batch, workstream, \
    fase, etapa, этап, фаза, 阶段, フェーズ, 단계, slice, increment, feature, priority";
