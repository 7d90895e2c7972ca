//! The words of plans, as data: to understand a plan in other words, add a word here.

use crate::plan::names::Role;
use crate::plan::names::column::Column;

/// How a row of the table is compared with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum NameMatch {
    /// The name is the phrase.
    Is,
    /// The name holds the phrase as whole words.
    Has,
}

use NameMatch::{Has, Is};

/// Rows are tried from the top; the first that fits decides.
pub(in crate::plan) const NAMES: &[(Role, NameMatch, &str)] = &[
    (
        Role::Rollback,
        Has,
        "rollback, roll back, rolling back, backout, recovery plan, contingency, contingencia, contingência, \
         plan de repli, retour arrière, notfallplan, план отката, откат",
    ),
    (
        Role::Timeline,
        Has,
        "timeline, schedule, time estimate, time estimates, estimated effort, effort, estimate, \
         estimates, duration, estimated time, calendar, gantt, zeitplan, cronograma, calendrier, временные рамки, сроки",
    ),
    (
        Role::History,
        Has,
        "changelog, change log, revision history, history, decision log, recent updates, qa results, \
         dev agent record, status tracking, surprises, outcomes, retrospective, lessons learned, \
         completed work, completed tasks, completed items, completed features, completed milestones, done items, already \
         done, completion notes",
    ),
    (
        Role::OpenQuestions,
        Has,
        "open questions, open question, unresolved questions, open issues, questions to resolve, \
         outstanding questions, open decisions, offene fragen, preguntas abiertas, questions ouvertes, открытые вопросы",
    ),
    (
        Role::Context,
        Has,
        "user review required, out of scope, not doing, non goals, future enhancements, future work, future \
         considerations, future improvements, post implementation, post launch, next steps, follow \
         up, follow ups, nice to have, user stories, quick start, getting started, monitoring, concrete steps, \
         appendix, related documents, references, nächste schritte, próximos pasos, próximos passos, prochaines étapes, \
         następne kroki, следующие шаги, дальнейшие шаги, fuera de alcance, fora do escopo, hors périmètre, вне скоупа",
    ),
    (
        Role::Prerequisites,
        Has,
        "prerequisite, prerequisites, must be completed first, before you start, before starting, \
         preconditions, pre requisites, requires first, voraussetzungen, prerrequisitos, requisitos previos, pré requisitos, \
         prérequis, предварительные требования",
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
        "acceptance, definition of done, dod, done criteria, exit criteria, done when, desired end state, \
         akzeptanzkriterien, abnahmekriterien, criterios de aceptación, critérios de aceitação, critères d acceptation, \
         критерии приёмки, критерии приемки, критерии готовности",
    ),
    (Role::Deliverables, Has, "deliverable, deliverables, expected outputs, expected output"),
    (
        Role::Acceptance,
        Has,
        "final verification, final validation, final validation checklist, final checklist, pr checklist, pull request \
         checklist, merge checklist, review checklist, done check, criterio de cierre, criterios de cierre",
    ),
    (
        Role::Criteria,
        Has,
        "success criteria, success criterion, validation criteria, verification criteria, success \
         metrics, success metric, technical success, functional success, validation checklist, \
         verification checklist, completion criteria, completion checklist, success indicators, erfolgskriterien, kriterien, \
         criterios, critérios, critères, critère, kryteria, kriterler, tiêu chí, критерии",
    ),
    (
        Role::Validation,
        Has,
        "validation commands, verification commands, validation process, verification process, validation procedure, \
         verification procedure, validation steps, verification steps, \
         automated verification, automated validation, verification plan, validation plan, validation loop, \
         quality gates, quality gate, validation gates, validation gate, verification gates, automated tests, verifikation, how to verify, test command, test commands",
    ),
    (
        Role::Validation,
        Is,
        "validation, validate, verification, verify, checks, check, demo, gate, gates, run, \
         checkpoint, verified by, verify by, expected result, success, проверка, верификация, 验证, 検証, \
         validación, verificación, validação, verificação, vérification, überprüfung, prüfung, verifica, weryfikacja, \
         doğrulama",
    ),
    (
        Role::Rollout,
        Has,
        "rollout, roll out, deployment strategy, deployment plan, deployment steps, release plan, \
         release strategy, launch plan, go live, feature flags, deployment checklist, deployment, \
         release",
    ),
    (
        Role::Progress,
        Has,
        "progress, status, checklist, todo status, overall status, checkliste, checkblatt, lista de verificación, \
         чеклист, чек лист",
    ),
    (
        Role::SecondSteps,
        Has,
        "components to implement, components to build, migration, migration steps, migration strategy, \
         implementation order, implementation sequence, execution order, execution sequence, recommended order, \
         priority order, order of work, order of implementation",
    ),
    (
        Role::Steps,
        Has,
        "implementation steps, implementation phases, implementation tasks, implementation plan, \
         proposed changes, stages, tickets, to dos, concrete steps, step by step, steps, phases, \
         tasks, milestones, task list, todo, todos, work items, work breakdown, plan of work, action \
         items, action plan, implementation roadmap, roadmap, pasos, fases, tareas, etapas, \
         schritte, aufgaben, umsetzungsplan, étapes, tâches, plan d implémentation, plan de mise en œuvre, \
         plan de implementación, plano de implementação, plano de ação, этапы, план реализации, план работ, \
         шаги, задачи, umsetzungsschritte, umsetzungsphasen, arbeitsschritte, implementierungsschritte, 步骤, 任务, 阶段, 手順, タスク, 단계, 작업",
    ),
    (
        Role::Steps,
        Is,
        "queue, work queue, task queue, plan, the plan, our plan, proposed plan, план, plano, 计划, 計画, 계획",
    ),
    (
        Role::Tasks,
        Has,
        "actions, subtasks, sub tasks, to do, work, activities, changes required, required changes, arbeitspakete, \
         teilaufgaben, subtareas, sous tâches, подзадачи",
    ),
    (Role::Files, Has, "files, file, location, locations, file targets, paths, modules"),
    (Role::Files, Is, "create, modify, create modify, path"),
    (Role::Context, Has, "external dependencies, dependency risks"),
    (
        Role::Dependencies,
        Has,
        "dependencies, dependency, depends on, depends, blocked by, abhängigkeiten, abhängigkeit, dependencias, \
         dependências, dépendances, зависимости",
    ),
    (
        Role::Dependencies,
        Is,
        "after, requires, 依赖, 依赖关系, 前置依赖, 前置任务, 依存関係, 依存, 의존성, 선행 작업",
    ),
    (Role::Acceptance, Is, "验收, 验收方式, 受け入れ, 인수"),
    (
        Role::Documentation,
        Has,
        "documentation updates, documentation requirements, documentation, docs updates, docs",
    ),
    (
        Role::Testing,
        Has,
        "teststrategie, plan de pruebas, estrategia de pruebas, plano de testes, plan de tests, план тестирования, \
         стратегия тестирования, testing strategy, test strategy, testing plan, test plan, testing, unit tests, integration \
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
         problem statement, strategy, pitfalls, decisions, implementation note",
    ),
    (
        Role::Context,
        Has,
        "arquitetura, arquitectura, architektur, архитектура, visão geral, visión general, überblick, обзор, \
         riscos, riesgos, risiken, risques, риски, decisões, decisiones, contexto, contexte, kontext, контекст, \
         resumo, resumen, zusammenfassung, estrutura de pastas, referências, referencias, benefits, advantages, \
         ventajas, beneficios, vantagens, benefícios, avantages, vorteile, преимущества",
    ),
    (
        Role::Context,
        Is,
        "ziel, ziele, objetivo, objetivos, objectif, objectifs, цель, цели, hinweise, notizen, notas, remarques, \
         заметки, примечания, purpose, goal, goal description, objective, description, design, stack, tech stack, \
         technical stack, api, api endpoints, endpoints, risk, resources, resource, resources required, \
         resource requirements, note, scope, details, implementation details, why, what, problem, example, \
         examples, rules, ground rules, principles, guidelines, concerns, security, performance, tips, reference, related, coverage, code, pseudocode, \
         infrastructure, team, development team, team members, legend, format, conventions, \
         path conventions, expected, expected output",
    ),
];

