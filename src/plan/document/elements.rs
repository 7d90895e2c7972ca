//! Reads tasks that are written as elements (`<task>`, `<name>`, `<verify>`) as the Markdown that says the same.
//!
//! To a Markdown parser they are blocks of HTML, whose content it does not look at. Each byte keeps its place: a tag
//! becomes a heading, a label or blanks of the same length, so that a position in the one text is one in the other.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::plan::names::title::Title;
use crate::plan::names::{self, Role};

/// The text itself where it has no tasks as elements, and else the same with headings and labels for their tags.
pub(super) fn as_markdown(text: &str) -> Cow<'_, str> {
    let has_tasks = text.lines().any(|line| Tag::opening(line).is_some_and(|tag| tag.name == "task"));
    if !has_tasks {
        return Cow::Borrowed(text);
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_end = |(_, line): &(usize, &str)| line.starts_with("</");
    let trimmed = lines.iter().enumerate().map(|(at, line)| (at, line.trim()));
    let ends = trimmed.filter(is_end).map(|(at, line)| (line, at)).collect();
    let mut reader = Reader {
        lines: &lines,
        ends,
        count: Count::of(&lines),
        inside: Inside::Document,
        level: 1,
        tasks: 0,
        fence: None,
    };
    Cow::Owned((0..lines.len()).map(|at| reader.line(at)).collect())
}

/// `<name attributes>` at the start of a line, and what stands behind it.
struct Tag<'line> {
    name: &'line str,
    attributes: &'line str,
    /// One past its last byte.
    end: usize,
}

impl<'line> Tag<'line> {
    fn opening(line: &'line str) -> Option<Self> {
        let start = line.len() - line.trim_start_matches([' ', '\t']).len();
        let inner = line[start..].strip_prefix('<')?;
        let close = inner.find('>')?;
        let tag = &inner[..close];
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_word);
        is_name.then_some(Self { name, attributes, end: start + close + 2 })
    }

    /// The tag that ends this element, on the same line.
    fn closing_in(&self, line: &str) -> Option<usize> {
        line[self.end..].find(&closing(self.name)).map(|at| self.end + at)
    }
}

fn closing(name: &str) -> String {
    format!("</{name}>")
}

/// Where a line stands.
enum Inside {
    Document,
    Task {
        /// It is a person's: a checkpoint.
        is_manual: bool,
    },
    /// An element of a task, up to its closing tag.
    Element(String),
}

struct Reader<'text> {
    lines: &'text [&'text str],
    /// Where each line that is nothing but a closing tag stands last.
    ends: HashMap<&'text str, usize>,
    /// How the tasks are counted.
    count: Count,
    inside: Inside,
    /// Of the headings of tasks, less one: that of the heading above them.
    level: usize,
    /// How many tasks have begun.
    tasks: usize,
    /// The fence that is open.
    fence: Option<Fence<'text>>,
}

