//! Takes a heading or an item apart: `**Phase 1: Foundation** [Priority: HIGH]` has a label, an id, a title
//! and a field.

use std::borrow::Cow;

use crate::plan::names::code::{CodeForm, split_id};
use crate::plan::names::{self, Keyword};

/// The numerals of ordinals, by their value.
const NUMERALS: &str = "〇一二三四五六七八九十";

/// A heading or the first line of an item, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Title {
    /// As the author wrote it: `Step 1.1`, `T001`; empty if there is none.
    pub label: String,
    /// The word before the number, lower case and singular.
    pub keyword: Option<String>,
    /// What that word makes of it.
    pub unit: Option<Keyword>,
    /// The number: `1.1`, `T001`.
    pub id: Option<String>,
    /// The text behind the label, without decoration.
    pub text: String,
    /// What stood in brackets at the end: `Priority: HIGH`.
    pub fields: Vec<(String, String)>,
}

impl Title {
    /// Takes a heading apart.
    pub(crate) fn parse(text: &str) -> Self {
        let plain = plain(text);
        let (rest, fields) = without_fields(&plain);
        let title =
            Self::labelled(rest).or_else(|| Self::coded(rest)).unwrap_or_else(|| Self::numbered(rest));
        let numbered = title.id.is_some();
        let mut title = Self { fields, ..title };
        while let Some((tag, rest)) = leading_tag(&title.text).filter(|_| numbered) {
            title.fields.push(("tag".to_owned(), tag));
            title.text = rest;
        }
        title
    }

    /// The label, or the title if there is none, as one name.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        match (self.label.is_empty(), self.text.is_empty()) {
            (true, _) => Cow::Borrowed(&self.text),
            (false, true) => Cow::Borrowed(&self.label),
            (false, false) => Cow::Owned(format!("{}: {}", self.label, self.text)),
        }
    }

    /// `Step 1.1: Title`, also behind a section number: `3.1 Phase 1: Title`.
    fn labelled(text: &str) -> Option<Self> {
        let at_start =
            Self::labelled_at_start(text).or_else(|| Self::counted(text)).or_else(|| Self::spelled(text));
        at_start.or_else(|| {
            let (_, rest) = split_number(text)?;
            Self::labelled_at_start(rest)
        })
    }

    /// `第一步：Title`, `第 2 阶段 Title`, `2단계: Title`.
    fn counted(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('第').map(str::trim_start);
        let ordinal = rest.is_some();
        let rest = rest.unwrap_or(text);
        let is_digit = |c: char| c.is_ascii_digit() || (ordinal && NUMERALS.contains(c));
        let number_end = rest.find(|c: char| !is_digit(c)).filter(|end| *end > 0)?;
        let (number, behind) = rest.split_at(number_end);
        let behind = behind.trim_start();
        let word_end = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
        let (word, behind) = behind.split_at(word_end);
        let unit = (!word.is_ascii()).then(|| names::counted(word)).flatten()?;
        Some(Self {
            label: text[..text.len() - behind.len()].to_owned(),
            keyword: Some(word.to_owned()),
            unit: Some(unit),
            id: Some(western(number)),
            text: behind_separator(behind)?.to_owned(),
            fields: Vec::new(),
        })
    }

    /// `阶段一：Title`: the numeral is one word with the word before it.
    fn spelled(text: &str) -> Option<Self> {
        if text.bytes().next().is_none_or(|byte| byte.is_ascii()) {
            return None;
        }
        let (word, behind) = text.split_at(text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len()));
        let keyword = word.trim_end_matches(|c| NUMERALS.contains(c));
        let number = &word[keyword.len()..];
        if number.is_empty() {
            return None;
        }
        let (known, unit) = names::known(keyword)?;
        Some(Self {
            label: word.to_owned(),
            keyword: Some(known.to_owned()),
            unit: Some(unit),
            id: Some(western(number)),
            text: behind_separator(behind)?.to_owned(),
            fields: Vec::new(),
        })
    }

    fn labelled_at_start(text: &str) -> Option<Self> {
        let word_end = keyword_end(text)?;
        let word = &text[..word_end];
        let rest = &text[word_end..];
        let spaced = rest.trim_start_matches([' ', '#']);
        // `第1步`-like forms have no space between word and number.
        let glued = spaced.len() == rest.len();
        if word.is_empty() || (glued && word.is_ascii()) {
            return None;
        }
        let (id, behind) = split_id(spaced, true)?;
        // `Loop 2026-05-04` is a day.
        let title = behind_separator(behind).filter(|_| !is_date(id))?;
        let known = names::known(word);
        // `Phase A` has an id, `Appendix A` has none.
        if known.is_none() && id.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let label_end = text.len() - behind.len();
        Some(Self {
            label: text[..label_end].to_owned(),
            keyword: Some(known.map_or_else(|| names::lower(word).into_owned(), |(word, _)| word.to_owned())),
            unit: known.map(|(_, unit)| unit),
            id: Some(id.to_owned()),
            text: title.to_owned(),
            fields: Vec::new(),
        })
    }

    /// `T001 Title`, `TASK-001: Title`, `[TASK-001] Title`, `` `SP9-T1` Title``, `t1: Title`.
    fn coded(text: &str) -> Option<Self> {
        let quoted = text.strip_prefix('`').and_then(|rest| rest.split_once('`'));
        let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let bare = || text.split_at(text.find([' ', ':']).unwrap_or(text.len()));
        let (code, behind) = quoted.or(bracketed).unwrap_or_else(bare);
        let title = behind_separator(behind);
        let form = CodeForm::of(code)?;
        let fits = match form {
            CodeForm::Paired => true,
            CodeForm::Small => title.is_some(),
            CodeForm::Long | CodeForm::Short => quoted.is_none(),
        };
        fits.then(|| Self {
            label: code.to_owned(),
            unit: form.names_a_step(code).then_some(Keyword::Step),
            id: Some(code.to_owned()),
            text: title.unwrap_or(behind).trim().to_owned(),
            ..Self::default()
        })
    }

    /// `1.1 Title`, `1. Title`, or no number at all.
    fn numbered(text: &str) -> Self {
        let number = split_number(text);
        let id = number.map(|(id, _)| id.to_owned());
        Self { id, text: number.map_or(text, |(_, title)| title).to_owned(), ..Self::default() }
    }
}