/// Names in languages that put no space between words, by what they end with.
pub(in crate::plan) const UNSPACED_NAMES: &[(Role, &str)] = &[
    // A part of the product, and no look at it.
    (Role::Context, "健康检查, 健康檢查, ヘルスチェック, 헬스체크"),
    (Role::Rollback, "回滚, 回滚方案, 回滚计划, 回滚策略, ロールバック, 롤백, 롤백 계획"),
    (
        Role::Timeline,
        "时间表, 时间线, 时间估算, 预估时间, 预计时间, 預估時間, スケジュール, 見積もり, 工数, 일정, 예상 시간",
    ),
    (Role::OpenQuestions, "待确认问题, 未解决问题, 待定问题, 未解決事項, 未決事項, 미결 사항"),
    (
        Role::Rollout,
        "部署流程, 部署方案, 部署计划, 上线计划, 发布计划, デプロイ手順, リリース計画, 배포 계획",
    ),
    (Role::Manual, "手动测试, 手动验证, 人工验证, 手動テスト, 手動確認, 수동 테스트, 수동 검증"),
    (
        Role::Acceptance,
        "验收标准, 验收条件, 完成标准, 完成条件, 完了条件, 受け入れ基準, 受け入れ条件, 완료 조건, 인수 조건, 완료 기준",
    ),
    (Role::Criteria, "成功标准, 成功指标, 成功基準, 성공 기준"),
    (
        Role::Validation,
        "验证, 驗證, 验证方式, 驗證方式, 验证方法, 驗證方法, 验证步骤, 驗證步驟, 检查, 確認, 确认, 検証, 検証方法, 確認方法, 検証手順, 확인, 검증, 검증 방법",
    ),
    (
        Role::Testing,
        "测试计划, 测试策略, 测试方案, テスト計画, テスト方針, テスト戦略, 테스트 계획, 테스트 전략",
    ),
    (
        Role::Steps,
        "步骤, 步驟, 任务列表, 任务清单, 任務列表, 任务分解, 任务拆分, 实施计划, 实现计划, 实施方案, 实施阶段, 開発計画, \
         手順, 実装計画, 実装タスク, タスク一覧, タスクリスト, 实施顺序, 実施順序, 구현 계획, 구현 단계, 작업 순서, 작업 목록, 작업 계획",
    ),
    (Role::Files, "文件清单, 修改文件, 变更文件, 涉及文件, 変更ファイル, 対象ファイル, 변경 파일, 수정 파일"),
    (
        Role::Context,
        "概述, 概要, 背景, 目标, 目標, 目的, 现状, 现状分析, 风险, 風險, 注意事项, 注意点, リスク, 参考, 备注, 開発背景, \
         개요, 배경, 목표, 목적, 리스크, 참고, 주의사항",
    ),
];

