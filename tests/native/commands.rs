//! The commands as a person runs them.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Output};

fn leadheat(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_leadheat")).args(args).output().unwrap()
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

#[test]
fn check_names_every_problem() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("leadheat.json");
    fs::write(
        &file,
        r##"{
            "webhok": "https://crm.example/hook",
            "consent": "optional",
            "chat": { "accent": "blue", "privacy": "javascript:alert(1)", "script": [
                { "id": "a", "say": "Hello", "next": "b" }, { "id": "b", "say": "Again", "next": "a" },
                { "id": "c", "say": "When?", "fills": "timeframe", "replies": [{ "say": "Soon", "value": "soon", "next": "nowhere" }] } ] },
            "model": { "id": "mine", "rules": [
                { "id": "a", "kind": "pageview", "points": 1 },
                { "id": "b", "kind": "page_view", "points": 1, "steps": [[5, 1]] },
                { "id": "c", "kind": "page_view", "steps": [[5, 1], [2, 3]], "group": "none" },
                { "id": "c", "kind": "page_view", "points": "many", "cap": 5000 },
                { "id": "d", "kind": "visit", "attribute": "device", "points": 1 },
                { "id": "e", "attribute": "device", "window_days": 7, "points": 1, "decay": { "linear_days": 9 } },
                { "id": "f", "points": 1, "when": { "kind": "visit", "from": 3, "below": 3 } },
                { "id": "g", "points": 1, "when": { "all": [{ "any": [], "not": [] }, { "attribut": "x" }] } },
                { "points": 1, "on": "/x" } ],
              "fit": { "a": 10, "rules": [{ "id": "x", "points": 1, "when": { "not": { "kind": "visit" } } }] } }
        }"##,
    )
    .unwrap();
    let output = leadheat(&["check", file.to_str().unwrap()]);
    let found = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{found}");
    for expected in [
        "$.webhook: there is no address to send leads to",
        "$.webhok: no such field. Did you mean `webhook`?",
        "$.consent: this is not one of the known words. Write one of \"required\", \"memory\"",
        "$.chat.accent: this is not a colour",
        "$.chat.privacy: `javascript:alert(1)` is not an address",
        "$.chat.script: from step `a` the script goes round without ever asking",
        "$.chat.script: step `c` goes on to `nowhere`, which does not exist",
        "$.chat.script[2].replies[0]: `soon` is not a value of this fact",
        "$.model.rules[0].kind: this is not one of the known words",
        "$.model.rules[1]: a rule gives points in one of two ways",
        "$.model.rules[2].steps: the steps are not in ascending order",
        "$.model.rules[3].points: this is a text. Write a number from -1000 to 1000",
        "$.model.rules[3].cap: this number is out of range",
        "$.model.rules: rule `c` is in the group `none`, which has no cap",
        "$.model.rules: two rules are called `c`",
        "$.model.rules[4]: this looks at two things at once",
        "$.model.rules[5]: only signals have a time",
        "$.model.rules[5]: only signals have days",
        "$.model.rules[6].when: nothing lies between `from` and `below`",
        "$.model.rules[7].when.all[0]: a condition says one thing",
        "$.model.rules[7].when.all[1].attribut: no such field. Did you mean `attribute`?",
        "$.model.rules[8]: a rule needs an `id`",
        "$.model.rules[8]: `on` of what?",
        "$.model.fit: fit is who the visitor is, and signals are what they did",
        "$.model.fit: A begins below B",
    ] {
        assert!(found.contains(expected), "not found: {expected}\n{found}");
    }
}