/// `2026-05-04`
fn is_date(id: &str) -> bool {
    let mut lengths = id.split('-').map(str::len);
    [lengths.next(), lengths.next(), lengths.next(), lengths.next()] == [Some(4), Some(2), Some(2), None]
}

/// Where the word before a number ends: `Step`, `Sub-task`, `Task Group`.
fn keyword_end(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_alphabetic())?;
    let second = text[end..].strip_prefix([' ', '-']).and_then(|rest| {
        let length = rest.find(|c: char| !c.is_alphabetic()).filter(|length| *length > 0)?;
        Some(end + 1 + length)
    });
    let joined = |second: &usize| {
        let word = &text[..*second];
        names::keyword(word).is_some()
            && names::keyword(&text[end + 1..*second]).is_none_or(|_| word.contains('-'))
    };
    Some(second.filter(joined).unwrap_or(end))
}

/// The short or long name of a commit, as it is put behind what was done.
fn is_commit(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_name = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    (7..=40).contains(&text.len()) && is_name && digits > 0 && digits < text.len()
}

/// `[P]` of `[P] [US1] Title`, and what follows it.
fn leading_tag(title: &str) -> Option<(String, String)> {
    let (tag, rest) = title.strip_prefix('[')?.split_once("] ")?;
    let short = (1..=5).contains(&tag.len());
    let is_tag = short && tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_tag.then(|| (tag.to_owned(), rest.trim_start().to_owned()))
}

/// A number of up to two digits in western ones: `十二` is 12.
fn western(number: &str) -> String {
    if number.is_ascii() {
        return number.to_owned();
    }
    let value = |part: &str| NUMERALS.chars().position(|numeral| part.chars().eq([numeral]));
    let known = match number.split_once('十') {
        None => value(number),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { Some(1) } else { value(tens) };
            let ones = if ones.is_empty() { Some(0) } else { value(ones) };
            tens.zip(ones).map(|(tens, ones)| tens * 10 + ones)
        }
    };
    known.map_or_else(|| number.to_owned(), |value: usize| value.to_string())
}

