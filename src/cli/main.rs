//! The `leadheat` program: reads the command line and leaves the work to the library.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Parser, Subcommand};
use leadheat::inbox::{Inbox, Refusal};
use leadheat::operator::Desk;
use leadheat::train::{Goal, Wishes};
use leadheat::{check, dist, intents, score, serve, train, widget};
use leadheat_core::config::Config;
use leadheat_core::dialogue::Dialogue;
use leadheat_core::json::Problem;
use leadheat_core::lint::lint;
use leadheat_core::text::Lang;
use tokio::net::TcpListener;

/// leadheat: lead scoring in the browser, explained to the point. Without a command: the demo.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    demo: Demo,
}

/// The demo site, the sales inbox and the webhook, on this machine only.
#[derive(clap::Args)]
struct Demo {
    /// Port to serve on
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// File that the inbox keeps its leads in
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/leadheat/inbox.sqlite"))]
    inbox: PathBuf,
    /// The name under which a proxy with TLS shows the operator page to the world
    #[arg(long, value_name = "NAME")]
    public_host: Option<String>,
    /// A config document to try on the demo site, in place of its own; leads go to the demo's inbox
    #[arg(long)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Write what a company hosts: scripts, wasm, schemas, types and the tags to paste
    Build {
        /// Directory to write to; made where missing
        #[arg(long)]
        out: PathBuf,
    },
    /// Name every problem of a config document; without any, give advice on its model
    Check {
        /// The document
        file: PathBuf,
    },
    /// Score leads from a CSV file, or journeys, by a model
    Score {
        /// The leads, one in a line, with a header line
        #[arg(long, required_unless_present = "journeys", requires = "map")]
        data: Option<PathBuf>,
        /// Which column is which fact
        #[arg(long, requires = "data")]
        map: Option<PathBuf>,
        /// In place of --data: what visitors did and when, a JSON document in each line
        #[arg(long, conflicts_with_all = ["data", "map", "label"])]
        journeys: Option<PathBuf>,
        /// The model; leadheat's own where absent
        #[arg(long)]
        model: Option<PathBuf>,
        /// The column that says who became a customer, 1 or 0: then it is also said how well the model tells them apart
        #[arg(long)]
        label: Option<String>,
        /// The file to write: row_id, score, tier, prob
        #[arg(long)]
        out: PathBuf,
    },
    /// Say what visitors mean: reads messages, one in a line, and writes a JSON document for each
    Intents {
        /// The language that they are in: en, fi, hu, or auto
        #[arg(long, default_value = "auto", value_parser = ["auto", "en", "fi", "hu"])]
        lang: String,
        /// A config document: its lexicon and the questions of its answers count too
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Learn a model from leads whose end is known
    Train {
        /// The leads, one in a line, with a header line
        #[arg(long)]
        data: PathBuf,
        /// Which column is which fact
        #[arg(long)]
        map: PathBuf,
        /// The column that says who became a customer, 1 or 0
        #[arg(long)]
        label: String,
        /// The model to write
        #[arg(long)]
        out: PathBuf,
        /// Most rules that it may have
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(2..))]
        max_rules: u16,
        #[command(flatten)]
        tiers: Tiers,
    },
}

/// Where the tiers begin: by how large they are, or by how many in them become customers. All in percent.
#[derive(clap::Args)]
struct Tiers {
    /// How many of the leads are hot
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "10")]
    hot_share: f64,
    /// How many of the hot become customers, at least; in place of --hot-share
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    hot_conversion: Option<f64>,
    /// How many of the leads are warm
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "30")]
    warm_share: f64,
    /// How many of the warm become customers, at least; in place of --warm-share
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    warm_conversion: Option<f64>,
}

