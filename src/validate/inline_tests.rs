//! Puts the tests that a Rust file held before into what it is now: the code of the step, judged by the tests
//! that were there.

/// Where a module of tests stands in a text: whole lines, its attribute included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TestModule<'a> {
    name: &'a str,
    start: usize,
    end: usize,
}

/// The text with the modules of tests as they were before; `None` if these are as they were, or there were
/// none.
pub(crate) fn with_tests_of(before: &str, after: &str) -> Option<String> {
    let (were, are) = (test_modules(before), test_modules(after));
    let text =
        |whole: &'_ str, module: &TestModule<'_>| whole[module.start..module.end].trim_end().to_owned();
    let mut made = after.to_owned();
    let mut changed = false;
    // From the end, so that places before stay what they are.
    for module in are.iter().rev() {
        let Some(were) = were.iter().find(|were| were.name == module.name) else { continue };
        if text(before, were) != text(after, module) {
            made.replace_range(module.start..module.end, &before[were.start..were.end]);
            changed = true;
        }
    }
    for gone in were.iter().filter(|were| are.iter().all(|module| module.name != were.name)) {
        made.push('\n');
        made.push_str(&before[gone.start..gone.end]);
        changed = true;
    }
    changed.then_some(made)
}

/// The modules of tests of a text. A module ends with the brace that stands below its beginning, as every
/// formatter writes it; one that does not ends with the file.
fn test_modules(text: &str) -> Vec<TestModule<'_>> {
    let mut found = Vec::new();
    let mut lines = Lines { text, at: 0 };
    let mut attributes: Option<usize> = None;
    let mut is_test = false;
    while let Some((start, line)) = lines.next() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("#[") || trimmed.starts_with("//") && attributes.is_some() {
            attributes.get_or_insert(start);
            is_test |=
                trimmed.starts_with("#[cfg(") && trimmed.contains("test") && !trimmed.contains("not(test");
            continue;
        }
        if let (Some(start), Some(name), true) = (attributes, module_name(trimmed), is_test) {
            let indent = &line[..line.len() - trimmed.len()];
            let ends = |line: &str| line.strip_prefix(indent).is_some_and(|rest| rest.trim_end() == "}");
            let last = lines.by_ref().find(|(_, line)| ends(line));
            let end = last.map_or(text.len(), |(at, line)| at + line.len());
            found.push(TestModule { name, start, end });
        }
        (attributes, is_test) = (None, false);
    }
    found
}

/// The name of a module that begins on this line, with its body.
fn module_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(crate) ")).unwrap_or(line);
    let (name, body) = rest.strip_prefix("mod ")?.split_once('{')?;
    (body.trim().is_empty()).then(|| name.trim())
}

/// Lines with their places, ends included.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.text[self.at..].split_inclusive('\n').next()?;
        let start = self.at;
        self.at += line.len();
        Some((start, line))
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const TESTS: &str = "#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn sum() {\n        assert_eq!(add(1, 2), 3);\n    }\n}\n";

    #[test]
    fn the_tests_of_before_stand_in_the_code_of_now() {
        let code = |body: &str| format!("fn add(a: i32, b: i32) -> i32 {{\n    {body}\n}}\n\n");
        let (before, good) = (code("a - b") + TESTS, code("a + b"));
        let weak = TESTS.replace("assert_eq!(add(1, 2), 3)", "assert!(true)");
        let more = TESTS.replace("}\n}\n", "}\n\n    #[test]\n    fn more() {}\n}\n");
        for (after, expected) in [
            (good.clone() + TESTS, None),
            (good.clone() + &weak, Some(good.clone() + TESTS)),
            (good.clone() + &more, Some(good.clone() + TESTS)),
            (good.clone(), Some(good.clone() + "\n" + TESTS)),
            (
                good.clone() + "#[cfg(test)]\nmod tests { use super::*;\n",
                Some(good.clone() + "#[cfg(test)]\nmod tests { use super::*;\n\n" + TESTS),
            ),
            (good.clone() + &weak + "\nfn late() {}\n", Some(good.clone() + TESTS + "\nfn late() {}\n")),
        ] {
            assert_eq!(with_tests_of(&before, &after), expected, "{after}");
        }
        assert_eq!(with_tests_of(&code("a"), &(good + TESTS)), None);
    }

    #[test]
    fn a_module_of_tests_is_known_by_its_attribute() {
        let names =
            |text: &'static str| test_modules(text).iter().map(|module| module.name).collect::<Vec<_>>();
        assert_eq!(names("#[cfg(test)]\n#[allow(x)]\n// why\npub(crate) mod checks {\n}\n"), ["checks"]);
        assert_eq!(names("#[cfg(all(test, unix))]\nmod a {\n    mod b {\n    }\n}\n"), ["a"]);
        assert_eq!(names("mod tests {\n}\n#[cfg(not(test))]\nmod a {\n}\n#[cfg(test)]\nmod b;\n"), [""; 0]);
    }
}
