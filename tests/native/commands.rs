//! The commands as a person runs them.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Output};

fn leadheat(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_leadheat")).args(args).output().unwrap()
}

/// A command that found something wrong: it says what, and writes nothing.
fn assert_refused(output: &Output, code: i32, wrong: &str, out: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{wrong}\n{said}");
    assert!(said.contains(wrong), "not found: {wrong}\n{said}");
    assert!(!std::path::Path::new(out).exists(), "{wrong}");
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

#[test]
fn check_and_core_agree_on_addresses() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("leadheat.json");
    let vectors = include_str!("../../src/core/tests/addresses.txt").lines().filter_map(|line| line.split_once(' '));
    let vectors: Vec<(&str, &str)> = vectors.collect();
    assert!(vectors.len() >= 100);
    let webhooks = vectors
        .iter()
        .enumerate()
        .map(|(n, (_, url))| serde_json::json!({"name": n.to_string(), "url": url, "when": {"tier": "hot"}}));
    let config = serde_json::json!({"webhook": "/all", "webhooks": webhooks.collect::<Vec<_>>()});
    fs::write(&file, config.to_string()).unwrap();
    let found = text(&leadheat(&["check", file.to_str().unwrap()]).stdout).to_string();
    for (n, (expected, url)) in vectors.iter().enumerate() {
        let is_named = found.contains(&format!("$.webhooks[{n}].url: `{url}` is not an address"));
        assert_eq!(is_named, *expected == "bad", "{url}\n{found}");
    }
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
        "$.model.rules[2].steps: these are not in ascending order",
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
    let output = score("\u{feff}lead,seconds,from,won\na,700,search,1\nb,10,direct,0\nc,430,direct,1\n");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(
        fs::read_to_string(path("out.csv")).unwrap(),
        "row_id,score,tier,prob\na,22,cold,\nb,0,cold,\nc,9,cold,\n"
    );
    assert!(text(&output.stdout).contains("AUC               1.000"), "{}", text(&output.stdout));
    for (data, wrong) in [
        (
            "lead,seconds,from,won\na,700,search,1\nb,much,direct,0\n",
            "line 3, column `seconds`: `much` is not a number",
        ),
        ("lead,seconds,won\na,700,1\n", "has no column `from`; there are lead, seconds, won"),
        ("lead,seconds,from,won\na,7,search,perhaps\n", "line 2, column `won`: `perhaps` is neither 1 nor 0"),
        ("lead,seconds,from,won\na,7,search,1\nb,9,search,1\n", "all rows have the same label"),
        ("lead,seconds,from,won\na,7\n", "line: 2"),
        ("lead,seconds,from,won\n", "has no rows"),
        ("lead,seconds,from,won\n\"two\nlines\",700,search,1\nb,-,direct,0\n", "line 4, column `seconds`: `-`"),
        ("", "has no"),
    ] {
        assert_refused(&score(data), 1, wrong, &path("out.csv"));
    }
}

