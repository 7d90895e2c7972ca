//! Finds the commands that a text in another language starts, as far as they are written out in it.

use std::ops::Range;

use super::call::Call;
use super::names::one_of;

/// Interpreters, with the letters of their options whose value is a program; none: it is the first argument.
const INTERPRETERS: &[(&str, &str)] = &[
    ("python", "c"),
    ("pypy", "c"),
    ("ipython", "c"),
    ("node", "ep"),
    ("bun", "ep"),
    ("tsx", "ep"),
    ("ts-node", "ep"),
    ("perl", "eE"),
    ("raku", "e"),
    ("ruby", "e"),
    ("php", "rBRE"),
    ("lua", "e"),
    ("luajit", "e"),
    ("elixir", "e"),
    ("Rscript", "e"),
    ("R", "e"),
    ("julia", "eE"),
    ("groovy", "e"),
    ("osascript", "e"),
    ("expect", "c"),
    ("awk", ""),
    ("gawk", ""),
    ("mawk", ""),
];

/// Options of them all whose value is a program.
const LONG: &str = "--eval --print --command --run";

/// What languages call the functions that start a program.
const STARTERS: &str = "system popen popen2 popen2e popen3 exec execl execlp execle execv execvp execve spawn spawnl \
    spawnlp spawnv spawnvp posix_spawn run call check_call check_output getoutput getstatusoutput shell_exec passthru \
    proc_open pcntl_exec execsync spawnsync execfile execfilesync fork sh cmd command execute runv runwith shell \
    run_cmd run_command create_subprocess_exec create_subprocess_shell execa execasync execacommand execacommandsync \
    capture2 capture2e capture3 getline qx system2 shelljs startprocess";

/// Between two words of one command stands no more than this: `, {args: [`.
const BETWEEN: usize = 14;

/// Of a program, so many commands are told.
const COMMANDS: usize = 200;

/// A text in quotes is no longer than this.
const LITERAL: usize = 2000;

/// Requests that change something.
const METHODS: &[&str] = &["POST", "PUT", "DELETE", "PATCH"];

/// A longer text is not looked into.
const LENGTH: usize = 200_000;

/// It runs a file of its language.
pub(super) fn is_interpreter(program: &str) -> bool {
    INTERPRETERS.iter().any(|(name, _)| *name == program)
}

/// The programs in other languages that a call is given as texts.
pub(super) fn texts<'a>(call: &Call<'a>) -> Vec<&'a str> {
    if call.program == "deno" && call.positionals.first() == Some(&"eval") {
        return call.positionals.iter().skip(1).copied().collect();
    }
    let Some((_, letters)) = INTERPRETERS.iter().find(|(program, _)| *program == call.program) else {
        return Vec::new();
    };
    if letters.is_empty() {
        return call.positionals.first().copied().into_iter().collect();
    }
    let mut texts: Vec<&str> = call.values(LONG).collect();
    for (at, word) in call.words.iter().enumerate().skip(1) {
        let cluster = word.strip_prefix('-').filter(|rest| !rest.starts_with('-') && rest.len() < 6);
        if cluster.is_some_and(|rest| rest.ends_with(|letter| letters.contains(letter))) {
            texts.extend(call.words.get(at + 1).copied());
        }
    }
    texts.extend(call.read());
    texts
}

/// The commands that a program starts which is given as a text: whatever is written out in it may be one, if it
/// starts anything at all.
pub(super) fn commands_of_text(text: &str) -> Vec<String> {
    commands(text, |_, starts| starts)
}

/// The commands that a program starts which a file holds.
pub(crate) fn commands_of_file(text: &str) -> Vec<String> {
    let is_comment =
        |line: &&str| ["#", "//", "--", ";;"].iter().any(|sign| line.trim_start().starts_with(sign));
    let lines: Vec<&str> = text.lines().filter(|line| !is_comment(line)).collect();
    commands(&lines.join("\n"), |before, starts| {
        let before = before.trim_end_matches(['(', '[', '{', ' ', '\n', '\t', '$']);
        let assigned = before.ends_with('=') && !before.ends_with("==");
        starts && (assigned || is_starter(last_word(before)))
    })
}

/// The groups of literals that are commands, by the text before them and whether the program starts any.
fn commands(text: &str, is_command: impl Fn(&str, bool) -> bool) -> Vec<String> {
    if text.len() > LENGTH {
        return Vec::new();
    }
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let starts = words.into_iter().any(is_starter);
    let literals = literals(text);
    let named = METHODS.iter().find(|name| literals.iter().any(|literal| literal.text == **name));
    let mut found = Vec::new();
    let mut rest = literals.as_slice();
    while let Some(first) = rest.first().filter(|_| found.len() < COMMANDS) {
        let joined =
            rest.windows(2).take_while(|pair| belongs(&text[pair[0].place.end..pair[1].place.start]));
        let (group, others) = rest.split_at(joined.count() + 1);
        rest = others;
        let piped = |one: &Literal| starts_or_ends_with_bar(&one.text);
        found.extend(group.iter().filter_map(|one| asked(&text[..first.place.start], named, one)));
        if !first.is_command && !group.iter().any(piped) && !is_command(&text[..first.place.start], starts) {
            continue;
        }
        match group {
            [one] if one.text.contains(' ') || one.text.starts_with("./") => {
                found.push(one.text.trim_matches(['|', ' ']).to_owned());
            }
            [_] => {}
            several => {
                found.push(several.iter().map(Literal::as_word).collect::<Vec<_>>().join(" "));
                let whole = several.iter().filter(|one| one.text.contains(' '));
                found.extend(whole.map(|one| one.text.clone()));
            }
        }
    }
    found
}