/// From percent to a share.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse().ok().filter(|number| *number > 0.0 && *number < 100.0);
    number.map(|number: f64| number / 100.0).ok_or("a number between 0 and 100 is needed".into())
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    match arguments.command {
        None => demo(&arguments.demo)?,
        Some(Command::Build { out }) => dist::write(&widget::build()?, &out)?,
        Some(Command::Check { file }) => return check_file(&file),
        Some(Command::Score { journeys: Some(journeys), model, out, .. }) => {
            score::replay(&journeys, model.as_deref(), &out)?;
        }
        Some(Command::Score { data, map, model, label, out, .. }) => {
            let (data, map) = data.zip(map).context("--data and --map, or --journeys, are needed")?;
            score::score(&data, &map, model.as_deref(), label.as_deref(), &out)?;
        }
        Some(Command::Intents { lang, config }) => {
            let chat = config.map(|config| usable(&config)).transpose()?.map(|(_, dialogue)| dialogue);
            let understanding = chat.unwrap_or_default();
            let lang = Lang::NAMES.find(&lang);
            intents::intents(std::io::stdin().lock(), lang, understanding.understanding(), std::io::stdout().lock())?;
        }
        Some(Command::Train { data, map, label, out, max_rules, tiers }) => {
            let hot = Goal { share: tiers.hot_share, conversion: tiers.hot_conversion };
            let warm = Goal { share: tiers.warm_share, conversion: tiers.warm_conversion };
            let wishes = Wishes { max_rules: max_rules.into(), hot, warm };
            train::train(&data, &map, &label, &wishes, &out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[tokio::main]
async fn demo(demo: &Demo) -> Result<()> {
    // The port first: who has to choose another one should not have waited for the build.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, demo.port));
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("port {} cannot be used; choose another one with --port", demo.port))?;
    let config = demo.config.as_deref().map(for_demo).transpose()?;
    let widget = tokio::task::block_in_place(widget::build)?;
    let inbox = Inbox::open(&demo.inbox)?;
    let desk = Desk::open(&demo.inbox, demo.public_host.clone())?;
    let address = listener.local_addr()?;
    println!("demo site  http://{address}/");
    println!("inbox      http://{address}/inbox");
    println!("operators  http://{address}/operator");
    println!("webhook    http://{address}/webhook");
    if let Some(token) = desk.accounts.first_token().map_err(|Refusal(_, why)| anyhow!(why))? {
        println!("No operator has an account yet. Make the first one here; the link works once:");
        println!("http://{address}/operator#token={token}");
    }
    println!("Ctrl+C stops it. Open this to begin:");
    println!("http://{address}/");
    serve::serve(listener, widget, inbox, desk, config).await
}

/// A config as the demo serves it: with the demo's own webhook.
fn for_demo(file: &Path) -> Result<serde_json::Value> {
    usable(file)?;
    let mut config: serde_json::Value =
        serde_json::from_str(std::fs::read_to_string(file)?.trim_start_matches('\u{feff}'))?;
    config["webhook"] = "/webhook".into();
    config.as_object_mut().and_then(|config| config.remove("webhooks"));
    Ok(config)
}

/// A config without problems; what is wrong with one that has any.
fn usable(file: &Path) -> Result<(Config, Dialogue)> {
    let problems = match read(file)? {
        Ok(usable) => return Ok(usable),
        Err(problems) => problems,
    };
    let sentences: Vec<_> = problems.iter().map(Problem::sentence).collect();
    bail!("{} cannot be used:\n{}", file.display(), sentences.join("\n"))
}

fn read(file: &Path) -> Result<Result<(Config, Dialogue), Vec<Problem>>> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let text =
        String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8: save it as UTF-8", file.display()))?;
    Ok(check::read(&text))
}

fn check_file(file: &Path) -> Result<ExitCode> {
    let checked = read(file)?.map(|(config, dialogue)| lint(&config, &dialogue));
    let (what, found) = match &checked {
        Ok(advice) => ("advice: ", advice),
        Err(problems) => ("", problems),
    };
    for problem in found {
        println!("{what}{}", problem.sentence());
    }
    match &checked {
        Ok(_) => println!("{}: no problems", file.display()),
        Err(problems) => println!("{}: {} problem(s)", file.display(), problems.len()),
    }
    Ok(if checked.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