#[test]
fn check_gives_advice_on_a_model_that_can_be_used() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("leadheat.json");
    let long = "x".repeat(61);
    let model = format!(
        r#"{{ "webhook": "/hook", "model": {{ "id": "mine", "tiers": {{ "warm": 20, "hot": 40 }}, "groups": {{ "g": 9 }}, "rules": [
            {{ "id": "a", "kind": "page_view", "on": "/pricing*", "points": 8, "cap": 5 }},
            {{ "id": "b", "kind": "page_view", "on": "/pricing/eu", "points": 1, "cap": 12 }},
            {{ "id": "c", "kind": "mark", "points": 0 }},
            {{ "id": "d", "kind": "mark", "on": "/{long}*", "points": 1, "cap": 9, "group": "g" }},
            {{ "id": "e", "kind": "engaged", "measure": "sum", "steps": [[60, 8]], "group": "g",
               "when": {{ "all": [{{ "attribute": "email" }}, {{ "not": {{ "attribute": "email" }} }}] }} }} ] }} }}"#
    );
    fs::write(&file, model).unwrap();
    let output = leadheat(&["check", file.to_str().unwrap()]);
    let found = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{found}");
    for expected in [
        "advice: $.model.rules[0]: `cap` of rule `a` is 5, but once is 8 already",
        "advice: $.model.rules[1]: rules `a` and `b` count the same thing twice",
        "advice: $.model.rules[2]: rule `c` never gives anything: its points are 0",
        "advice: $.model.rules[3]: rule `d` never gives anything: its patterns are longer than 60 bytes",
        "advice: $.model.rules[4]: rule `e` never gives anything: its condition cannot hold",
        "advice: $.model.tiers.hot: hot begins at 40, but all rules together give 26",
        "no problems",
    ] {
        assert!(found.contains(expected), "not found: {expected}\n{found}");
    }
    assert_eq!(found.matches("advice").count(), 6, "{found}");
    // leadheat's own models need none.
    for own in [leadheat_core::model::DEFAULT, leadheat_core::model::SHOP] {
        fs::write(&file, format!(r#"{{ "webhook": "/hook", "model": {own} }}"#)).unwrap();
        let output = leadheat(&["check", file.to_str().unwrap()]);
        assert!(output.status.success() && !text(&output.stdout).contains("advice"), "{}", text(&output.stdout));
    }
}

#[test]
fn score_scores_rows_and_names_what_is_wrong_with_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, content: &str| fs::write(path(name), content).unwrap();
    write(
        "map.json",
        r#"{ "id": "lead", "columns": { "seconds": { "kind": "engaged", "measure": "sum" }, "from": { "attribute": "channel" } } }"#,
    );
    let score = |data: &str| {
        write("leads.csv", data);
        let _ = fs::remove_file(path("out.csv"));
        leadheat(&[
            "score",
            "--data",
            &path("leads.csv"),
            "--map",
            &path("map.json"),
            "--label",
            "won",
            "--out",
            &path("out.csv"),
        ])
    };
    let output = score("lead,seconds,from,won\na,700,search,1\nb,10,direct,0\nc,430,direct,1\n");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(path("out.csv")).unwrap(), "row_id,score,tier\na,22,cold\nb,0,cold\nc,9,cold\n");
    assert!(text(&output.stdout).contains("AUC 1.000"), "{}", text(&output.stdout));
    for (data, wrong) in [
        (
            "lead,seconds,from,won\na,700,search,1\nb,much,direct,0\n",
            "line 3, column `seconds`: `much` is not a number",
        ),
        ("lead,seconds,won\na,700,1\n", "has no column `from`; there are lead, seconds, won"),
        ("lead,seconds,from,won\na,7,search,perhaps\n", "line 2, column `won`: `perhaps` is neither 1 nor 0"),
        ("lead,seconds,from,won\na,7,search,1\nb,9,search,1\n", "all rows have the same label"),
        ("lead,seconds,from,won\na,7\n", "line 2"),
        ("lead,seconds,from,won\n", "has no rows"),
        ("", "has no"),
    ] {
        let output = score(data);
        assert_eq!(output.status.code(), Some(1), "{data}");
        assert!(text(&output.stderr).contains(wrong), "not found: {wrong}\n{}", text(&output.stderr));
        assert!(!std::path::Path::new(&path("out.csv")).exists(), "{data}");
    }
}

/// The figures of docs/model.md. The data are not ours to publish: without them this test says so and passes.
#[test]
fn own_models_rank_real_leads() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    if !std::path::Path::new(root).exists() {
        eprintln!("skipped: the sets of real leads are not here");
        return;
    }
    let maps = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/maps");
    let shop = concat!(env!("CARGO_MANIFEST_DIR"), "/src/core/defaults/model-shop.json");
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out.csv").to_str().unwrap().to_owned();
    for (data, map, label, model, least) in [
        ("xedu/xedu_visitor_snapshots_train.csv", "x-education", "converted", None, 0.750),
        ("extraalearn/extraalearn_visitor_snapshots_train.csv", "extraalearn", "converted", None, 0.695),
        ("osi/online_shoppers_intention_train.csv", "online-shoppers", "Revenue", Some(shop), 0.675),
    ] {
        let (data, map) = (format!("{root}/{data}"), format!("{maps}/{map}.json"));
        let mut arguments = vec!["score", "--data", &data, "--map", &map, "--label", label, "--out", &out];
        arguments.extend(model.iter().flat_map(|model| ["--model", *model]));
        let said = text(&leadheat(&arguments).stdout);
        let auc: f64 = said.split("AUC ").nth(1).and_then(|rest| rest.get(..5)).unwrap().parse().unwrap();
        assert!(auc >= least, "{data}: {said}");
    }
}

#[test]
fn check_points_at_broken_json_and_missing_files() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("leadheat.json");
    fs::write(&file, "{\n  \"webhook\": \"https://crm.example/hook\",\n}").unwrap();
    let output = leadheat(&["check", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("line 3, column 1: this is not JSON"), "{}", text(&output.stdout));
    let output = leadheat(&["check", "no-such-file.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("no-such-file.json cannot be read"));
}

#[test]
fn the_demos_own_config_has_no_problems() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/www/demo/leadheat.json");
    let output = leadheat(&["check", file]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn a_busy_port_names_the_option() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = leadheat(&["--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--port"), "{}", text(&output.stderr));
}