impl Reader<'_> {
    fn line(&mut self, at: usize) -> String {
        let line = self.lines[at];
        if self.is_code(at) {
            return line.to_owned();
        }
        match &self.inside {
            Inside::Document => self.in_document(at),
            Inside::Task { is_manual } => self.in_task(at, *is_manual),
            Inside::Element(name) if line.contains(&closing(name)) => {
                let tag = closing(name);
                self.inside = Inside::Task { is_manual: false };
                // What is left open would go on behind the element.
                let open = self.fence.take().map_or("", |fence| fence.marks);
                content(&line.find(&tag).map_or(String::new(), |at| replaced(line, at..at + tag.len(), open)))
            }
            Inside::Element(_) => content(line),
        }
    }

    /// A line of a fenced block, its fences included. A fence ends with the element around it.
    fn is_code(&mut self, at: usize) -> bool {
        let line = self.lines[at];
        let ends_element = matches!(&self.inside, Inside::Element(name) if line.contains(&closing(name)));
        match (self.fence, Fence::of(line)) {
            (Some(_), _) if ends_element => false,
            (Some(open), Some(fence)) if open.is_closed_by(&fence) => {
                self.fence = None;
                true
            }
            (None, Some(fence)) => {
                self.fence = Some(fence);
                true
            }
            (open, _) => open.is_some(),
        }
    }

    /// `<success_criteria>` with its end on a later line is a section of this name.
    fn in_document(&mut self, at: usize) -> String {
        let line = self.lines[at];
        let Some(tag) = Tag::opening(line) else {
            self.level = heading_level(line).map_or(self.level, |level| level.min(5));
            return without_closing(line);
        };
        if tag.name == "task" {
            self.inside = Inside::Task { is_manual: is_checkpoint(&tag) };
            self.tasks += 1;
            return self.task_heading(at, &tag);
        }
        let alone = line[tag.end..].trim().is_empty();
        let end = closing(tag.name);
        let closes = self.ends.get(end.as_str()).is_some_and(|last| *last > at);
        if alone && tag.attributes.is_empty() && closes {
            self.level = 1;
            return filled(line, &format!("# {}", spoken(tag.name)));
        }
        line.to_owned()
    }

    /// A task has its name in an element; one without, such as a checkpoint, is known by its type.
    fn task_heading(&self, at: usize, tag: &Tag<'_>) -> String {
        let line = self.lines[at];
        let is_edge = |line: &&str| {
            line.trim() == "</task>" || Tag::opening(line).is_some_and(|tag| tag.name == "task")
        };
        let mut inside = self.lines[at + 1..].iter().take_while(|line| !is_edge(line));
        if inside.any(|line| self.named(line, is_checkpoint(tag)).is_some()) {
            return blank(line);
        }
        let kind = kind(tag).unwrap_or("task");
        let kind = kind.strip_prefix(CHECKPOINT).map_or(kind.to_owned(), |kind| format!("{kind} {HUMAN}"));
        filled(line, &format!("{:#<1$} {2} {kind}", "", self.level + 1, self.number()))
    }

    /// `1.` or, among names such as `Task 1: Saw`, `Task 1:`.
    fn number(&self) -> String {
        match self.count {
            Count::Plain => format!("{}.", self.tasks),
            Count::Named => format!("Task {}:", self.tasks),
        }
    }

    /// `<name>Write the lamp</name>` is the heading of the task. For the number before it and the mark of a checkpoint
    /// the name moves by a few bytes, which only ASCII can; `None` where the line is too short.
    fn named(&self, line: &str, is_manual: bool) -> Option<String> {
        let name = name_in(line)?;
        let number = if is_counted(name) { String::new() } else { self.number() + " " };
        let mark = if is_manual { format!(" {HUMAN}") } else { String::new() };
        let room = line.find(name)?.saturating_sub(self.level + 1);
        let in_place = room > number.len() && !is_manual;
        let width = if in_place { room } else { number.len() + 1 };
        let heading = format!("{:#<1$}{number:>width$}{name}{mark}", "", self.level + 1);
        let fits = heading.len() <= line.trim_end().len() && (in_place || line.is_ascii());
        fits.then(|| filled(line, &heading))
    }

    fn in_task(&mut self, at: usize, is_manual: bool) -> String {
        let line = self.lines[at];
        if line.trim() == "</task>" {
            self.inside = Inside::Document;
            return blank(line);
        }
        if let Some(heading) = self.named(line, is_manual) {
            return heading;
        }
        let Some(tag) = Tag::opening(line) else { return content(line) };
        let end = tag.closing_in(line);
        if end.is_none() {
            self.inside = Inside::Element(tag.name.to_owned());
        }
        let role = names::role(&spoken(tag.name));
        let is_check = matches!(role, Some(Role::Validation | Role::Criteria | Role::Acceptance));
        let label = if is_check || end.is_some() { self.label(at, &tag) } else { String::new() };
        let opened = replaced(line, 0..tag.end, &label);
        content(&end.map_or(opened.clone(), |end| replaced(&opened, end..end + tag.name.len() + 3, "")))
    }

    /// An item of the task's list. Where what follows is no deeper than a list's items, it is a line of its own.
    fn label(&self, at: usize, tag: &Tag<'_>) -> String {
        let line = self.lines[at];
        let deep = |line: &&str| line.starts_with("  ") || line.starts_with('\t');
        let next = self.lines.get(at + 1).filter(|line| !line.trim().is_empty());
        let is_item = !line[tag.end..].trim().is_empty() || next.is_some_and(deep);
        let item = format!("- {}:", spoken(tag.name));
        if is_item && item.len() <= tag.end { item } else { format!("{}:", spoken(tag.name)) }
    }
}

/// `<name>Write the lamp</name>`
fn name_in(line: &str) -> Option<&str> {
    let tag = Tag::opening(line).filter(|tag| tag.name == "name")?;
    let end = tag.closing_in(line)?;
    Some(line[tag.end..end].trim())
}

/// How the tasks are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    /// Their names do, some or all: `Task 1: Saw`.
    Named,
    /// Their names do not.
    Plain,
}

impl Count {
    fn of(lines: &[&str]) -> Self {
        let mut names = lines.iter().filter_map(|line| name_in(line)).peekable();
        if names.peek().is_none() || names.any(is_counted) { Self::Named } else { Self::Plain }
    }
}

