//! Tells what only a person can do or confirm, by the words of a title, a box or a sentence.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::acts::{ACTS, AFTERWARDS, Act, BEFORE, CONSOLES, HOSTS, KEPT, LOCAL, PARTS, PROVIDED, PROVIDERS};
use super::phrases::Phrases;
use super::sentences::AUTHORS;
use super::{has_words, spoken};
use crate::plan::code_span::{code_spans, end_of};

/// Words in brackets, or before a colon, that give a step or a box to a person.
const MARKS: &str = "human, humans, manual, manually, operator, operator only, human only, person, by hand, manual step, hitl, \
    human in the loop, requires human, needs human, user action, manuell, 人工, 手动, 手動, 수동";

/// What is a person's, whatever is written about it.
const SURE: &str = "operator only, human only, humans only, by a human, do not run this yourself, do not run it \
    yourself, don t run this yourself, do not do it yourself, do not do this yourself, do not automate, cloud console, \
    admin console, developer console, developer portal, app store connect, play console, search console, on a real device, on real devices, on a real phone, on a \
    physical device, on physical devices, real hardware, real wallet, user acceptance, uat, sign off, signs off, \
    signed off, signoff, get approval, obtain approval, approval from, approval by, approved by, stakeholder approval, \
    stakeholder review, dns record, dns records, publish authority, owner authority, user manual verification, force push, \
    history rewrite, rewrite the history, rewritten history, human approval, human approved, freigabe durch, freigabe von, abnahme durch, auf produktion ausrollen, in produktion ausrollen, auf produktion \
    deployen, in produktion deployen, auf einem echten gerät, auf echter hardware, en un dispositivo real, en \
    dispositivos reales, aprobación del cliente, visto bueno del, desplegar a producción, despliegue a producción, \
    despliegue en producción, subir a producción, sur un vrai appareil, sur un appareil réel, validation par le client, \
    déploiement en production, mise en production, em um dispositivo real, aprovação do cliente, implantar em produção, \
    deploy em produção, на реальном устройстве, на прод, в продакшен, согласование с";

/// What a person does, unless the words are about writing something.
const BY_HAND: &str = "manual test, manual tests, manual testing, manual verification, manual check, manual review, manual qa, \
    manual smoke, manual smoke test, manual walkthrough, manual acceptance, manual end to end, manual e2e, manual \
    validation, tested manually, verified manually, checked manually, human review, user testing, usability testing, \
    gather feedback, peer review, review with, demo to, demo with, visual verification, visual inspection, visual check, \
    deploy to production, deploy to prod, release to production, app store review, test manuel, tests manuels, manueller test, \
    manuelle prüfung, manuell verifiziert, prueba manual, verificación manual, revisión manual, pruebas manuales, teste manual, \
    testes manuais, verificação manual, validação manual, test manuale, verifica manuale, vérification manuelle, validation \
    manuelle, manuelle tests, manuelles testen, sichtprüfung, handmatige test, test ręczny, testy ręczne, ręczna weryfikacja, \
    manuel test, ручная проверка, ручное тестирование, ручной тест, kiểm tra thủ công, kiểm thử thủ công, uji manual, \
    pengujian manual";

/// How a person does it: `Run it manually`.
const ADVERBS: &str = "manually, manuell, von hand, manualmente, a mano, manuellement, à la main, ręcznie, handmatig, вручную, \
    thủ công";

/// Before such a word: somebody is able to, or it is no longer so.
const ABLE: &str = "can, could, may, allow, allows, allowing, let, lets, user, users, without, never, no longer, instead of, not, \
    than, if, when, before, until";

/// The same of one line of work; a heading may name it among other things.
const HANDS_ON: &str = "live verification, live smoke, gui smoke, real card, real credit card, real money, real payment, real account, \
    real accounts, real credentials, real inbox, live keys, production keys, production secrets, provider credentials, \
    real token, real tokens, real jwt, key rotation, secret rotation, credential rotation, visually verify, visually \
    confirm, visually check, visually inspect, by eye, exploratory testing, beta testers, \
    collect user feedback, gather user feedback, feedback collection, feedback from users";

