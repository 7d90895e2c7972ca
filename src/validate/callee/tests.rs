//! What commands stand for, and whether that can fail.

use super::*;
use crate::validate::MapFiles;
use crate::validate::vacuous::why_vacuous;

fn why(files: &[(&str, &str)], command: &str) -> Option<String> {
    let root = Path::new("/project");
    why_vacuous(&MapFiles::new(root, files), root, command)
}

#[test]
fn a_target_is_what_its_recipe_is() {
    let makefile = "\
CARGO ?= cargo
.PHONY: all test lint check
all: test

test: ## runs the tests
\t@echo testing
\t@true

lint:
\t-cargo clippy
check: test lint
real: test
\tcargo test
test-piped:
\t@cargo test | tee log
test-hidden:
\tcargo test; \\
\techo done
test-shown:
\tcargo test && \\
\techo done
test-again: ; @$(MAKE) test
variable:
\t$(CARGO) test
test-empty:
needs: src/lib.rs
";
    let why = |command: &str| why(&[("Makefile", makefile)], command);
    let vacuous =
        |targets: &str| Some(format!("it runs the target {targets} of Makefile, which cannot fail"));
    assert_eq!(why("make"), None, "what only builds may always succeed");
    assert_eq!(why("make test"), vacuous("`test`"));
    assert_eq!(why("make lint"), vacuous("`lint`"));
    assert_eq!(why("make -s check CARGO=x"), vacuous("`check`"));
    assert_eq!(why("make test-piped"), vacuous("`test-piped`"));
    assert_eq!(why("make test-hidden"), vacuous("`test-hidden`"));
    assert_eq!(why("make test-empty"), vacuous("`test-empty`"));
    assert_eq!(why("make test-again"), vacuous("`test-again`"));
    for command in
        ["make real", "make test real", "make test-shown", "make variable", "make needs", "make gone"]
    {
        assert_eq!(why(command), None, "{command}");
    }
    assert_eq!(
        why("make -n real"),
        Some("it runs `make` without its commands, which cannot fail".to_owned())
    );
    assert!(why("make -ki real").is_some());
    assert_eq!(why("make -k real"), None);
}

#[test]
fn a_package_script_is_what_it_says() {
    let package =
        r#"{"scripts":{"test":"jest || true","build":"tsc","lint":"echo none","prelint":"eslint ."}}"#;
    let why = |command: &str| why(&[("package.json", package)], command);
    let test = Some("it runs the script `test` of package.json, which cannot fail".to_owned());
    for command in
        ["npm test", "npm run test -- --watch=false", "yarn test", "pnpm run test", "npm run -s test"]
    {
        assert_eq!(why(command), test, "{command}");
    }
    for command in ["npm run build", "npm run lint", "npm run gone", "npm ci", "npm run test --workspace a"] {
        assert_eq!(why(command), None, "{command}");
    }
    let missing = "it runs the script `gone`, which package.json does not have, which cannot fail";
    assert_eq!(why("npm run gone --if-present").as_deref(), Some(missing));
}

#[test]
fn a_script_file_is_what_it_holds() {
    let files = [
        ("empty-test.sh", ""),
        ("hello.sh", "echo hello\n"),
        ("check.sh", "#!/bin/sh\ncargo test\nexit 0\n"),
        ("strict.sh", "#!/usr/bin/env bash\nset -euo pipefail\ncargo test | tee log\nexit 0\n"),
        ("shebang.sh", "#!/bin/bash -e\ncargo test\nexit 0\n"),
        ("outer-test.sh", "./hello.sh\n"),
        ("check.py", "# nothing yet\n"),
        ("real.py", "assert 1 == 2\n"),
    ];
    let why = |command: &str| why(&files, command);
    for command in
        ["sh empty-test.sh", "./check.sh", "bash check.sh", "bash outer-test.sh", "python3 check.py"]
    {
        assert!(why(command).is_some(), "{command}");
    }
    for command in [
        "./strict.sh",
        "./shebang.sh",
        "sh -e check.sh",
        "python3 real.py",
        "./gone.sh",
        "sh real.py",
        "sh hello.sh",
    ] {
        assert_eq!(why(command), None, "{command}");
    }
    assert_eq!(why("./outer-test.sh").as_deref(), Some("it runs `./outer-test.sh`, which cannot fail"));
}

#[test]
fn what_stands_in_another_folder_is_found_there() {
    let files = [
        ("app/package.json", r#"{"scripts":{"test":"echo ok"}}"#),
        ("app/Makefile", "test: ; @echo ok\nreal: ; cargo test\n"),
        ("app/check.sh", "echo ok\n"),
        ("app/tests/checks.mk", "test: ; @true\n"),
        ("Makefile", "test: ; $(MAKE) -C app test\n"),
    ];
    let why = |command: &str| why(&files, command);
    for command in [
        "cd app && npm test",
        "npm --prefix app test",
        "npm test --prefix=app",
        "pnpm -C app test",
        "make -C app test",
        "make -j 4 --directory=app test",
        "make test",
        "(cd app; timeout -k 1 5 ./check.sh)",
        "cd app; bash -o pipefail check.sh",
        "cd app/tests && make -f checks.mk test",
        "bash -c 'cd app && npm test'",
    ] {
        assert!(why(command).is_some(), "{command}");
    }
    for command in [
        "npm test",
        "cd app && make real",
        "cd gone && npm test",
        "cd app",
        "cd app && echo ok",
        "(cd app) && npm test",
        "cd app | true; npm test",
        "if true; then cd app; fi; npm test",
        "cd \"$X\" && npm test",
        "cd app; cd ..; npm test",
    ] {
        assert_eq!(why(command), None, "{command}");
    }
}
