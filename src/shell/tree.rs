//! The tree of a shell script: lists of pipelines of commands.

/// Commands one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CommandList(pub(crate) Vec<CommandItem>);

/// Pipelines joined by `&&` and `||`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandItem {
    /// The pipelines; never empty.
    pub(crate) pipelines: Vec<Pipeline>,
    /// It ends with `&`: nobody waits for it.
    pub(crate) background: bool,
}

/// What stands between two pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined by `|`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pipeline {
    /// What joins it to the one before; the first has [`Joint::And`].
    pub(crate) joint: Joint,
    /// It begins with `!`.
    pub(crate) negated: bool,
    /// The commands; never empty.
    pub(crate) commands: Vec<ShellCommand>,
}

/// One command, with where its input and output go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShellCommand {
    /// What it is.
    pub(crate) kind: CommandKind,
    /// Its redirections, in their order.
    pub(crate) redirections: Vec<Redirection>,
}

/// What a command is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CommandKind {
    /// Assignments, a program and its arguments; empty if there are only redirections.
    Simple(Vec<ShellWord>),
    /// `( ... )`
    Subshell(CommandList),
    /// `{ ...; }`
    Group(CommandList),
    /// `if`, with its `elif`s.
    If {
        /// What is asked.
        conditions: Vec<CommandList>,
        /// What is done, the `else` last.
        bodies: Vec<CommandList>,
    },
    /// `for`, `while` or `until`.
    Loop {
        /// What a `for` goes through.
        words: Vec<ShellWord>,
        /// What is asked before each round; empty for `for`.
        condition: CommandList,
        /// It ends when what is asked holds: `until`.
        until: bool,
        /// What is done in each.
        body: CommandList,
    },
    /// `case`
    Case {
        /// What is looked at, and the patterns.
        words: Vec<ShellWord>,
        /// What is done, one of them at most.
        bodies: Vec<CommandList>,
    },
    /// A function is made; nothing runs yet.
    Function {
        /// Its name.
        name: String,
        /// What it does when it is called.
        body: Box<ShellCommand>,
    },
    /// `[[ ... ]]`, `(( ... ))`: it can end either way. The words in it.
    Test(Vec<ShellWord>),
}

/// A word without its quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ShellWord {
    /// The text; expansions stand in it as they are written.
    pub(crate) text: String,
    /// Some of it was quoted, so it is no keyword.
    pub(crate) quoted: bool,
    /// It holds a variable, a substitution or a pattern, so what it says is not known.
    pub(crate) expands: bool,
    /// The scripts in its substitutions: `$( ... )`, backticks, `<( ... )`.
    pub(crate) scripts: Vec<String>,
}

/// Where input comes from or output goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redirection {
    /// `>`, `<<`, ...
    pub(crate) operator: &'static str,
    /// The word behind it.
    pub(crate) target: ShellWord,
    /// The text of a here-document.
    pub(crate) document: Option<ShellWord>,
}