/// The same in languages that put no space between words.
const UNSPACED: &str = "手动测试, 手动验证, 手动确认, 人工测试, 人工验证, 人工确认, 真机, 手動テスト, 手動確認, 手動測試, 手動驗證, 実機, \
    目視確認, 部署到, 发布到, 上线到, へデプロイ, にデプロイ, へ push, に公開する, 에 배포, 수동 테스트, 수동 검증, 실기기, 部署到生产, 部署到线上, 发布到生产, 生产环境部署, 人审批, 审批通过, \
    本番環境にデプロイ, 本番へデプロイ, 本番デプロイ, 承認を得, 承認をもら, 프로덕션에 배포, 운영 서버에 배포, 승인을 받";

static SURELY: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(SURE));

static HANDS: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(HANDS_ON));

static MANUALLY: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(BY_HAND));

/// Only a person can do or confirm what a text of one line says.
pub(in crate::plan) fn is_for_a_person(text: &str) -> bool {
    let said = spoken(text);
    is_named_for_a_person(text)
        || (!writes(text) && (HANDS.any_within(&said) || is_done_by_hand(&said)))
        || ADVERBS.split(", ").any(|adverb| said.ends_with(adverb) && is_done_by_hand(&said))
        || is_at_a_provider(&said)
        || acts_outside(text)
}

/// A heading gives what stands under it to a person.
pub(in crate::plan) fn is_named_for_a_person(title: &str) -> bool {
    let title = &without_identifiers(title);
    let said = spoken(title);
    is_marked(title)
        || SURELY.any_within(&said)
        || (!writes(title) && MANUALLY.any_within(&said))
        || (!title.is_ascii() && UNSPACED.split(", ").any(|phrase| title.contains(phrase)))
}

/// `Run it manually`, but no `manually written test`, and nothing that users can do so.
fn is_done_by_hand(said: &str) -> bool {
    let of_hand = |adverb: &str| {
        said.match_indices(adverb).any(|(at, _)| {
            let (before, behind) = (&said[..at], &said[at + adverb.len()..]);
            let whole = (before.is_empty() || before.ends_with(' '))
                && (behind.is_empty() || behind.starts_with(' '));
            let next = behind.trim_start().split(' ').next().unwrap_or_default();
            let described = next == "written" || (next.len() > 4 && next.ends_with("ed"));
            whole && !described && !ABLE.split(", ").any(|word| has_words(before, word))
        })
    };
    ADVERBS.split(", ").any(of_hand)
}

/// A text is about making something.
pub(in crate::plan) fn writes(text: &str) -> bool {
    let said = spoken(text);
    let mut words = said.split(' ').skip_while(|word| word.chars().any(|c| c.is_ascii_digit()));
    let first = words.next().unwrap_or_default();
    let ships = ["deploy", "publish", "release", "push"].contains(&first);
    !ships && is_of(AUTHORS, first)
}

fn is_of(list: &'static str, word: &str) -> bool {
    list.split(", ").any(|one| one == word)
}

/// `in the Stripe dashboard`, `the key in the console`, `the secret in Vercel`.
fn is_at_a_provider(said: &str) -> bool {
    let consoles = || CONSOLES.split(", ").filter(|console| has_words(said, console));
    let of_provider = |console: &str| {
        PROVIDERS.split(", ").any(|provider| has_words(said, &format!("{provider} {console}")))
    };
    let kept = || KEPT.split(", ").any(|thing| has_words(said, thing));
    let place = || ["in the console", "in the dashboard"].iter().any(|place| has_words(said, place));
    let sets = || HOSTS.split(", ").any(|host| has_words(said, host));
    consoles().any(of_provider) || ((place() || sets()) && kept())
}

