//! The words of sentences about commands, as data: what asks for a command, and what is expected of it.

/// Right before a command: it is to be run.
pub(in crate::plan) const CALLS: &str = "run, rerun, re-run, running, execute, executing, command, invoke, launch, \
    运行, 执行, 実行, 실행, ausführen, ejecutar, exécuter, executar, запустить, выполнить, запусти";

/// The last word of a clause in languages whose verb comes last: the command before it is to be run.
pub(in crate::plan) const CALLS_BEHIND: &str = "実行, 実行する, 確認, 確認する, 検証, 検証する, チェック, チェックする, テスト, 检查, 测试, 验证, 실행, 실행한다, 확인, 확인한다, 검증, 執行, 执行, \
    ausführen, prüfen";

/// Between what is done and the command that does it.
pub(in crate::plan) const INSTRUMENTS: &str =
    "with, via, using, by, through, mit, con, avec, com, с, 用, 使用, で";

/// The first word of a clause that wants to see whether something holds.
pub(in crate::plan) const ASKS: &str = "verify, verifies, verified, validate, validated, check, checks, checked, confirm, confirmed, \
    ensure, make, see, prove, proven, proved, test, tests, tested, testing, lint, linting, run, running, rerun, \
    re-run, execute, verificar, comprobar, asegurar, vérifier, assurer, prüfen, überprüfen, verifizieren, sicherstellen, kontrollieren, проверить, убедиться, 验证, 确认, 検証, 確認, 확인, 검증";

/// Right behind a command: it succeeds.
pub(in crate::plan) const SUCCEEDS: &str = "pass, passes, passed, passing, succeed, succeeds, succeeded, success, successful, \
    successfully, green, clean, ok, okay, work, works, compile, compiles, build, builds, complete, completes, finish, \
    finishes, exit, exits, run, runs, holds, passt, besteht, durchläuft, durchlaufen, läuft, fehlerfrei, grün, exitoso, exitosa, verde, verdes, pasa, pasan, passa, passam, réussit, réussissent, passe, passent, проходит, 通过, 成功, 通る, 통과, ✓, ✅, ✔";

/// The same behind a name that could be anything else.
pub(in crate::plan) const SURELY_SUCCEEDS: &str = "pass, passes, passed, succeed, succeeds, exit, exits";

/// Right behind a command: how it ends otherwise, or what it prints.
pub(in crate::plan) const ENDS: &str =
    "fails, fail, rejected, refused, crashes, prints, outputs, returns, lists";

/// Phrases that say of a whole sentence that its command succeeds.
pub(in crate::plan) const SUCCESSES: &str = "pass, passes, passing, passed, succeed, succeeds, success, successful, successfully, green, \
    no error, no errors, without error, without errors, 0 errors, zero errors, no failure, no failures, 0 failures, \
    without failures, 0 failed, error free, no warnings, without warnings, 0 warnings, zero warnings, no issues, \
    no problems, returns zero, returns true, ok, clean, compiles, builds";

/// Between two commands: one of them is enough.
pub(in crate::plan) const ALTERNATIVES: &str = "or, oder, ou, o, или, または, もしくは, 或, 或者, 또는";

/// Between parts of one list.
pub(in crate::plan) const JOINERS: &str =
    "and, then, plus, also, und, y, et, e, и, 和, と, 및, finally, next, both, now";

/// Right before code: somebody else runs it, and the sentence tells of that.
pub(in crate::plan) const PRODUCT_RUNS: &str = "runs, calls, invokes, executes, uses, spawns, triggers, starts, issues, sends, launches, \
    fires, emits, wraps, replaces";

/// Before `run`: somebody is able to.
pub(in crate::plan) const ABLE: &str = "can, could, may, might, users, user, they, you, we, would, able, to, developers, anyone, agents, \
    ci, script, hook, job, workflow";