/// Labels whose text only introduces what follows: a list behind it is not about the label.
pub(in crate::plan) const INTRODUCTIONS: &str = "goal, objective, description, overview, summary, purpose, details, \
    approach, what, independent test";

/// What a criterion says that neither a command nor a person can decide.
pub(in crate::plan) const VAGUE: &str = "works well, works correctly, works properly, works as expected, works fine, \
    everything works, looks good, is good, all good, no issues, no problems, is clean, is robust, \
    is intuitive, is easy to use, user friendly, high quality, good quality, production ready, \
    best practices, as needed, as appropriate, is fast, performs well";

/// Words at the start of a title of a step that looks whether something holds.
pub(in crate::plan) const VERIFYING_STARTS: &str = "verify, validate, check, lint, verification, validation, \
    verificar, verificación, comprobar, vérifier, vérification, prüfen, überprüfen, überprüfung, проверить, \
    проверка, 验证, 驗證, 确认, 検証, 確認, 검증, 확인";

/// The nouns of a name under which commands validate.
pub(in crate::plan) const LOOKS: &str = "verification, validation, checks, smoke test, smoke tests, verificación, validación, verificação, \
    validação, vérification, überprüfung, verifizierung, prüfung, проверка, 验证, 驗證, 検証, 動作確認, 검증";

