//! Takes a heading or an item apart: `**Phase 1: Foundation** [Priority: HIGH]` has a label, an id, a title
//! and a field.

use std::borrow::Cow;

use crate::plan::names::{self, Keyword};

/// The numerals of ordinals, by their value.
const NUMERALS: &str = "〇一二三四五六七八九十";

/// A heading or the first line of an item, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Title<'text> {
    /// As the author wrote it: `Step 1.1`, `T001`; empty if there is none.
    pub label: Cow<'text, str>,
    /// The word before the number, lower case and singular.
    pub keyword: Option<Cow<'text, str>>,
    /// What that word makes of it.
    pub unit: Option<Keyword>,
    /// The number: `1.1`, `T001`.
    pub id: Option<Cow<'text, str>>,
    /// The text behind the label, without decoration.
    pub title: Cow<'text, str>,
    /// What stood in brackets at the end: `Priority: HIGH`.
    pub fields: Vec<(String, String)>,
}

impl<'text> Title<'text> {
    /// Takes a heading apart.
    pub fn parse(text: &'text str) -> Self {
        match plain(text) {
            Cow::Borrowed(plain) => Self::of(plain),
            Cow::Owned(plain) => Title::of(&plain).into_owned(),
        }
    }

    /// The same, with text of its own.
    pub fn into_owned<'any>(self) -> Title<'any> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Title {
            label: owned(self.label),
            keyword: self.keyword.map(owned),
            unit: self.unit,
            id: self.id.map(owned),
            title: owned(self.title),
            fields: self.fields,
        }
    }

    /// The label, or the title if there is none, as one name.
    pub fn name(&self) -> Cow<'_, str> {
        match (self.label.is_empty(), self.title.is_empty()) {
            (true, _) => Cow::Borrowed(&self.title),
            (false, true) => Cow::Borrowed(&self.label),
            (false, false) => Cow::Owned(format!("{}: {}", self.label, self.title)),
        }
    }

    /// A plain text, taken apart.
    fn of(plain: &'text str) -> Self {
        let (rest, fields) = without_fields(plain);
        let title =
            Self::labelled(rest).or_else(|| Self::coded(rest)).unwrap_or_else(|| Self::numbered(rest));
        let numbered = title.id.is_some();
        let mut title = Self { fields, ..title };
        while let Some((tag, rest)) = leading_tag(&title.title).filter(|_| numbered) {
            title.fields.push(("tag".to_owned(), tag.to_owned()));
            title.title = match title.title {
                Cow::Borrowed(text) => Cow::Borrowed(&text[text.len() - rest..]),
                Cow::Owned(text) => Cow::Owned(text[text.len() - rest..].to_owned()),
            };
        }
        title
    }

    /// `Step 1.1: Title`, also behind a section number: `3.1 Phase 1: Title`.
    fn labelled(text: &'text str) -> Option<Self> {
        let at_start =
            Self::labelled_at_start(text).or_else(|| Self::counted(text)).or_else(|| Self::spelled(text));
        at_start.or_else(|| {
            let (_, rest) = split_number(text)?;
            Self::labelled_at_start(rest)
        })
    }

    /// `第一步：Title`, `第 2 阶段 Title`, `2단계: Title`.
    fn counted(text: &'text str) -> Option<Self> {
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
            label: Cow::Borrowed(&text[..text.len() - behind.len()]),
            keyword: Some(Cow::Borrowed(word)),
            unit: Some(unit),
            id: Some(western(number)),
            title: Cow::Borrowed(behind_separator(behind)?),
            fields: Vec::new(),
        })
    }

    /// `阶段一：Title`: the numeral is one word with the word before it.
    fn spelled(text: &'text str) -> Option<Self> {
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
            label: Cow::Borrowed(word),
            keyword: Some(Cow::Borrowed(known)),
            unit: Some(unit),
            id: Some(western(number)),
            title: Cow::Borrowed(behind_separator(behind)?),
            fields: Vec::new(),
        })
    }

    fn labelled_at_start(text: &'text str) -> Option<Self> {
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
        let title = behind_separator(behind)?;
        let known = names::known(word);
        // `Phase A` has an id, `Appendix A` has none.
        if known.is_none() && id.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        let label_end = text.len() - behind.len();
        Some(Self {
            label: Cow::Borrowed(&text[..label_end]),
            keyword: Some(known.map_or_else(|| names::lower(word), |(word, _)| Cow::Borrowed(word))),
            unit: known.map(|(_, unit)| unit),
            id: Some(Cow::Borrowed(id)),
            title: Cow::Borrowed(title),
            fields: Vec::new(),
        })
    }

    /// `T001 Title`, `TASK-001: Title`, `[TASK-001] Title`, `` `SP9-T1` Title``, `t1: Title`.
    fn coded(text: &'text str) -> Option<Self> {
        let quoted = text.strip_prefix('`').and_then(|rest| rest.split_once('`'));
        let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (code, rest) = match quoted.or(bracketed) {
            Some((code, rest)) => (code, rest),
            None => text.split_at(text.find([' ', ':']).unwrap_or(text.len())),
        };
        if is_paired_code(code) || (is_small_task(code) && behind_separator(rest).is_some()) {
            let last = code.rsplit('-').next().unwrap_or(code).trim_end_matches(|c: char| c.is_ascii_digit());
            return Some(Self {
                label: Cow::Borrowed(code),
                unit: names::codes_a_step(last).then_some(Keyword::Step),
                id: Some(Cow::Borrowed(code)),
                title: Cow::Borrowed(behind_separator(rest).unwrap_or(rest).trim()),
                ..Self::default()
            });
        }
        if quoted.is_some() {
            return None;
        }
        let letters = code.chars().take_while(char::is_ascii_uppercase).count();
        let digits = code[letters..].trim_start_matches('-');
        if letters == 0 || !(digits.starts_with(|c: char| c.is_ascii_digit()) || is_long_code(code)) {
            return None;
        }
        let number = digits.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let is_step = names::codes_a_step(&code[..letters]);
        let is_code = (1..=8).contains(&letters)
            && number.len() >= if is_step { 1 } else { 2 }
            && number.starts_with(|c: char| c.is_ascii_digit())
            && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
        let is_long = is_long_code(code);
        let is_step = is_step || (is_long && code.split('-').any(names::codes_a_step));
        (is_code || is_long).then(|| Self {
            label: Cow::Borrowed(code),
            unit: is_step.then_some(Keyword::Step),
            id: Some(Cow::Borrowed(code)),
            title: Cow::Borrowed(behind_separator(rest).unwrap_or(rest).trim()),
            ..Self::default()
        })
    }

    /// `1.1 Title`, `1. Title`, or no number at all.
    fn numbered(text: &'text str) -> Self {
        let (id, title) = match split_number(text) {
            Some((id, title)) => (Some(Cow::Borrowed(id)), title),
            None => (None, text),
        };
        Self { id, title: Cow::Borrowed(title), ..Self::default() }
    }
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

