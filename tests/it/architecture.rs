//! What the sources may not say: the rules of ARCHITECTURE.md that can be read off them, with a
//! parser.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The rooms of `src/`, from the ground floor up. A room uses only rooms above it in this table.
/// In a pure room nothing asks the machine: what it needs to know comes in as a value.
pub(crate) const ROOMS: [(&str, Purity); 27] = [
    ("words", Purity::Pure),
    ("clock", Purity::Acts),
    ("digest", Purity::Acts),
    ("redact", Purity::Acts),
    ("interrupt", Purity::Acts),
    ("failure", Purity::Acts),
    ("facts", Purity::Pure),
    ("shell", Purity::Pure),
    ("plan", Purity::Pure),
    ("brief", Purity::Pure),
    ("state", Purity::Pure),
    ("validate", Purity::Pure),
    ("process", Purity::Acts),
    ("workspace", Purity::Acts),
    ("journal", Purity::Acts),
    ("config", Purity::Acts),
    ("cli", Purity::Acts),
    ("sources", Purity::Acts),
    ("model", Purity::Acts),
    ("report", Purity::Acts),
    ("record", Purity::Acts),
    ("agent", Purity::Acts),
    ("judge", Purity::Acts),
    ("run", Purity::Acts),
    ("commands", Purity::Acts),
    ("lib", Purity::Acts),
    ("main", Purity::Acts),
];

/// Whether a room may ask the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purity {
    Pure,
    Acts,
}

/// Names that ask the machine when they are called on a value.
const ASKING_METHODS: &[&str] = &[
    "canonicalize",
    "exists",
    "is_dir",
    "is_file",
    "is_symlink",
    "metadata",
    "read_dir",
    "read_link",
    "symlink_metadata",
    "try_exists",
];

/// Paths that ask the machine, or wait for it; the end of a path may be anything.
const ASKING_PATHS: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "tokio",
    "rustix",
    "tempfile",
];

/// A source file, parsed.
struct Source {
    /// From the package's root.
    path: String,
    text: String,
    syntax: syn::File,
}

impl Source {
    /// The room that it is in: the first part of its path below `src`.
    fn room(&self) -> &str {
        let below = self.path.trim_start_matches("src/");
        below.split('/').next().unwrap().trim_end_matches(".rs")
    }

    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap();
        name == "tests.rs" || name.ends_with("_tests.rs") || self.path.contains("/tests/")
    }

    /// Its module path: `crate::plan::steps`.
    fn module(&self) -> Vec<String> {
        let below = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let below = below.trim_end_matches("/mod");
        let names = below.split('/').filter(|name| !matches!(*name, "lib" | "main"));
        std::iter::once("crate").chain(names).map(str::to_owned).collect()
    }

    /// Everything outside its tests that names something.
    fn mentions(&self) -> Mentions {
        let mut mentions = Mentions { module: self.module(), ..Mentions::default() };
        mentions.visit_file(&self.syntax);
        mentions
    }
}

/// What the code of a file names, with lines; tests are left out.
#[derive(Default)]
struct Mentions {
    module: Vec<String>,
    /// Whole paths, without `self` and `super`: `crate::plan::read`, `std::fs::read`.
    paths: Vec<(usize, String)>,
    /// Methods that are called.
    methods: Vec<(usize, String)>,
    /// `async` and `.await`.
    waits: Vec<usize>,
    /// What imports call things: `fs` for `std::fs`.
    imported: BTreeMap<String, String>,
}

impl Mentions {
    fn add(&mut self, line: usize, names: &[String]) {
        let mut whole = match names.first().map(String::as_str) {
            Some("self") => self.module.clone(),
            Some("super") => self.module[..self.module.len() - 1].to_vec(),
            Some(first) => match self.imported.get(first) {
                Some(path) => vec![path.clone()],
                None => vec![first.to_owned()],
            },
            None => return,
        };
        for name in &names[1..] {
            if name == "super" {
                whole.pop();
            } else {
                whole.push(name.clone());
            }
        }
        self.paths.push((line, whole.join("::")));
    }