/// Words at its end.
pub(in crate::plan) const VERIFYING_ENDS: &str = "check, checks, verification";

/// Words for how far an entry is, by the mark that they stand for.
pub(in crate::plan) const STATES: &[(char, &str)] = &[
    (
        ' ',
        "pending, todo, to do, open, not started, not done, planned, backlog, new, next, waiting, queued, ready, no, \
         pendiente, offen, à faire, не начато, 待办, 未开始, 未着手, 대기, ⬜, ☐, 🔲, 📋, ⭕, ⚪",
    ),
    (
        '~',
        "in progress, doing, wip, started, active, ongoing, underway, en curso, in arbeit, en cours, в работе, \
         进行中, 進行中, 진행중, 🔄, 🚧, ⏳, 🟡, 🔵",
    ),
    (
        'x',
        "completed, complete, done, finished, closed, merged, shipped, implemented, resolved, delivered, released, yes, x, completado, hecho, erledigt, fertig, \
         terminé, готово, 已完成, 完成, 完了, 완료, ✅, ✔, ☑, 🟢, ✓",
    ),
    (
        '-',
        "cancelled, canceled, skipped, blocked, deferred, obsolete, superseded, postponed, dropped, on hold, n/a, \
         removed, ❌, ⏸, 🔴",
    ),
];

/// Names under which boxes are another plan's, or nobody's yet.
pub(in crate::plan) const LATER: &str = "future, later, out of scope, backlog, nice to have, next steps, follow up, follow ups, not doing, \
    non goals, post launch, post implementation, someday, optional, stretch, icebox, wishlist, parking lot, deferred, \
    example, template, legend, notes, références, próximos pasos, nächste schritte, 今后, 后续, 今後";

/// Names of fields that say who does a step, when, and how much it is.
pub(in crate::plan) const METADATA: &str = "owner, owners, assignee, assignees, assigned to, responsible, lead, \
    reviewer, reviewers, author, team, priority, severity, urgency, risk, risk level, complexity, \
    difficulty, confidence, impact, value, size, points, story points, effort, estimate, estimated effort, \
    estimated time, time, duration, cost, budget, due, due date, deadline, start, start date, end date, \
    date, created, updated, last updated, started, completed, status, state, type, kind, category, area, \
    component, components, labels, label, tags, tag, branch, branch name, milestone, epic, sprint, ticket, executor, executed by, performed by, \
    issue, pr, id, task id, version, target, parallel, wave, requirements, story, prioridad, responsable, \
    estimación, estado, prioridade, responsável, estimativa, priorité, responsable, priorität, \
    verantwortlich, aufwand, приоритет, ответственный, статус, срок, 优先级, 负责人, 状态, 预计时间, 估时, 工时, 工作量, 優先度, 担当, 担当者, \
    状態, 工数, 우선순위, 담당, 담당자, 상태, 예상 시간";

/// What a field says that names no step on purpose.
pub(in crate::plan) const NO_DEPENDENCIES: &str = "none, n/a, no, nothing, no dependencies, keine, ninguna, ninguno, nenhuma, \
    nenhum, aucune, aucun, нет, 无, 無, なし, 없음";

/// Parts of a product that a heading among steps may be called by.
pub(in crate::plan) const PARTS: &str = "api, apis, api endpoints, endpoints, ui, security, performance, \
    infrastructure, design, code, team, modules, file, files, data model, data models, architecture";