/// `W1-GAP-001`, `TASK-MCP-019-03`: parts of capitals and digits, a number at the end.
fn is_long_code(code: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let last = code.rsplit('-').next().unwrap_or_default();
    let numbered = (2..=4).contains(&last.len()) && last.bytes().all(|byte| byte.is_ascii_digit());
    numbered && code.len() <= 24 && code.matches('-').count() > 1 && code.split('-').all(is_part)
}

/// `S1-T14`, `M1-18`: capitals and digits before the dash, and behind it.
pub fn is_paired_code(code: &str) -> bool {
    let is_part = |part: &str, letters: std::ops::RangeInclusive<usize>, digits: usize| {
        let number = part.trim_start_matches(|c: char| c.is_ascii_uppercase());
        letters.contains(&(part.len() - number.len()))
            && (1..=digits).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    code.split_once('-').is_some_and(|(first, second)| is_part(first, 1..=4, 5) && is_part(second, 0..=4, 3))
}

/// `t1`
pub fn is_small_task(code: &str) -> bool {
    let number = code.strip_prefix('t').unwrap_or_default();
    (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// `[P]` of `[P] [US1] Title`, and how many bytes follow it.
fn leading_tag(title: &str) -> Option<(&str, usize)> {
    let (tag, rest) = title.strip_prefix('[')?.split_once("] ")?;
    let short = (1..=5).contains(&tag.len());
    let is_tag = short && tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_tag.then(|| (tag, rest.trim_start().len()))
}

/// A number of up to two digits in western ones: `十二` is 12.
fn western(number: &str) -> Cow<'_, str> {
    if number.is_ascii() {
        return Cow::Borrowed(number);
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
    known.map_or(Cow::Borrowed(number), |value| Cow::Owned(value.to_string()))
}

/// `1.1 Title`, `1. Title`, `1) Title`: the number and the title.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let (id, rest) = split_id(text, false)?;
    let behind = rest.strip_prefix(['.', ')', ':']).unwrap_or(rest);
    let separated = behind.len() < rest.len() || id.contains('.');
    let title = behind.trim_start();
    (separated && title.len() < behind.len() && !title.is_empty()).then_some((id, title))
}

/// The id at the start of a text: `1.2`, `-1`, `3b`, `3-20`; behind a known keyword also `A`.
pub fn split_id(text: &str, letters: bool) -> Option<(&str, &str)> {
    let sign = usize::from(text.starts_with('-'));
    let mut end = sign;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        let digit_follows = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let inside = end > sign && matches!(byte, b'.' | b'-') && digit_follows;
        if !byte.is_ascii_digit() && !inside {
            break;
        }
        end += 1;
    }
    if end > sign {
        let suffix = bytes.get(end).is_some_and(u8::is_ascii_alphabetic)
            && !bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
        return Some(text.split_at(end + usize::from(suffix)));
    }
    if let Some(end) = code_end(text).filter(|_| letters) {
        return Some(text.split_at(end));
    }
    let letter = bytes.first().is_some_and(u8::is_ascii_uppercase);
    let alone = !text.chars().nth(1).is_some_and(char::is_alphanumeric);
    (letters && letter && alone).then(|| text.split_at(1))
}

/// Where a code of capitals and digits ends: `INF1`, `P0-2`.
fn code_end(text: &str) -> Option<usize> {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let is_code = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.');
    let rest = text.get(letters..).filter(|_| (1..=4).contains(&letters))?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let numbered = rest.starts_with(|c: char| c.is_ascii_digit());
    let behind = rest.trim_start_matches(is_code);
    let end = text[..text.len() - behind.len()].trim_end_matches(['-', '.']).len();
    (numbered && !behind.starts_with(char::is_alphanumeric)).then_some(end)
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
pub fn plain(text: &str) -> Cow<'_, str> {
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
    let bytes = text.as_bytes();
    if !memchr::memchr3_iter(b'*', b'_', b'~', bytes).any(|at| bytes.get(at + 1) == Some(&bytes[at])) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            plain.push('`');
        }
        if index % 2 == 1 {
            plain.push_str(part);
        } else {
            plain.push_str(&part.replace("**", "").replace("__", "").replace("~~", ""));
        }
    }
    Cow::Owned(plain)
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
        (title.label.into(), title.id.unwrap_or_default().into(), title.title.into())
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
        assert_eq!((commit.title.as_ref(), commit.fields.len()), ("Task: Choose a stone", 1));
        assert_eq!(Title::parse("Dial (5551234567)").title, "Dial (5551234567)");
        let tags = [("tag".to_owned(), "P".to_owned()), ("tag".to_owned(), "US1".to_owned())];
        assert_eq!(Title::parse("T001 [P] [US1] Write").fields, tags);
        assert_eq!(Title::parse("See [a link](https://x.y)").title, "See [a link](https://x.y)");
    }
}
