//! What visitors mean, on English messages that others have labelled: how many of those that ask for a price or for sales are
//! found, and how many others are taken for such. Without the data the test is skipped, and says so.

use std::path::Path;

use leadheat_core::intent::Intent;
use leadheat_core::understand::understand;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/chat/chat_intents_dev.tsv");
/// What asks for somebody of sales.
const SALES: [Intent; 5] =
    [Intent::WantHuman, Intent::WantMeeting, Intent::WantCallback, Intent::WantDemo, Intent::AskStart];

#[test]
fn prices_and_sales_are_heard_and_little_else_is_taken_for_them() {
    if !Path::new(DATA).exists() {
        return eprintln!("skipped: messages labelled by others, because {DATA} is missing");
    }
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').quoting(false).from_path(DATA).unwrap();
    let rows: Vec<(String, String, String)> = reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[0].to_owned(), row[2].split('@').next().unwrap_or_default().to_owned(), row[4].to_owned()))
        .collect();
    assert!(rows.len() > 9_000, "{}", rows.len());
    let share = |fits: &dyn Fn(&str, &str) -> bool, what: &[Intent]| {
        let (mut all, mut hits) = (0_u32, 0_u32);
        for (label, source, text) in &rows {
            if fits(label, source) {
                all += 1;
                let understood = understand(text, None);
                let hit = what.iter().find_map(|intent| understood.intents.get(intent));
                hits += u32::from(hit.is_some());
                if std::env::var_os("LEADHEAT_WRONG").is_some() && hit.is_some() == (label == "other") {
                    println!("{label} {source} {text:?} {hit:?}");
                }
            }
        }
        f64::from(hits) / f64::from(all)
    };
    for (name, what, label) in [("prices", &[Intent::AskPrice][..], "pricing"), ("sales", &SALES[..], "contact_sales")]
    {
        let recall = share(&|of, _| of == label, what);
        let wrong = |source: &str| share(&|of, from| of == "other" && from.starts_with(source), what);
        let [rasa, banking, clinc] = ["rasa", "banking77", "clinc150"].map(wrong);
        println!("{name}: recall {recall:.3}; of others rasa {rasa:.4}, banking77 {banking:.4}, CLINC150 {clinc:.4}");
        match label {
            "pricing" => assert!(recall >= 0.8 && rasa <= 0.015 && banking <= 0.04 && clinc <= 0.04),
            _ => assert!(recall >= 0.85 && rasa <= 0.02),
        }
    }
}
