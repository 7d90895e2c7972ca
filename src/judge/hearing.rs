//! The answers of one hearing: what a judge said of each item, and what was made of it. Pure.

use super::QuestionItem;
use super::answer::{self, JudgeAnswer};
use crate::facts::{Judgement, Ruling};

/// How often an answer about one item may be void.
const VOID: u32 = 2;

pub(super) struct Hearing<'a> {
    items: &'a [QuestionItem],
    commands: Vec<&'a str>,
    answers: Vec<Option<Judgement>>,
    voids: Vec<u32>,
}

impl<'a> Hearing<'a> {
    pub(super) fn new(items: &'a [QuestionItem], commands: Vec<&'a str>) -> Self {
        let count = items.len();
        Self { items, commands, answers: vec![None; count], voids: vec![0; count] }
    }

    pub(super) fn is_open(&self) -> bool {
        self.answers.iter().any(Option::is_none)
    }

    /// Keeps an answer whose citation was found. The first counts: a judge does not take it back.
    /// Gives what the judge is told.
    pub(super) fn take(&mut self, answer: &JudgeAnswer, looked: Result<(), String>) -> String {
        let place = answer.item;
        if self.answers[place].is_some() {
            return format!("{} {} is answered already", self.items[place].about.say(), place + 1);
        }
        match looked {
            Ok(()) => {
                let citation = answer.cited.as_ref().map(|cited| answer::found(cited, &self.commands));
                self.answers[place] = Some(Judgement {
                    citation,
                    ..self.judgement(place, answer.ruling, answer.reason.clone())
                });
                "noted".to_owned()
            }
            Err(problem) => {
                self.voids[place] += 1;
                if self.voids[place] > VOID {
                    let reason = format!("what the judge cited is not there: {problem}");
                    self.answers[place] = Some(self.judgement(place, Ruling::CannotTell, reason));
                }
                format!(
                    "this answer does not count: {problem}. Read the place and cite it exactly, or answer cannot_tell"
                )
            }
        }
    }

    fn judgement(&self, place: usize, ruling: Ruling, reason: String) -> Judgement {
        let QuestionItem { about: item, text } = self.items[place].clone();
        Judgement { item, text, ruling, reason, citation: None }
    }

    /// What is not answered cannot be decided.
    pub(super) fn close(mut self, reason: &str) -> Vec<Judgement> {
        let answers = std::mem::take(&mut self.answers).into_iter().enumerate();
        let open = |place| self.judgement(place, Ruling::CannotTell, reason.to_owned());
        answers.map(|(place, answer)| answer.unwrap_or_else(|| open(place))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::CitedPlace;
    use super::*;
    use crate::facts::{Citation, JudgedItem};

    fn items() -> Vec<QuestionItem> {
        let item = |about, text: &str| QuestionItem { about, text: text.to_owned() };
        vec![
            item(JudgedItem::Criterion(1.into()), "It is friendly"),
            item(JudgedItem::Task(3.into()), "Make it short"),
        ]
    }

    fn answer(item: usize, ruling: Ruling, cited: Option<CitedPlace>) -> JudgeAnswer {
        JudgeAnswer { item, ruling, reason: "read it".into(), cited }
    }

    fn judgement(place: usize, ruling: Ruling, reason: &str, citation: Option<Citation>) -> Judgement {
        let QuestionItem { about: item, text } = items().remove(place);
        Judgement { item, text, ruling, reason: reason.into(), citation }
    }

    #[test]
    fn the_first_answer_that_is_shown_counts() {
        let items = items();
        let mut hearing = Hearing::new(&items, vec!["wc -w greeting.txt"]);
        let file = CitedPlace::File { path: "greeting.txt".into(), line: 1, quote: "Dear".into() };
        let output = CitedPlace::Output { command: 0, quote: "3 greeting.txt".into() };
        assert_eq!(hearing.take(&answer(0, Ruling::Fail, Some(file)), Ok(())), "noted");
        assert!(hearing.is_open());
        assert_eq!(hearing.take(&answer(0, Ruling::Pass, None), Ok(())), "criterion 1 is answered already");
        assert_eq!(hearing.take(&answer(1, Ruling::Pass, Some(output)), Ok(())), "noted");
        assert!(!hearing.is_open());
        let file = Citation::File { path: "greeting.txt".into(), line: 1, quote: "Dear".into() };
        let output =
            Citation::Output { command: "wc -w greeting.txt".into(), quote: "3 greeting.txt".into() };
        let expected = [
            judgement(0, Ruling::Fail, "read it", Some(file)),
            judgement(1, Ruling::Pass, "read it", Some(output)),
        ];
        assert_eq!(hearing.close("the judge reached its limit"), expected);
    }

    #[test]
    fn what_is_cited_wrongly_too_often_or_never_answered_cannot_be_told() {
        let items = items();
        let mut hearing = Hearing::new(&items, Vec::new());
        for number in 1..=3 {
            let told = hearing.take(&answer(1, Ruling::Pass, None), Err(format!("no such file {number}")));
            let expected = format!(
                "this answer does not count: no such file {number}. Read the place and cite it exactly, or answer cannot_tell"
            );
            assert_eq!(told, expected);
        }
        assert_eq!(hearing.take(&answer(1, Ruling::Pass, None), Ok(())), "task 2 is answered already");
        let void = "what the judge cited is not there: no such file 3";
        let expected = [
            judgement(0, Ruling::CannotTell, "the judge did not answer", None),
            judgement(1, Ruling::CannotTell, void, None),
        ];
        assert_eq!(hearing.close("the judge did not answer"), expected);
    }
}