/// `1.1 Title`, `1. Title`, `1) Title`: the number and the title.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let (id, rest) = split_id(text, false)?;
    let behind = rest.strip_prefix(['.', ')', ':']).unwrap_or(rest);
    let separated = behind.len() < rest.len() || id.contains('.');
    let title = behind.trim_start();
    (separated && title.len() < behind.len() && !title.is_empty()).then_some((id, title))
}

/// What follows a label: nothing, or a separator and a title.
fn behind_separator(text: &str) -> Option<&str> {
    let trimmed = text.trim_start();
    if trimmed.is_empty() || trimmed.starts_with(['(', '[']) {
        return Some(trimmed);
    }
    let rest = trimmed
        .strip_prefix([':', '：', '.', ')', '|', '、', '–', '—', '−', '·'])
        .or_else(|| trimmed.strip_prefix("- ").filter(|_| trimmed.len() < text.len()))?;
    Some(rest.trim_start_matches([' ', '-', ':']).trim_start())
}

/// A text without emphasis marks, status signs and strikethrough.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    match without_marks(text) {
        Cow::Borrowed(text) => Cow::Borrowed(without_decoration(text)),
        Cow::Owned(text) => Cow::Owned(without_decoration(&text).to_owned()),
    }
}

fn without_decoration(text: &str) -> &str {
    let inner = text.trim().trim_end_matches('#').trim_matches(is_decoration);
    inner.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')).unwrap_or(inner)
}

/// Outside code spans, `**`, `__` and `~~` are no text.
fn without_marks(text: &str) -> Cow<'_, str> {
    const MARKS: [&str; 3] = ["**", "__", "~~"];
    if !MARKS.iter().any(|marks| text.contains(marks)) {
        return Cow::Borrowed(text);
    }
    let without = |part: &str| MARKS.iter().fold(part.to_owned(), |part, marks| part.replace(marks, ""));
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(index, part)| if index % 2 == 1 { part.to_owned() } else { without(part) });
    Cow::Owned(parts.collect::<Vec<_>>().join("`"))
}