/// `open(F, "git push |")`
fn starts_or_ends_with_bar(text: &str) -> bool {
    text.contains(' ') && (text.starts_with("| ") || text.ends_with(" |"))
}

/// The command that does the same as the call of a library: a request that changes something, a folder deleted.
fn asked(before: &str, named: Option<&&'static str>, literal: &Literal) -> Option<String> {
    let before = before.trim_end_matches(['(', '[', ' ']);
    let function = last_word(before).to_ascii_lowercase();
    if ["rmtree", "rmsync", "rm_rf", "remove_dir_all"].contains(&function.as_str()) {
        return Some(format!("rm -rf {}", literal.as_word()));
    }
    let is_url = literal.text.starts_with("http://") || literal.text.starts_with("https://");
    let method = METHODS.iter().find(|name| function == name.to_ascii_lowercase());
    let method = method.or(named).filter(|_| is_url)?;
    Some(format!("curl -X {method} {}", literal.as_word()))
}

fn is_starter(word: &str) -> bool {
    !word.is_empty() && one_of(STARTERS, &word.to_ascii_lowercase())
}

fn last_word(text: &str) -> &str {
    let end = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    &text[end.len()..]
}

/// What stands between two literals joins them to one command.
fn belongs(between: &str) -> bool {
    let between = between.trim();
    between.len() <= BETWEEN && between.contains(',') && !between.contains([';', '+', '=', '\n'])
}

/// A text in quotes.
struct Literal {
    place: Range<usize>,
    text: String,
    /// Its quotes say that it is a command.
    is_command: bool,
}

impl Literal {
    fn as_word(&self) -> String {
        format!("'{}'", self.text.replace('\'', "'\\''"))
    }
}

fn literals(text: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find(['\'', '"', '`', '%', 'q']) {
        at += next;
        match literal(text, at) {
            Some(literal) => {
                at = literal.place.end;
                found.push(literal);
            }
            None => at += 1,
        }
    }
    found
}

fn literal(text: &str, at: usize) -> Option<Literal> {
    let rest = &text[at..];
    // `it's` opens nothing, `f'...'` does.
    let before = last_word(&text[..at]);
    let behind_word = !before.is_empty();
    if behind_word && !one_of("f r b u rb br F R B U", before) {
        return None;
    }
    let words = ["%w", "%W", "qw"].iter().any(|sign| rest.starts_with(sign));
    let runs = ["%x", "qx"].iter().any(|sign| rest.starts_with(sign));
    let (open, close) = match rest.as_bytes() {
        _ if rest.starts_with("\"\"\"") => (3, "\"\"\""),
        _ if rest.starts_with("'''") => (3, "'''"),
        [b'\'', ..] => (1, "'"),
        [b'"', ..] => (1, "\""),
        [b'`', ..] => (1, "`"),
        [_, _, bracket, ..] if (words || runs) && !behind_word => match bracket {
            b'[' => (3, "]"),
            b'(' => (3, ")"),
            b'{' => (3, "}"),
            b'/' => (3, "/"),
            _ => return None,
        },
        _ => return None,
    };
    let inner = &rest[open..];
    let inner = &inner[..inner.floor_char_boundary(LITERAL)];
    // An apostrophe of a comment opens nothing.
    let is_line = close.len() == 1 && "'\"".contains(close);
    let inner = if is_line { inner.split('\n').next().unwrap_or(inner) } else { inner };
    let length = unescaped(inner, close)?;
    let inner = inner[..length].replace("\\\"", "\"").replace("\\'", "'");
    let place = at..at + open + length + close.len();
    Some(Literal { place, text: inner, is_command: runs || close == "`" })
}

/// Where a text stands that no backslash stands before.
fn unescaped(text: &str, wanted: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let next = text[at..].find(['\\', wanted.chars().next()?])? + at;
        if text[next..].starts_with(wanted) {
            return Some(next);
        }
        let skipped = usize::from(text[next..].starts_with('\\'));
        at = next + 1 + text[next + 1..].chars().next().filter(|_| skipped > 0).map_or(0, char::len_utf8);
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn what_a_program_starts_is_found_where_it_is_written_out() {
        for (text, expected) in [
            ("os.system('a b')", &["a b"][..]),
            ("subprocess.run([\"a\", \"b\"], check=True)", &["'a' 'b'"]),
            ("from x import check_call as c; c('a b', shell=True)", &["a b"]),
            ("exec \"a\", \"b\"", &["'a' 'b'"]),
            ("`a b`", &["a b"]),
            ("exec(*%w[a b])", &["a b"]),
            ("new Deno.Command('a', {args: ['b']})", &["'a' 'b'"]),
            ("print('a b')", &[]),
            ("it's; system('a b')", &["a b"]),
            ("system('a')", &[]),
            ("open(F, 'a b |')", &["a b"]),
            ("shutil.rmtree('/x')", &["rm -rf '/x'"]),
            ("requests.post('https://a.b/c')", &["curl -X POST 'https://a.b/c'"]),
            ("requests.get('https://a.b/c')", &[]),
        ] {
            assert_eq!(commands_of_text(text), expected, "{text}");
        }
        for (text, expected) in [
            ("print('a b')\nos.system('c d')", &["c d"][..]),
            ("cmd = ['a', 'b']\nsubprocess.run(cmd)", &["'a' 'b'"]),
            ("# don't\nsh \"a b\"", &["a b"]),
            ("# run \"a b\"\nsystem(x)", &[]),
            ("execSync(`a b`)", &["a b"]),
        ] {
            assert_eq!(commands_of_file(text), expected, "{text}");
        }
    }
}