/// `Task 1: Saw`
fn is_counted(name: &str) -> bool {
    let title = Title::parse(name);
    title.unit.is_some() && title.id.is_some()
}

const CHECKPOINT: &str = "checkpoint:";

const HUMAN: &str = "[HUMAN]";

/// `type="checkpoint:human-verify"`: a person looks at it before the work goes on.
fn is_checkpoint(tag: &Tag<'_>) -> bool {
    kind(tag).is_some_and(|kind| kind.starts_with(CHECKPOINT))
}

/// The value of `type="…"`.
fn kind<'line>(tag: &Tag<'line>) -> Option<&'line str> {
    let (_, value) = tag.attributes.split_once("type=\"")?;
    value.split('"').next()
}

/// `success_criteria` in words.
fn spoken(name: &str) -> String {
    let mut words = name.replace(['_', '-'], " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// What stands in an element is its own: a heading in it is none of the plan's. `<automated>` holds a command, and
/// `<manual>` what a person looks at.
fn content(line: &str) -> String {
    let tags = element_in(line, "automated").zip(element_in(line, "/automated"));
    if let Some(((from, to), (end, after))) = tags.filter(|(open, close)| open.1 <= close.0) {
        let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        // `CommonMark` 0.31, section 6.1: code that holds marks has others around it, and one blank on either side.
        let (open, close) = if longest == 1 { ("`` ", " ``") } else { ("`", "`") };
        let script = if line.is_ascii() { unescaped(&line[to..end]) } else { line[to..end].to_owned() };
        return replaced(line, from..after, &format!("{open:>0$}{script}{close}", to - from));
    }
    if let Some((from, to)) =
        element_in(line, "manual").filter(|(from, _)| *from > 1 && line[..*from].trim().is_empty())
    {
        return content(&replaced(line, from - 2..to, "- Manual:"));
    }
    let mut tags = ["automated", "/automated", "/manual"].into_iter();
    if let Some((from, to)) = tags.find_map(|name| element_in(line, name)) {
        return content(&replaced(line, from..to, ""));
    }
    let start = line.len() - line.trim_start().len();
    heading_level(line).map_or(line.to_owned(), |level| replaced(line, start..start + level, ""))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// First byte of this tag in a line, and one past its last.
fn element_in(line: &str, name: &str) -> Option<(usize, usize)> {
    let tag = format!("<{name}>");
    line.find(&tag).map(|at| (at, at + tag.len()))
}

/// How many marks a heading has.
fn heading_level(line: &str) -> Option<usize> {
    let text = line.trim_start();
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    ((1..=6).contains(&level) && text[level..].starts_with(' ')).then_some(level)
}

/// A line that is nothing but a closing tag says nothing.
fn without_closing(line: &str) -> String {
    let trimmed = line.trim();
    let name = trimmed.strip_prefix("</").and_then(|rest| rest.strip_suffix('>'));
    let is_tag = name.is_some_and(|name| Tag::opening(&format!("<{name}>")).is_some());
    if is_tag { blank(line) } else { line.to_owned() }
}

/// The line with nothing on it.
fn blank(line: &str) -> String {
    filled(line, "")
}

/// The line with nothing but this text, as long as before.
fn filled(line: &str, text: &str) -> String {
    let end = line.trim_end_matches(['\r', '\n']).len();
    replaced(line, 0..end, text)
}

/// The line with this text in a range of it, padded with blanks; too long a text is cut.
fn replaced(line: &str, range: Range<usize>, text: &str) -> String {
    let width = range.len();
    let kept = &text[..text.floor_char_boundary(width)];
    let blanks = " ".repeat(width.saturating_sub(kept.len()));
    format!("{}{kept}{blanks}{}", &line[..range.start], &line[range.end..])
}

/// A line that opens or closes a fenced block.
#[derive(Clone, Copy)]
struct Fence<'line> {
    indent: usize,
    marks: &'line str,
    /// Something stands behind the marks.
    has_info: bool,
}

impl<'line> Fence<'line> {
    fn of(line: &'line str) -> Option<Self> {
        let text = line.trim();
        let mark = text.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let length = text.bytes().take_while(|byte| *byte == mark).count();
        let indent = line.len() - line.trim_start().len();
        (length > 2).then(|| Self { indent, marks: &text[..length], has_info: length < text.len() })
    }

    /// `CommonMark` 0.31, section 4.5: as long at least, with nothing behind it, and not indented like code.
    fn is_closed_by(&self, other: &Self) -> bool {
        other.marks.starts_with(self.marks) && !other.has_info && other.indent < self.indent + 4
    }
}

#[cfg(test)]
mod tests;
