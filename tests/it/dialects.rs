//! The five template dialects, filled in and carried out end to end over HTTP.

use crate::support::bench::Bench;
use crate::support::stable::{stable, story};
use crate::support::worker;

/// A dialect: its plan, and what a diligent agent does for each of its steps.
struct Dialect {
    plan: &'static [u8],
    scripts: &'static [(&'static str, &'static str)],
}

const STEPS: Dialect = Dialect {
    plan: include_bytes!("../fixtures/plans/steps.md"),
    scripts: &[
        ("Step 1", "mkdir -p src && echo 'hello, world' > src/greet.txt"),
        ("Step 2", "echo 'hallo, Welt' > src/greet.de.txt"),
        (
            "Step 3",
            "mkdir -p checks && echo 'test -s src/greet.txt && test -s src/greet.de.txt' > checks/all.sh",
        ),
        ("Unit Tests", "echo 'both greetings are there' > checks/cases.txt"),
        ("Documentation", "echo 'src/greet.txt and src/greet.de.txt' > README.md"),
    ],
};

const FIELDS: Dialect = Dialect {
    plan: include_bytes!("../fixtures/plans/fields.md"),
    scripts: &[
        ("Step 1.1", "mkdir -p notes && echo one > notes/one.txt && echo 'two words' > notes/two.txt"),
        ("Step 1.2", "mkdir -p bin && echo 'cat notes/*.txt | wc -w' > bin/count.sh"),
        ("Step 2.1", "mkdir -p docs && echo 'Run sh bin/count.sh' > docs/count.md"),
        ("Step 2.2", "echo 'See count.md' > docs/index.md"),
        ("Unit Tests", "touch notes/empty.txt"),
        ("Integration Tests", "mkdir -p checks && echo 'sh bin/count.sh' > checks/page.txt"),
    ],
};

const PHASES: Dialect = Dialect {
    plan: include_bytes!("../fixtures/plans/phases.md"),
    scripts: &[
        ("Phase 1", "mkdir -p data && printf 'bob\\nada\\n' > data/guests.txt"),
        ("Phase 2", "mkdir -p out && LC_ALL=C sort data/guests.txt > out/sorted.txt"),
        ("Phase 3", "wc -l < data/guests.txt > out/count.txt"),
    ],
};

const NUMBERED: Dialect = Dialect {
    plan: include_bytes!("../fixtures/plans/numbered.md"),
    scripts: &[
        ("Phase 1", "mkdir -p diary && printf 'sunny\\nrain\\nrain\\n' > diary/days.txt"),
        ("Phase 2", "echo \"sunny: $(grep -c sunny diary/days.txt)\" > diary/summary.txt"),
        ("Documentation", "echo 'days.txt and summary.txt' > diary/README.md"),
    ],
};

const PRIORITY: Dialect = Dialect {
    plan: include_bytes!("../fixtures/plans/priority.md"),
    scripts: &[
        ("Phase 1", "mkdir -p recipes && echo 'Boil water.' > recipes/soup.txt"),
        ("Phase 2", "echo 'Bake it.' > recipes/bread.txt && printf 'bread\\nsoup\\n' > recipes/index.txt"),
        ("Phase 3", "for f in soup bread; do echo '30 minutes' >> recipes/$f.txt; done"),
        (
            "Phase 4",
            "mkdir -p checks && echo 'for n in $(cat recipes/index.txt); do test -s recipes/$n.txt || exit 1; done' > checks/recipes.sh",
        ),
    ],
};

const ALL: [Dialect; 5] = [STEPS, FIELDS, PHASES, NUMBERED, PRIORITY];

/// A project with the plan, and a command that applies to every step: documentation has no other.
fn bench(dialect: &Dialect) -> Bench {
    let bench = Bench::with_plan(dialect.plan);
    bench.file(
        "agentrun.toml",
        "[validation]\ncommands = [\"test -s PROJECT_RULES.md\"]\ncriteria = \"manual\"\n",
    );
    bench.git();
    bench
}

/// Carries a dialect out and shows everything that it left: screen, plan, journal, report.
fn carried_out(dialect: &Dialect) -> String {
    let bench = bench(dialect);
    let server = worker::diligent(dialect.scripts);
    let ran = bench.execute(&server, &[]);
    for request in server.bodies() {
        let system = request["messages"][0]["content"].as_str().unwrap();
        assert!(system.contains("Rule of the house: plain text only."), "every request holds the rules");
        assert!(system.contains("Request of the guest: small files, please."), "and the request");
    }
    let plan = bench.read("plan.md").replace('\r', "␍");
    let shown = format!(
        "{}\n===== plan.md\n{plan}\n===== journal\n{}===== report.md\n{}",
        ran.to_string().trim_end(),
        story(&bench),
        bench.report(),
    );
    stable(&bench, &shown)
}

#[test]
fn steps_with_tasks_and_criteria() {
    insta::assert_snapshot!(carried_out(&STEPS));
}

#[test]
fn phases_of_steps_with_fields() {
    insta::assert_snapshot!(carried_out(&FIELDS));
}

#[test]
fn phases_with_numbered_tasks_and_no_box() {
    insta::assert_snapshot!(carried_out(&PHASES));
}

#[test]
fn numbered_sections() {
    insta::assert_snapshot!(carried_out(&NUMBERED));
}

#[test]
fn comments_and_priorities() {
    insta::assert_snapshot!(carried_out(&PRIORITY));
}

#[test]
fn a_second_run_of_a_finished_plan_changes_nothing_and_asks_nobody() {
    for dialect in ALL {
        let bench = bench(&dialect);
        let server = worker::diligent(dialect.scripts);
        bench.execute(&server, &[]).code(0);
        let (files, requests) = (bench.files(), server.requests().len());
        bench.execute(&server, &[]).code(0);
        assert_eq!((bench.files(), server.requests().len()), (files, requests));
    }
}

#[test]
fn a_lying_model_ticks_nothing() {
    for dialect in ALL {
        let bench = bench(&dialect);
        let before = bench.read("plan.md");
        let ran = bench.execute(&worker::liar(), &[]);
        assert_ne!(ran.code, Some(0), "{ran}");
        // What agentrun itself found to hold before any agent began, a prerequisite, is no lie.
        let journal = bench.journal();
        let own = |record: &&serde_json::Value| record["type"] == "tick.intended";
        let own = journal.iter().filter(own).map(|record| record["targets"].as_array().unwrap().len());
        let ticks = |text: &str| text.matches("[x]").count();
        assert_eq!(ticks(&bench.read("plan.md")), ticks(&before) + own.sum::<usize>(), "{ran}");
        let passed = journal.iter().filter(|record| record["type"] == "step.passed");
        assert!(passed.clone().all(|record| record["attempt"] == 0), "{ran}");
        let count = |kind| bench.events().iter().filter(|event| *event == kind).count();
        assert_eq!(count("plan.restored"), count("attempt.started"), "{ran}");
    }
}