/// Words before a number that count what is not done one after the other.
pub(in crate::plan) const ALTERNATIVE_WORDS: &str = "option, alternative, approach, variant, solution, strategy, \
    risk, question, decision, note, example, appendix, figure, table, scenario, problem, finding, issue, \
    level, layer, tier, case, principle, rule, goal, requirement, section, chapter, version, question, \
    anexo, riesgo, опция, 方案, 选项, 风险, 问题";

/// Names of columns, and what stands under them.
pub(in crate::plan) const COLUMNS: &[(Column, &str)] = &[
    (
        Column::Task,
        "task, tasks, step, steps, todo, work, work item, action, action item, story, ticket, tarea, paso, aufgabe, \
         schritt, tâche, задача, шаг, 任务, 步骤, タスク, 작업, task name, task description, phase",
    ),
    (Column::Name, "title, name, item, description, what, summary, deliverable, feature, 内容, 说明, 名称"),
    (Column::Id, "id, no, nr, number, task id, step id, ticket id, key, ref"),
    (
        Column::State,
        "status, state, done, progress, completed, complete, estado, stand, statut, статус, 状态, 状態, 상태",
    ),
    (Column::Needs, "depends on, dependencies, dependency, depends, blocked by, requires, after, needs"),
    (
        Column::Owner,
        "owner, owners, assignee, assignees, assigned to, responsible, who, executor, performed by, responsable, verantwortlich, ответственный, 负责人, 担当, 担当者, 담당, 담당자",
    ),
    (Column::Files, "file, files, location, path, paths, target"),
    (
        Column::Validation,
        "validation, verification, verify, check, checks, how to verify, test command, command, gate",
    ),
];

/// Names under which a whole file is a list of steps.
pub(in crate::plan) const LIST_TITLES: &str = "todo, todos, to do, to do list, todo list, tasks, task list, roadmap, \
    project roadmap, product roadmap, hoja de ruta, feuille de route, 路线图, ロードマップ";

/// The same, where the name begins or ends with one of these.
pub(in crate::plan) const LIST_MARKS: &str = "todo, todos, to do list, todo list";

/// Words before a number that make a heading a unit of work.
pub(in crate::plan) const STEP_KEYWORDS: &str = "step, task, iteration, story, ticket, item, todo, pr, paso, tarea, \
    schritt, aufgabe, étape, tâche, passo, tarefa, task group, work item, work package, bước, nhiệm vụ, \
    langkah, krok, stap, taak, steg, adım, görev, шаг, задача, 步骤, 步驟, 任务, 任務, ステップ, タスク, 작업";

/// Those among them that number instructions for a reader as often as work.
pub(in crate::plan) const INSTRUCTION_KEYWORDS: &str = "step, paso, schritt, étape, passo, bước, langkah, krok, stap, steg, adım, \
    шаг, 步骤, 步驟, ステップ";

/// Letters of codes that make a heading a unit of work: `TASK-001`, `WI-3`.
pub(in crate::plan) const STEP_CODES: &str =
    "t, task, step, wi, pr, ticket, item, story, todo, bug, fix, feat, dev, work";

/// Words for units that are counted: `第一步`, `2단계`.
pub(in crate::plan) const COUNTED_STEPS: &str = "步, 步骤, 步驟, 任务, 項, 项";

/// The same for units that may hold others.
pub(in crate::plan) const COUNTED_GROUPS: &str = "阶段, 階段, 部分, 周, 天, 期, 章, フェーズ, 단계, 주차, 부";

/// Words before a number that make a heading a unit of work which may hold others.
pub(in crate::plan) const GROUP_KEYWORDS: &str = "phase, milestone, stage, sprint, epic, week, day, part, chunk, \
    track, wave, batch, workstream, fase, etapa, semana, woche, semaine, giai đoạn, tuần, ngày, tahap, \
    aşama, etap, этап, спринт, неделя, фаза, 阶段, 階段, フェーズ, 단계, slice, increment, feature, priority";