/// A clause begins with a verb that acts on something outside: `Deploy it`, `Build and deploy it`.
fn acts_outside(text: &str) -> bool {
    // A full stop inside a word ends no sentence.
    let plain = without_code(text).replace(". ", "; ");
    let clauses = plain.split([',', ';', ':', '(', ')', '—', '–']).map(spoken);
    let mut first: Option<String> = None;
    let mut clauses = clauses.peekable();
    while let Some(clause) = clauses.next() {
        if first.is_none() && clauses.peek().is_some() && is_afterwards(&clause) {
            return true;
        }
        let mut rest = clause.as_str();
        while let Some((_, behind)) = rest.split_once(' ').filter(|(word, _)| is_label(word)) {
            rest = behind;
        }
        if rest.is_empty() || (is_label(rest) && !rest.contains(' ')) {
            continue;
        }
        let begins = first.get_or_insert_with(|| rest.split(' ').next().unwrap_or_default().to_owned());
        let goes_on = is_of(BEFORE, begins);
        let own = rest.starts_with(begins.as_str());
        // What a task writes is not what it does.
        let writes = !goes_on && is_of(AUTHORS, begins);
        if own && is_launch(rest) {
            return true;
        }
        if (own || !writes) && is_act(rest, own || goes_on || rest.contains(' ')) {
            return true;
        }
        let joined = [" and ", " then ", " und ", " y ", " et "];
        let parts = joined.iter().flat_map(|word| rest.match_indices(word).map(|(at, word)| at + word.len()));
        if !writes && parts.map(|at| &rest[at..]).any(|part| is_act(part, goes_on || part.contains(' '))) {
            return true;
        }
    }
    false
}

/// `Production system deployment`, `Release to production`: what is brought to its users.
fn is_launch(clause: &str) -> bool {
    let last = clause.rsplit(' ').next().unwrap_or_default();
    let place = ["production", "prod", "live"].iter().any(|place| has_words(clause, place));
    clause.split(' ').count() <= 4
        && place
        && is_of("deployment, rollout, launch, release, cutover, go-live", last)
        && !is_of(AUTHORS, clause.split(' ').next().unwrap_or_default())
}

/// `After the release`, `Once it is live`.
fn is_afterwards(clause: &str) -> bool {
    let begins = ["after ", "once ", "post "].iter().any(|word| clause.starts_with(word));
    begins
        && clause.split(' ').count() <= 6
        && clause.rsplit(' ').next().is_some_and(|last| is_of(AFTERWARDS, last))
}

/// The number, the word or the adverb that a task begins with: `Step 4`, `T1`, `Final`.
fn is_label(word: &str) -> bool {
    let adverbs = "step, task, phase, final, finally, then, now, also, only, once, next, item";
    is_of(adverbs, word) || word.len() == 1 || word.chars().any(|c| c.is_ascii_digit())
}

/// A clause begins with an act; a verb that stands alone counts only where something leads up to it.
fn is_act(clause: &str, alone_counts: bool) -> bool {
    let local = || LOCAL.split(", ").any(|place| has_words(clause, place));
    let begins = |act: &Act| {
        act.verbs.split(", ").any(|verb| {
            let behind = clause.strip_prefix(verb).filter(|rest| rest.is_empty() || rest.starts_with(' '));
            behind.is_some_and(|rest| {
                (alone_counts || !rest.is_empty()) && is_done_to(rest.trim_start(), act.to)
            })
        })
    };
    ACTS.iter().any(begins) && !local()
}

/// What stands behind a verb is what it is done to, and no part of the product: `publish the release`, no `release lock`.
fn is_done_to(behind: &str, to: &'static str) -> bool {
    let next = behind.split(' ').next().unwrap_or_default();
    if behind.is_empty() {
        return to.is_empty() || is_of(to, "#alone");
    }
    if is_of(PARTS, next) {
        return false;
    }
    let is_version = |word: &str| {
        word.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let numbered = || {
        let mut words = behind.split(' ').take(2);
        words.all(|word| word.starts_with(|c: char| c.is_ascii_digit())) || behind.split(' ').any(is_version)
    };
    let holds = |thing: &'static str| {
        behind.match_indices(thing).any(|(at, _)| {
            let starts = at == 0 || behind[..at].ends_with(' ');
            let rest = &behind[at + thing.len()..];
            let next = rest.trim_start().split(' ').next().unwrap_or_default();
            starts && (rest.is_empty() || rest.starts_with(' ')) && !is_of(PARTS, next)
        })
    };
    let provided = || {
        let words = behind.split(' ').zip(behind.split(' ').skip(1));
        words.into_iter().any(|(one, other)| is_of(PROVIDERS, one) && is_of(PROVIDED, other))
    };
    to.is_empty()
        || to.split(", ").any(|thing| match thing {
            "#version" => numbered(),
            "#provided" => provided(),
            thing => holds(thing),
        })
}

