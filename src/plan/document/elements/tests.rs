//! Tasks as elements, and the Markdown that they are read as.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

/// What a parser of Markdown is given, without the blanks at the ends of lines.
fn read(text: &str) -> String {
    as_markdown(text).lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

#[test]
fn tasks_are_headings_checks_are_labels_and_the_rest_is_text() {
    let text = "\
<objective>
Light.
</objective>

<tasks>
<task type=\"auto\">
  <name>Write the lamp</name>
  <files>src/lamp.rs, src/`a`.rs</files>
  <action>
## Not a heading
```sh
# a comment
</action>
  <verify>
    <automated>cargo test &amp;&amp; cargo fmt --check</automated>
    <manual>Look at the light</manual>
  </verify>
  <done>It shines</done>
</task>
<task type=\"checkpoint:human-verify\" gate=\"blocking\">
  <name>Look at it</name>
  <verify><automated>echo `date`</automated></verify>
  <acceptance_criteria>
- It shines
  </acceptance_criteria>
</task>
<task type=\"checkpoint:decision\">
  <how-to-verify>1. Decide</how-to-verify>
</task>
</tasks>
<never_closed>
";
    assert_snapshot!(read(text), @r"
        # Objective
        Light.


        # Tasks

        ##   1. Write the lamp
        - Files: src/lamp.rs, src/`a`.rs

           Not a heading
        ```sh
        # a comment
        ```
        - Verify:
                      `cargo test && cargo fmt --check`
          - Manual: Look at the light

        - Done: It shines


        ## 2. Look at it [HUMAN]
        - Verify:         `` echo `date` ``
        Acceptance criteria:
        - It shines


        ## 3. decision [HUMAN]
        - How to verify: 1. Decide


        <never_closed>
        ");
}

#[test]
fn names_that_count_keep_their_numbers_and_others_are_counted() {
    let text = "\
## Tasks
### Wave 1
<task type=\"auto\">
  <name>Task 1: Saw</name>
</task>
<task type=\"auto\">
  <name>Nail</name>
</task>
<task type=\"checkpoint:human-verify\">
  <name>Look at the shelf</name>
</task>
<task type=\"auto\">
  <name>第四</name>
</task>
";
    assert_snapshot!(read(text), @r"
        ## Tasks
        ### Wave 1

        ####    Task 1: Saw


        #### Task 2: Nail

        #### Task 3: human-verify [HUMAN]
        - Name: Look at the shelf

        #### Task 4: auto
        - Name: 第四
        ");
}

#[test]
fn a_text_without_tasks_as_elements_is_left_alone() {
    for text in ["<details>\n# A\n</details>\n", "`<task>`\n", "- <task type=\"a\">\n", ""] {
        assert!(matches!(as_markdown(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

fn line() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "<task type=\"auto\">",
        "<task type=\"checkpoint:é\">",
        "<task>",
        "</task>",
        "<name>",
        "</name>",
        "<verify>",
        "</verify>",
        "<automated>",
        "</automated>",
        "<manual>",
        "</manual>",
        "<done>",
        "<tasks>",
        "</tasks>",
        "```",
        "````",
        "# ",
        "&amp;",
        "`",
        " ",
        "\t",
        "第",
        "é",
        "Task 2: ",
        "\r",
    ]);
    prop::collection::vec(part, 0..7).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn every_byte_of_a_line_keeps_its_place(lines in prop::collection::vec(line(), 0..16)) {
        let text = lines.join("\n");
        let read = as_markdown(&text);
        let lengths = |text: &str| text.split('\n').map(str::len).collect::<Vec<_>>();
        prop_assert_eq!(lengths(&read), lengths(&text));
    }
}