    fn import(&mut self, prefix: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(prefix, &path.tree);
                prefix.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(prefix, tree)),
            syn::UseTree::Name(name) => self.bring_in(prefix, &name.ident, &name.ident),
            syn::UseTree::Rename(rename) => self.bring_in(prefix, &rename.ident, &rename.rename),
            syn::UseTree::Glob(glob) => self.add(glob.span().start().line, prefix),
        }
    }

    fn bring_in(&mut self, prefix: &[String], name: &syn::Ident, called: &syn::Ident) {
        let mut names = prefix.to_vec();
        if name != "self" {
            names.push(name.to_string());
        }
        self.add(name.span().start().line, &names);
        let whole = self.paths.last().map(|(_, path)| path.clone()).unwrap_or_default();
        let called =
            if name == "self" { prefix.last().cloned().unwrap_or_default() } else { called.to_string() };
        self.imported.insert(called, whole);
    }
}

/// `#[cfg(test)]`
fn for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|argument| argument == "test")
    })
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&mut Vec::new(), &item.tree);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if let Some(keyword) = &signature.asyncness {
            self.waits.push(keyword.span.start().line);
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_await(&mut self, expression: &'ast syn::ExprAwait) {
        self.waits.push(expression.span().start().line);
        visit::visit_expr_await(self, expression);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(path.span().start().line, &names);
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.methods.push((call.span().start().line, call.method.to_string()));
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        let names: Vec<String> =
            found.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(found.span().start().line, &[names.join("::") + "!"]);
        // Arguments of the usual macros are expressions; what is none is left.
        let parser = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        if let Ok(arguments) = found.parse_body_with(parser) {
            let arguments: Vec<syn::Expr> = arguments.into_iter().collect();
            let mut inside = Mentions {
                module: self.module.clone(),
                imported: self.imported.clone(),
                ..Mentions::default()
            };
            for argument in &arguments {
                inside.visit_expr(argument);
            }
            self.paths.extend(inside.paths);
            self.methods.extend(inside.methods);
            self.waits.extend(inside.waits);
        }
    }
}

/// Every file below `src`, sorted by path.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open = vec![root.join("src")];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
                found.push(Source { path, text, syntax });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// The files that are no tests.
fn code() -> Vec<Source> {
    sources().into_iter().filter(|source| !source.is_test()).collect()
}