#[test]
fn journeys_are_scored_and_what_is_wrong_with_them_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let score = |journeys: &str| {
        fs::write(path("journeys.jsonl"), journeys).unwrap();
        let _ = fs::remove_file(path("out.csv"));
        leadheat(&["score", "--journeys", &path("journeys.jsonl"), "--out", &path("out.csv")])
    };
    let signal = |at: u64, kind: &str, subject: &str, amount: u32| {
        format!(r#"{{"at":{at},"kind":"{kind}","subject":"{subject}","amount":{amount}}}"#)
    };
    const START: u64 = 1_793_606_400_000;
    let reader = [signal(START, "page_view", "/", 1), signal(START + 700_000, "engaged", "/", 700)];
    let buyer = [
        signal(START, "page_view", "/pricing", 1),
        signal(START + 600_000, "engaged", "/pricing", 600),
        signal(START + 610_000, "form_submit", "/contact", 1),
    ];
    let line = |id: &str, signals: &[String]| format!(r#"{{"id":"{id}","signals":[{}]}}"#, signals.join(","));
    let output = score(&format!("{}\n\n{}\n", line("reader", &reader), line("buyer", &buyer)));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows = fs::read_to_string(path("out.csv")).unwrap();
    let rows: Vec<Vec<&str>> = rows.lines().map(|row| row.split(',').collect()).collect();
    assert_eq!(rows[0], ["row_id", "score", "tier", "prob"]);
    assert_eq!((rows[1][0], rows[1][2], rows[2][0]), ("reader", "cold", "buyer"));
    assert!(rows[2][1].parse::<f64>().unwrap() > rows[1][1].parse().unwrap(), "{rows:?}");
    let backwards = [signal(START, "page_view", "/", 1), signal(START - 1, "page_view", "/", 1)];
    for (journeys, wrong) in [
        (format!("{}\n{}", line("a", &reader), line("b", &backwards)), "line 2: signal 2 is earlier"),
        (line("a", &[signal(START, "visit", "/", 1)]), "line 1: signal 1 is a visit"),
        (line("a", &[signal(START, "purchase", "/", 1)]), "line 1: no journey: unknown variant `purchase`"),
        ("{".to_owned(), "line 1: no journey"),
        (String::new(), "has no journeys"),
    ] {
        assert_refused(&score(&journeys), 1, wrong, &path("out.csv"));
    }
}

#[test]
fn train_names_what_is_wrong_and_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let map = r#"{ "id": "lead", "columns": { "seconds": { "kind": "engaged", "measure": "sum" },
        "size": { "attribute": "employees", "number": true } } }"#;
    let rows = |row: &dyn Fn(usize) -> String| {
        "lead,seconds,size,won\n".to_owned() + &(0..200).map(row).collect::<Vec<_>>().join("\n")
    };
    let chance = rows(&|id| format!("{id},7,5,{}", id % 2));
    for (data, map, more, wrong) in [
        ("", map, "", "has no column `lead`"),
        ("lead,seconds,size,won\n", map, "", "has no rows"),
        (&rows(&|id| format!("{id},9,5,1")), map, "", "all rows have the same label"),
        (&rows(&|id| format!("{id},9,5,{}", u8::from(id < 20))), map, "", "20 customers and 180 others are too few"),
        (
            &rows(&|id| format!("{id},9,{},0", if id == 40 { "many" } else { "" })),
            map,
            "",
            "line 42, column `size`: `many`",
        ),
        (&chance, &map.replace("size", "people"), "", "has no column `people`; there are lead, seconds, size, won"),
        (&chance, &map.replace("sum", "mean"), "", "column `seconds`: `measure` is `count` or `sum`"),
        (&chance, &map.replace("number", "digits"), "", "unknown field `digits`"),
        (&chance, map, "", "nothing in these columns tells customers from others"),
        (&chance, map, "--hot-share=0", "a number between 0 and 100"),
    ] {
        fs::write(path("leads.csv"), data).unwrap();
        fs::write(path("map.json"), map).unwrap();
        let mut arguments =
            ["train", "--label", "won", "--data", "leads.csv", "--map", "map.json", "--out", "out.json"]
                .map(String::from);
        for place in [4, 6, 8] {
            arguments[place] = path(&arguments[place]);
        }
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        arguments.extend((!more.is_empty()).then_some(more));
        // What is wrong with the command line itself ends with 2, as is usual.
        assert_refused(&leadheat(&arguments), if more.is_empty() { 1 } else { 2 }, wrong, &path("out.json"));
    }
}

/// A set of real leads: where it is, how to read it, and what the models must reach on it.
struct Leads {
    data: &'static str,
    map: &'static str,
    label: &'static str,
    own: Option<&'static str>,
    own_auc: f64,
    learned_auc: f64,
}

