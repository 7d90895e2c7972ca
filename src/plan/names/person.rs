//! Tells what only a person can do or confirm, by the words of a title, a box or a sentence.

use std::sync::LazyLock;

use super::phrases::Phrases;
use super::sentences::AUTHORS;
use super::spoken;

/// Words in brackets, or before a colon, that give a step or a box to a person.
const MARKS: &str = "human, humans, manual, manually, operator, operator only, human only, person, by hand, manual step, hitl, \
    human in the loop, requires human, needs human, user action, manuell, 人工, 手动, 手動, 수동";

/// What is a person's, whatever is written about it.
const SURE: &str = "operator only, human only, humans only, by a human, do not run this yourself, do not run it \
    yourself, don t run this yourself, do not do it yourself, do not do this yourself, do not automate, in the console, \
    in the dashboard, supabase dashboard, stripe dashboard, vercel dashboard, aws console, google cloud console, cloud \
    console, admin console, developer console, developer portal, on a real device, on real devices, on a real phone, on a \
    physical device, on physical devices, real hardware, real wallet, user acceptance testing, uat, sign off, signs off, \
    signed off, signoff, get approval, obtain approval, approval from, approval by, approved by, stakeholder approval, \
    stakeholder review, dns record, dns records, publish authority, owner authority, user manual verification, von hand, \
    à la main, a mano, вручную";

/// What a person does, unless the words are about writing something.
const BY_HAND: &str = "manual test, manual tests, manual testing, manual verification, manual check, manual review, manual qa, \
    manual smoke, manual smoke test, manual walkthrough, manual acceptance, manual end to end, manual e2e, manual \
    validation, manually test, manually verify, manually check, manually confirm, manually review, manually validate, \
    manually inspect, manually exercise, manually try, test manually, tested manually, verify manually, verified manually, \
    check manually, checked manually, human review, user testing, usability testing, gather feedback, peer review, \
    review with, demo to, demo with, visual verification, visual inspection, visual check, deploy to production, deploy to \
    prod, production deployment, production deploy, release to production, app store review, test manuel, tests manuels, \
    manuell testen, manuell prüfen, manueller test, manuelle prüfung, manuell verifiziert, prueba manual, pruebas \
    manuales, teste manual, testes manuais";

/// The same in languages that put no space between words.
const UNSPACED: &str = "手动测试, 手动验证, 手动确认, 人工测试, 人工验证, 人工确认, 真机, 手動テスト, 手動確認, 手動測試, 手動驗證, 実機, \
    目視確認, 수동 테스트, 수동 검증, 실기기";

static SURELY: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(SURE));

static MANUALLY: LazyLock<Phrases<()>> = LazyLock::new(|| Phrases::listed(BY_HAND));

/// Only a person can do or confirm what a text of one line says.
pub(in crate::plan) fn is_for_a_person(text: &str) -> bool {
    let said = spoken(text);
    let mut words = said.split(' ').skip_while(|word| word.chars().any(|c| c.is_ascii_digit()));
    let first = words.next().unwrap_or_default();
    let ships = ["deploy", "publish", "release", "push"].contains(&first);
    let writes = !ships && AUTHORS.split(", ").any(|author| author == first);
    is_marked(text)
        || SURELY.any_within(&said)
        || (!writes && MANUALLY.any_within(&said))
        || (!text.is_ascii() && UNSPACED.split(", ").any(|phrase| text.contains(phrase)))
}

/// A text says to whoever reads it that somebody else has to do this.
pub(in crate::plan) fn forbids_the_agent(text: &str) -> bool {
    let said = spoken(text);
    let phrases = "do not run this yourself, do not run it yourself, don t run this yourself, don t run it yourself, do \
        not do it yourself, do not do this yourself, don t do this yourself, a human with access, the operator does, \
        must be done by a human, has to be done by a human, must be run by a human";
    phrases.split(", ").any(|phrase| super::has_words(&said, phrase))
}

/// `[HUMAN] Rotate the keys`, `Human: rotate the keys`, `Rotate the keys (manual)`.
fn is_marked(text: &str) -> bool {
    let is_mark = |inner: &str| {
        let inner = spoken(inner);
        MARKS.split(", ").any(|mark| mark == inner)
    };
    let before_colon = text.split_once(':').is_some_and(|(name, _)| is_mark(name));
    let mut brackets = text.match_indices(['[', '(', '（', '【']);
    before_colon
        || brackets.any(|(at, open)| {
            let inner = &text[at + open.len()..];
            inner.find([']', ')', '）', '】']).is_some_and(|end| is_mark(&inner[..end]))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_does_is_told_from_what_an_agent_does() {
        let by_person = [
            "Manual test of the form",
            "Get sign-off",
            "Approved by Ann",
            "SIGN OFF by QA",
            "[HUMAN] Rewrite the history",
            "Human: rotate the keys",
            "Operator-only: rotate the keys (STOP until confirmed)",
            "Rotate the keys (manual)",
            "T002 Manually test the lamp on a real phone",
            "Manual QA",
            "UAT",
            "Verify the page renders (requires manual testing)",
            "Configure redirect URLs in the Supabase dashboard",
            "Create the key in the console",
            "Try it on a real device",
            "Deploy to production",
            "Add the DNS records for the domain",
            "Test manuel du score",
            "執行完整手動測試",
            "6.4 Visual verification of the fields",
        ];
        let by_agent = [
            "Design the form",
            "Write a manual",
            "Manually written tests stay",
            "Approve nothing",
            "Write a manual test plan",
            "Document the manual testing steps",
            "Make the output human-readable",
            "Add the human: field",
            "Implement the operator precedence",
            "Log to the console",
            "Build the dashboard page",
            "Add a production deployment workflow",
            "Write docs/manual.md (human readable)",
        ];
        let wrong: Vec<_> = by_person.into_iter().filter(|text| !is_for_a_person(text)).collect();
        let given: Vec<_> = by_agent.into_iter().filter(|text| is_for_a_person(text)).collect();
        assert_eq!((wrong, given), (vec![], vec![]));
    }
}