/// Whether a path is this one, or goes on behind it.
fn begins_with(path: &str, start: &str) -> bool {
    path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Where a file outside these places names one of these paths, as `path:line: name`.
fn outside(names: &[&str], places: &[&str]) -> Vec<String> {
    let sources = code();
    let elsewhere =
        sources.iter().filter(|source| !places.iter().any(|place| source.path.starts_with(place)));
    let mentioned = |source: &Source| -> Vec<String> {
        let paths = source.mentions().paths.into_iter();
        let paths = paths.filter(|(_, path)| names.iter().any(|name| begins_with(path, name)));
        paths.map(|(line, path)| format!("{}:{line}: {path}", source.path)).collect()
    };
    elsewhere.flat_map(mentioned).collect()
}

fn floor(room: &str) -> usize {
    let place = ROOMS.iter().position(|(name, _)| *name == room);
    place.unwrap_or_else(|| panic!("`{room}` is in no row of the table of rooms"))
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_room_uses_only_the_rooms_below_it() {
    let mut upwards = BTreeSet::new();
    for source in code() {
        for (line, path) in source.mentions().paths {
            let mut names = path.split("::");
            if names.next() != Some("crate") {
                continue;
            }
            let Some(room) = names.next().filter(|room| *room != source.room()) else { continue };
            if floor(room) > floor(source.room()) {
                upwards.insert(format!("{}:{line}: {path}", source.path));
            }
        }
    }
    assert_eq!(upwards.into_iter().collect::<Vec<_>>(), NOTHING);
}

#[test]
fn no_two_files_use_each_other() {
    let sources = code();
    let modules: BTreeMap<String, &Source> =
        sources.iter().map(|source| (source.module().join("::"), source)).collect();
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in &sources {
        let own = source.module().join("::");
        for (_, path) in source.mentions().paths {
            // The longest beginning that is a module of ours.
            let parts: Vec<&str> = path.split("::").collect();
            let module = (1..=parts.len()).rev().map(|length| parts[..length].join("::"));
            let Some(module) = module.into_iter().find(|module| modules.contains_key(module)) else {
                continue;
            };
            // A module and the ones inside it are one house: its types stand at the door.
            let related = begins_with(&own, &module) || begins_with(&module, &own);
            if !related {
                uses.entry(own.clone()).or_default().insert(module);
            }
        }
    }
    let mut circles = Vec::new();
    for module in uses.keys() {
        let mut seen = BTreeSet::new();
        let mut open = vec![module];
        while let Some(at) = open.pop() {
            for next in uses.get(at).into_iter().flatten() {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        if seen.contains(module) {
            circles.push(module.clone());
        }
    }
    assert_eq!(circles, NOTHING);
}

#[test]
fn pure_rooms_do_not_ask_the_machine() {
    let mut asking = Vec::new();
    for source in code() {
        if ROOMS[floor(source.room())].1 == Purity::Acts {
            continue;
        }
        let mentions = source.mentions();
        let paths =
            mentions.paths.iter().filter(|(_, path)| ASKING_PATHS.iter().any(|p| begins_with(path, p)));
        let methods = mentions.methods.iter().filter(|(_, name)| ASKING_METHODS.contains(&name.as_str()));
        asking.extend(paths.chain(methods).map(|(line, name)| format!("{}:{line}: {name}", source.path)));
        asking.extend(mentions.waits.iter().map(|line| format!("{}:{line}: async", source.path)));
    }
    assert_eq!(asking, NOTHING);
}

#[test]
fn one_file_knows_the_markdown_parser_and_one_the_client() {
    assert_eq!(outside(&["comrak"], &["src/plan/document.rs"]), NOTHING);
    assert_eq!(outside(&["async_openai"], &["src/model/openai/transport.rs"]), NOTHING);
}

#[test]
fn only_process_spawns() {
    let names = ["std::process::Command", "std::process::Stdio", "tokio::process"];
    assert_eq!(outside(&names, &["src/process/"]), NOTHING);
}

#[test]
fn only_config_reads_the_environment() {
    assert_eq!(outside(&["std::env"], &["src/config/"]), NOTHING);
}

#[test]
fn only_clock_asks_what_time_it_is() {
    let names = ["Instant::now", "SystemTime::now", "Timestamp::now", "Zoned::now"];
    let whole = ["std::time::Instant::now", "std::time::SystemTime::now", "tokio::time::Instant::now"];
    let jiff = ["jiff::Timestamp::now", "jiff::Zoned::now"];
    let asking = outside(&[&names[..], &whole[..], &jiff[..]].concat(), &["src/clock.rs"]);
    // The line that moves measures for itself.
    let beating = |place: &String| place.starts_with("src/report/heartbeat.rs:");
    assert_eq!(asking.into_iter().filter(|place| !beating(place)).collect::<Vec<_>>(), NOTHING);
}

#[test]
fn only_report_prints() {
    let names = [
        "print!",
        "println!",
        "eprint!",
        "eprintln!",
        "std::io::stdout",
        "std::io::stderr",
        "anstream::stdout",
        "anstream::stderr",
    ];
    // What a launcher is given as its standard error, it hands on to the command.
    assert_eq!(outside(&names, &["src/report/", "src/process/launch.rs"]), NOTHING);
}

#[test]
fn every_file_says_what_it_is_and_is_short_enough() {
    let sources = sources();
    let silent: Vec<&str> =
        sources.iter().filter(|source| !source.text.starts_with("//! ")).map(|s| s.path.as_str()).collect();
    assert_eq!(silent, NOTHING);
    let long = |source: &&Source| source.text.lines().count() > 500;
    let long: Vec<&str> = sources.iter().filter(long).map(|source| source.path.as_str()).collect();
    assert_eq!(long, NOTHING);
}