/// The figures of docs/model.md. The data are not ours to publish: without them this test says so and passes.
#[test]
fn models_rank_real_leads() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    if !std::path::Path::new(root).exists() {
        eprintln!("skipped: the sets of real leads are not here");
        return;
    }
    let maps = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/maps");
    let shop = concat!(env!("CARGO_MANIFEST_DIR"), "/src/core/defaults/model-shop.json");
    let directory = tempfile::tempdir().unwrap();
    let [out, learned] = ["out.csv", "out.json"].map(|name| directory.path().join(name).to_str().unwrap().to_owned());
    let education = "xedu/xedu_visitor_snapshots_train.csv";
    let extraa = "extraalearn/extraalearn_visitor_snapshots_train.csv";
    let shoppers = "osi/online_shoppers_intention_train.csv";
    #[rustfmt::skip]
    let sets = [
        Leads { data: education, map: "x-education", label: "converted", own: None, own_auc: 0.750, learned_auc: 0.775 },
        Leads { data: education, map: "x-education-form", label: "converted", own: None, own_auc: 0.750, learned_auc: 0.780 },
        Leads { data: extraa, map: "extraalearn", label: "converted", own: None, own_auc: 0.695, learned_auc: 0.808 },
        // More than half of the way from additive boosting (0.745) to gradient boosting (0.770).
        Leads { data: shoppers, map: "online-shoppers", label: "Revenue", own: Some(shop), own_auc: 0.675, learned_auc: 0.7575 },
    ];
    for Leads { data, map, label, own, own_auc, learned_auc } in sets {
        let (data, map) = (format!("{root}/{data}"), format!("{maps}/{map}.json"));
        let run = |command: &str, more: &[&str], out: &str| {
            let arguments = [&[command, "--data", &data, "--map", &map, "--label", label, "--out", out], more].concat();
            text(&leadheat(&arguments).stdout)
        };
        let figure = |said: &str, name: &str| -> f64 {
            let line = said.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}: {said}"));
            line[name.len()..].split_whitespace().next().unwrap().parse().unwrap()
        };
        let said = run("score", own.map(|own| ["--model", own]).as_ref().map_or(&[], |more| &more[..]), &out);
        assert!(figure(&said, "AUC") >= own_auc, "{data}: {said}");
        let said = run("train", &[], &learned);
        assert!(figure(&said, "AUC") >= learned_auc, "{data}: {said}");
        assert!(figure(&said, "calibration error") <= 0.03, "{data}: {said}");
        let conversion = |tier: &str| {
            let line = said.lines().find(|line| line.starts_with(tier)).unwrap();
            line.split_once("leads,").unwrap().1.split_whitespace().next().unwrap().parse::<f64>().unwrap()
        };
        assert!(conversion("cold") < conversion("warm") && conversion("warm") < conversion("hot"), "{data}: {said}");
        // The model written is as good where it is used, which is where it was learned here, and says how probable a lead is.
        let seen = run("score", &["--model", &learned], &out);
        assert!(figure(&seen, "AUC") >= figure(&said, "AUC") && figure(&seen, "calibration error") <= 0.03, "{seen}");
        let last = fs::read_to_string(&out).unwrap().lines().last().unwrap().rsplit(',').next().unwrap().parse::<f64>();
        assert!(last.is_ok_and(|probability| (0.0..1.0).contains(&probability)));
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

#[test]
fn what_is_no_config_is_said_and_fields_that_stand_twice() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("leadheat.json");
    let check = |content: &[u8]| {
        fs::write(&file, content).unwrap();
        let output = leadheat(&["check", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1));
        text(&output.stdout) + &text(&output.stderr)
    };
    let twice = check(br#"{"webhook": "/w", "chat": {"script": [{"id": "a", "say": "x", "next": "b", "next": "c"}, {"id": "b"}, {"id": "c"}]}}"#);
    assert!(twice.contains("$.chat.script[0].next: this field stands twice"), "{twice}");
    let latin = check(b"{\"webhook\": \"/w\", \"chat\": {\"company\": \"S\xe4hk\xf6\"}}");
    assert!(latin.contains("is not UTF-8: save it as UTF-8"), "{latin}");
}

#[test]
fn ones_own_lexicon_and_answers_can_be_tried() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("leadheat.json");
    let config = r#"{"webhook": "/w", "chat": {"lexicon": {"fi": ["want_demo: koeloyly*"]},
        "answers": [{"to": "opening hours", "say": "9 to 17"}, {"to": {"fi": "kivet|kivia"}, "say": "Kyll\u00e4"}]}}"#;
    fs::write(&file, config).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_leadheat"))
        .args(["intents", "--config", file.to_str().unwrap()])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let messages = "saisko koelöylyt ja kuuluuks kivet hintaan\nwhat are your opening hours\nhello\n";
    std::io::Write::write_all(&mut program.stdin.take().unwrap(), messages.as_bytes()).unwrap();
    let output = text(&program.wait_with_output().unwrap().stdout);
    let lines: Vec<serde_json::Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines[0]["intents"].as_array().unwrap().contains(&"want_demo".into()), "{output}");
    assert_eq!((&lines[0]["answers"], &lines[1]["answers"]), (&serde_json::json!([1]), &serde_json::json!([0])));
    assert_eq!(lines[2].get("answers"), None);
    fs::write(&file, r#"{"webhook": "/w", "chat": {"hours": {"open": ["always"]}}}"#).unwrap();
    for command in [&["intents", "--config"][..], &["--port", "0", "--config"]] {
        let output = leadheat(&[command, &[file.to_str().unwrap()]].concat());
        assert_refused(&output, 1, "`always` are no hours", "");
    }
}