/// Signs that say something about the state of a heading, or nothing.
fn is_decoration(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{fe0f}' | '\u{200d}' | '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Takes `[Priority: HIGH]` and its like off the end.
fn without_fields(text: &str) -> (&str, Vec<(String, String)>) {
    let mut fields = Vec::new();
    let mut rest = text;
    while let Some((open, close)) =
        [('[', ']'), ('(', ')')].into_iter().find(|(_, close)| rest.ends_with(*close))
    {
        let Some(at) = rest.rfind(open) else { break };
        let inner = &rest[at + 1..rest.len() - close.len_utf8()];
        let (name, value) = match inner.split_once(':') {
            Some(field) => field,
            None if is_commit(inner) => ("commit", inner),
            None => break,
        };
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == ' ');
        if !is_name || value.starts_with("//") || at == 0 {
            break;
        }
        fields.push((name.trim().to_owned(), value.trim().to_owned()));
        rest = rest[..at].trim_end_matches(is_decoration);
    }
    fields.reverse();
    (rest, fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn parts(text: &str) -> (String, String, String) {
        let title = Title::parse(text);
        (title.label, title.id.unwrap_or_default(), title.text)
    }

    #[test]
    fn labels_are_taken_off() {
        let cases = [
            ("Step 1: Do it", ("Step 1", "1", "Do it")),
            ("Step 1.1 – Do it", ("Step 1.1", "1.1", "Do it")),
            ("**Phase 1: Base** [Priority: HIGH]", ("Phase 1", "1", "Base")),
            ("✅ Phase 0 - Base ✅", ("Phase 0", "0", "Base")),
            ("3.1 Phase 1: Base", ("Phase 1", "1", "Base")),
            ("Phase A: Base", ("Phase A", "A", "Base")),
            ("Phase 8.5", ("Phase 8.5", "8.5", "")),
            ("Phase 1 Verification", ("", "", "Phase 1 Verification")),
            ("4. Implementation Steps", ("", "4", "Implementation Steps")),
            ("1.1 Write it", ("", "1.1", "Write it")),
            ("T001 [P] [US1] Write `a.rs`", ("T001", "T001", "Write `a.rs`")),
            ("[TASK-001] Write it", ("TASK-001", "TASK-001", "Write it")),
            ("阶段 1：基础", ("阶段 1", "1", "基础")),
            ("第一步：创建", ("第一步", "1", "创建")),
            ("第十二阶段 - 测试", ("第十二阶段", "12", "测试")),
            ("`SP9-T1` Owner: Ann", ("SP9-T1", "SP9-T1", "Owner: Ann")),
            ("S1-T14 (P0) Saw", ("S1-T14", "S1-T14", "(P0) Saw")),
            ("t12 — Saw", ("t12", "t12", "Saw")),
            ("t2 instances", ("", "", "t2 instances")),
            ("`T1` is small", ("", "", "`T1` is small")),
            ("阶段十二：测试", ("阶段十二", "12", "测试")),
            ("阶段一致性检查", ("", "", "阶段一致性检查")),
            ("周三：测试", ("", "", "周三：测试")),
            ("3단계: 시험", ("3단계", "3", "시험")),
            ("WI-3: Docs", ("WI-3", "WI-3", "Docs")),
            ("Task Group 2: Base", ("Task Group 2", "2", "Base")),
            ("Sub-task 1.2: Base", ("Sub-task 1.2", "1.2", "Base")),
            ("Giai đoạn 1 — Nền", ("Giai đoạn 1", "1", "Nền")),
            ("Task INF1: Base", ("Task INF1", "INF1", "Base")),
            ("W1-GAP-001: Base", ("W1-GAP-001", "W1-GAP-001", "Base")),
            ("SHA-1 is old", ("", "", "SHA-1 is old")),
            ("2026 goals", ("", "", "2026 goals")),
            ("Use `__init__` ~~now~~", ("", "", "Use `__init__` now")),
        ];
        for (text, (label, id, title)) in cases {
            assert_eq!(parts(text), (label.to_owned(), id.to_owned(), title.to_owned()), "{text}");
        }
    }

    #[test]
    fn fields_in_brackets_are_kept() {
        let title = Title::parse("Phase 1: Foundation [Priority: HIGH]");
        assert_eq!(title.fields, [("Priority".to_owned(), "HIGH".to_owned())]);
        assert_eq!(title.name(), "Phase 1: Foundation");
        let commit = Title::parse("Task: Choose a stone [9f8e7d6]");
        assert_eq!((commit.text.as_str(), commit.fields.len()), ("Task: Choose a stone", 1));
        assert_eq!(Title::parse("Dial (5551234567)").text, "Dial (5551234567)");
        let tags = [("tag".to_owned(), "P".to_owned()), ("tag".to_owned(), "US1".to_owned())];
        assert_eq!(Title::parse("T001 [P] [US1] Write").fields, tags);
        assert_eq!(Title::parse("See [a link](https://x.y)").text, "See [a link](https://x.y)");
    }

    #[test]
    fn words_before_a_number_say_what_a_heading_is() {
        let cases = [
            ("Step 1: Saw", Some("step"), Some(Keyword::Step)),
            ("Stories 2: Saw", Some("story"), Some(Keyword::Step)),
            ("Sprint 3: Saw", Some("sprint"), Some(Keyword::Group)),
            ("Option 2: Saw", Some("option"), None),
            ("Fix 2: Saw", Some("fix"), None),
            ("TASK-7: Saw", None, Some(Keyword::Step)),
            ("ADR-12: Saw", None, None),
            ("第二步：锯", Some("步"), Some(Keyword::Step)),
            ("2단계: 시험", Some("단계"), Some(Keyword::Group)),
            ("阶段二：锯", Some("阶段"), Some(Keyword::Group)),
            ("2. Saw", None, None),
        ];
        for (text, keyword, unit) in cases {
            let title = Title::parse(text);
            assert_eq!((title.keyword.as_deref(), title.unit), (keyword, unit), "{text}");
        }
    }

    #[test]
    fn decoration_is_no_text() {
        let cases = [
            ("✅ **Saw** ✅", "Saw"),
            ("*Saw*", "Saw"),
            ("~~Saw~~ `a__b`", "Saw `a__b`"),
            ("## Saw ##", "## Saw"),
            ("🚧 Saw ← here", "Saw ← here"),
            ("", ""),
        ];
        assert_eq!(cases.map(|(text, _)| plain(text).into_owned()), cases.map(|(_, said)| said.to_owned()));
    }
}