/// The text without the names of variables and fields in it: `` `needs_human_review` `` asks for nobody.
fn without_identifiers(text: &str) -> Cow<'_, str> {
    let is_name = |span: &str| span.contains('_') && span.chars().all(|c| c.is_alphanumeric() || c == '_');
    let mut plain = Cow::Borrowed(text);
    for (_, span) in code_spans(text).filter(|(_, span)| is_name(span)) {
        plain = Cow::Owned(plain.replace(span, "code"));
    }
    plain
}

/// The text with a word in the place of each code span, for a branch another one than for the rest.
fn without_code(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut from = 0;
    for (at, span) in code_spans(text) {
        let branch = ["main", "master", "develop"].contains(&span)
            || (span.contains('/') && !span.contains(['.', ' ']));
        plain.push_str(&text[from.min(at)..at]);
        plain.push_str(if branch { " branchspan " } else { " codespan " });
        let end = end_of(text, span);
        from = end + text[end..].len() - text[end..].trim_start().trim_start_matches('`').len();
    }
    plain.push_str(&text[from..]);
    plain
}

/// A text says to whoever reads it that somebody else has to do this.
pub(in crate::plan) fn forbids_the_agent(text: &str) -> bool {
    let said = spoken(text);
    let phrases = "do not run this yourself, do not run it yourself, don t run this yourself, don t run it yourself, do \
        not do it yourself, do not do this yourself, don t do this yourself, a human with access, the operator does, \
        must be done by a human, has to be done by a human, must be run by a human";
    phrases.split(", ").any(|phrase| has_words(&said, phrase))
}

/// What a field about a step says of who does it: `Owner: human`, `Type: manual check`, `Who: founder + legal`.
pub(in crate::plan) fn names_a_person(value: &str) -> bool {
    // What people do whose work is not in the repository; an engineer's is what the agent is there for.
    const OFFICES: &str = "founder, founders, co founder, ceo, coo, user, client, customer, legal, lawyer, counsel, marketing, sales, finance, \
        hr, management, stakeholder, stakeholders, sponsor, reviewer, approver, board, gründer, kunde, fundador, cliente, фаундер, заказчик";
    let value = value.split('(').next().unwrap_or_default();
    let mut all = value.split(['+', '/', ',', '&']).peekable();
    all.peek().is_some() && all.all(|one| is_mark(one) || is_of(OFFICES, spoken(one).trim()))
}

/// `human`, `operator-gated`, `manual check`, but nothing that is `human-readable`.
fn is_mark(text: &str) -> bool {
    const BEHIND: &str = "only, gated, gate, required, needed, step, task, action, approval, approved, review, check, confirmation, test, \
        testing, qa, verification, work";
    let said = spoken(text);
    let marked = |mark: &str| {
        let behind = said.strip_prefix(mark).filter(|rest| rest.is_empty() || rest.starts_with(' '));
        behind.is_some_and(|rest| rest.split_whitespace().all(|word| is_of(BEHIND, word)))
    };
    MARKS.split(", ").any(marked)
}

/// `[HUMAN] Rotate the keys`, `Human: rotate the keys`, `Rotate the keys (manual)`.
fn is_marked(text: &str) -> bool {
    let is_mark = |inner: &str| inner.split([';', ',', '/']).any(is_mark);
    let before_colon = text.split_once(':').is_some_and(|(name, _)| is_mark(name));
    let mut brackets = text.match_indices(['[', '(', '（', '【']);
    before_colon
        || brackets.any(|(at, open)| {
            let inner = &text[at + open.len()..];
            inner.find([']', ')', '）', '】']).is_some_and(|end| is_mark(&inner[..end]))
        })
}

#[cfg(test)]
mod tests;
