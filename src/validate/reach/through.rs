//! What is run through the files of a project.

use pretty_assertions::assert_eq;

use super::*;
use crate::validate::MapFiles;

/// Cases between lines of `====`: what a command does, the command, and the files of its project behind `@@`.
const CASES: &str = include_str!("through.txt");

#[test]
fn what_reaches_outside_is_found_behind_the_files_of_a_project() {
    let root = Path::new("/project");
    let mut wrong = Vec::new();
    for case in CASES.split("====\n") {
        let (told, files) = case.split_once('\n').unwrap();
        let (expected, command) = told.split_once(": ").unwrap();
        let files: Vec<(&str, &str)> =
            files.split("@@").skip(1).map(|file| file.split_once('\n').unwrap()).collect();
        let found = reaching(&MapFiles::new(root, &files), root, root, command);
        if found.is_some() != (expected == "reaches") {
            wrong.push(case);
        }
    }
    assert_eq!(wrong, [""; 0]);
}