/// Right before code that is a text, and no command.
pub(in crate::plan) const NAMES_A_VALUE: &str = "prints, print, printing, shows, show, showing, outputs, displays, display, displaying, returns, return, \
    returning, says, say, saying, reads, contains, contain, containing, includes, include, including, logs, emits, \
    yields, equals, message, messages, error, text, string, value, header, label, title, key, field, column, named, \
    called, function, class, type, variable, flag, option, status, matching, matches, for, of, adds, add, named, \
    writes, write, creates, create, in, from, into, under, inside, to, on, at, file, folder, directory, module, \
    package, method, endpoint, route, branch, tag, see";

/// Of these, what names a text before a colon.
pub(in crate::plan) const SAYS: &str = "prints, print, shows, outputs, displays, returns, says, reads, contains, logs, emits, yields, \
    message, messages, error, text, string, value, header, label, title, key, named, called";

/// Right behind code: what is told has happened.
pub(in crate::plan) const REPORTS: &str = "reported, passed, printed, returned, showed, succeeded, failed, ran, was, were, exited, completed, \
    produced, gave, found, ended, finished";

/// What begins a task that writes about a command and does not run it.
pub(in crate::plan) const AUTHORS: &str = "add, create, write, document, update, implement, define, replace, rename, change, use, introduce, \
    move, extend, configure, set, remove, drop, delete, install, generate, build, deploy, publish, release, push, \
    start, open, make, extract, refactor, port, migrate, wire, expose, support, handle, describe, mention, list";

/// Right behind a command: it is to fail.
pub(in crate::plan) const FAILS: &str = "fails, fail, failing, must fail, should fail, will fail, expected to fail, non zero, nonzero, with an error, \
    with error, errors out, errors, crashes, is rejected, are rejected, is refused, rejected, refused, no longer works, no longer passes, \
    no longer compiles, no longer builds, no longer runs, failure, red, schlägt fehl, falla, \
    échoue, 失败, 失敗";

/// Right in front of a command: it is not to be run.
pub(in crate::plan) const FORBIDS: &str =
    "never run, never, do not run, don t run, do not use, don t use, remove, drop, delete, instead of, not";

/// Says that something is printed, counted or left: what follows is what is expected.
pub(in crate::plan) const RESULTS: &str = "prints, print, outputs, output, displays, says, shows, show, returns, return, reports, gives, produces, \
    contains, lists, logs, yields, emits, equals, takes, creates, generates, writes, responds, answers, finds, \
    finishes in, completes in, finishes within, completes within, is, are, runs in less, runs in under, names, \
    expected, expect, stays, remains, empty, 输出, 返回, 显示, 出力";

/// Nothing is printed or found.
pub(in crate::plan) const NOTHING: &str = "no output, nothing, empty, no matches, no match, no results, no result, no hits, no hit, none, 0 matches, \
    0 results, 0 hits, 0 occurrences, 0 references, 0 lines, zero matches, zero results, zero hits, zero occurrences, \
    no occurrences, no references, no lines";

/// The same, said of a search alone.
pub(in crate::plan) const ABSENCES: &str = "no, none, zero, nothing, empty, never, not, without, only in";

/// Words that add nothing to a sentence about a command.
pub(in crate::plan) const NEUTRAL: &str = "a, an, the, all, any, each, every, it, its, they, them, this, that, these, those, is, are, be, \
    been, to, of, in, on, for, by, with, without, via, using, and, or, as, at, still, now, then, again, also, both, \
    run, running, rerun, verify, check, confirm, ensure, make, sure, see, test, tests, testing, suite, unit, \
    integration, lint, linter, linting, build, builds, compile, compiles, typecheck, type-check, types, format, \
    formatting, existing, new, pass, passes, passing, passed, succeed, succeeds, success, successfully, green, clean, \
    ok, no, zero, error, errors, warning, warnings, issue, issues, failure, failures, violation, violations, problem, \
    problems, fix, fixing, repair, resolve, correct, found, find, finds, reported, if, must, should, exit, exits, code, \
    0, locally, fully, completely, cleanly, expected, expect, output, result, command, remaining, left, until, when, \
    done, necessary, needed, needs, needed, first, finally, commit, before, after, continuing, moving, proceed, next, \
    everything, works, what, whatever, comes, up, you, we, i.e, e.g, project, code, step, steps, full, whole, entire";
