//! Runs the programs: every interpreter has its turn with each of them, several rounds.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use gimbal_debian::headers::Headers;
use indicatif::{ProgressBar, ProgressStyle};

use super::record::{Group, Record, Role, Row, Subject, Unit};
use crate::lanes::{self, Interpreter, Lane, Program};
use crate::{compile, process, programs, report};

/// What to run, and for how long.
pub struct Settings {
    /// How often every interpreter has its turn.
    pub rounds: usize,
    /// How long each row is measured in a turn.
    pub seconds: f64,
    /// The hosts, as `gimbal` knows them; all when empty.
    pub hosts: Vec<String>,
    /// The groups; all when empty.
    pub groups: Vec<String>,
    /// Only rows with this in their names.
    pub rows: String,
}

/// Programs that belong together.
pub struct GroupSpec {
    /// Its name: of the program `benches/time_NAME.py`, and of the extension that it is about.
    pub name: &'static str,
    /// Its table's title.
    pub title: &'static str,
    kind: Kind,
}

/// What a group needs, and how it is measured.
#[derive(Clone, Copy)]
enum Kind {
    /// An extension of our own, by the name of its C file; the program tells nanoseconds.
    Extension(&'static str),
    /// The same, but the program tells bytes.
    Memory(&'static str),
    /// Wheels from the index, which PyPy alone does not load: a process for each, and one with all of them.
    Wheels(&'static [&'static str]),
    /// The process itself.
    Process,
}

/// All of them, in the order of the document.
pub const GROUPS: [GroupSpec; 12] = [
    group("calls", "Python calls C", Kind::Extension("calls")),
    group("back", "C calls Python", Kind::Extension("back")),
    group("values", "Values", Kind::Extension("values")),
    group("containers", "Containers", Kind::Extension("containers")),
    group(
        "instances",
        "Instances of extension types",
        Kind::Extension("instances"),
    ),
    group("errors", "Exceptions", Kind::Extension("errors")),
    group("buffers", "Buffers", Kind::Extension("buffers")),
    group("floats", "Arrays of floats", Kind::Extension("floats")),
    group("packages", "Packages", Kind::Wheels(&PACKAGES)),
    group("python", "Python alone", Kind::Extension("instances")),
    group("memory", "Memory of objects", Kind::Memory("memory")),
    group("process", "Start and idle memory", Kind::Process),
];

const fn group(name: &'static str, title: &'static str, kind: Kind) -> GroupSpec {
    GroupSpec { name, title, kind }
}

const PACKAGES: [&str; 10] = [
    "ujson",
    "markupsafe",
    "msgpack",
    "xxhash",
    "regex",
    "pyyaml",
    "lxml",
    "pillow",
    "pydantic_core",
    "kiwisolver",
];

/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(600);

/// An interpreter, and what it needs beside the programs.
struct Runner {
    subject: Subject,
    interpreter: Interpreter,
    /// The headers to compile with, where they are not CPython's.
    headers: Option<Headers>,
}

/// What one row measured: for each interpreter, in each round.
struct Measured {
    name: String,
    unit: Unit,
    figures: Vec<Vec<f64>>,
}

/// Measures everything.
pub fn run(settings: &Settings) -> Result<Record> {
    ensure!(settings.rounds > 0, "no rounds, no figures");
    let runners = runners(&settings.hosts)?;
    let groups = wanted(&settings.groups)?;
    let turns = settings.rounds * groups.len() * runners.len();
    let bar = ProgressBar::new(turns as u64);
    bar.set_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} [{elapsed}, {eta} left] {wide_msg:.dim}",
    )?);
    bar.enable_steady_tick(Duration::from_millis(200));
    let mut measured: Vec<Vec<Measured>> = groups.iter().map(|_| Vec::new()).collect();
    let mut failed = Vec::new();
    for round in 1..=settings.rounds {
        if bar.is_hidden() {
            eprintln!("round {round} of {}", settings.rounds);
        }
        for (group, rows) in groups.iter().zip(&mut measured) {
            for (place, runner) in runners.iter().enumerate() {
                bar.set_message(format!("{} on {}", group.name, runner.subject.name));
                match runner.turn(group, settings) {
                    Ok(turn) => note(rows, turn, place, runners.len()),
                    Err(error) => {
                        let turn = format!("{} on {}", group.name, runner.subject.name);
                        bar.suspend(|| eprintln!("{turn}: {error:#}"));
                        failed.push(turn);
                    }
                }
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    failed.sort();
    failed.dedup();
    if !failed.is_empty() {
        eprintln!("no figures of some rounds: {}", failed.join(", "));
    }
    let groups = groups.iter().zip(measured).map(|(group, rows)| Group {
        name: group.name.to_owned(),
        rows: rows
            .into_iter()
            .map(|row| Row::new(row.name, row.unit, row.figures))
            .collect(),
    });
    Ok(Record {
        date: today()?,
        machine: processor()?,
        processors: std::thread::available_parallelism()?.get(),
        rounds: settings.rounds,
        seconds: settings.seconds,
        groups: groups.filter(|group| !group.rows.is_empty()).collect(),
        interpreters: runners.into_iter().map(|runner| runner.subject).collect(),
    })
}

/// Adds a turn's figures to those of the others.
fn note(rows: &mut Vec<Measured>, turn: Vec<(String, Unit, f64)>, place: usize, runners: usize) {
    for (name, unit, figure) in turn {
        let at = rows.iter().position(|row| row.name == name).unwrap_or_else(|| {
            rows.push(Measured {
                name,
                unit,
                figures: vec![Vec::new(); runners],
            });
            rows.len() - 1
        });
        rows[at].figures[place].push(figure);
    }
}

fn wanted(names: &[String]) -> Result<Vec<&'static GroupSpec>> {
    if let Some(unknown) = names
        .iter()
        .find(|name| GROUPS.iter().all(|group| group.name != *name))
    {
        let known: Vec<_> = GROUPS.iter().map(|group| group.name).collect();
        bail!("no group {unknown}; there are {}", known.join(", "));
    }
    let chosen = |group: &&GroupSpec| names.is_empty() || names.iter().any(|name| name == group.name);
    Ok(GROUPS.iter().filter(chosen).collect())
}

/// CPython, then each host that is there: with Gimbal, and alone.
fn runners(hosts: &[String]) -> Result<Vec<Runner>> {
    let mut runners = vec![Runner {
        subject: Subject {
            name: "CPython 3.11".to_owned(),
            role: Role::CPython,
            host: String::new(),
        },
        interpreter: Interpreter::oracle(),
        headers: None,
    }];
    let lanes = Lane::all();
    if let Some(unknown) = hosts
        .iter()
        .find(|name| lanes.iter().all(|lane| lane.host != *name))
    {
        let known: Vec<_> = lanes.iter().map(|lane| lane.host).collect();
        bail!("no host {unknown}; there are {}", known.join(", "));
    }
    for lane in lanes {
        if !hosts.is_empty() && hosts.iter().all(|name| name != lane.host) {
            continue;
        }
        let interpreter = match lane.interpreter() {
            Ok(interpreter) => interpreter.clone(),
            Err(reason) => {
                eprintln!("{} left out: {reason}", lane.host);
                continue;
            }
        };
        let alone = interpreter.alone();
        let version = version(&alone)?;
        let subject = |role, name: String| Subject {
            name,
            role,
            host: lane.host.to_owned(),
        };
        runners.push(Runner {
            subject: subject(Role::Gimbal, format!("Gimbal on PyPy {version}")),
            interpreter,
            headers: None,
        });
        let headers = Headers::of(lane.host)?;
        match headers.install() {
            Ok(()) => runners.push(Runner {
                subject: subject(Role::PyPy, format!("PyPy {version} alone")),
                interpreter: alone,
                headers: Some(headers),
            }),
            Err(error) => eprintln!("{} alone is left out, for its headers: {error:#}", lane.host),
        }
    }
    ensure!(runners.len() > 1, "no host to measure");
    Ok(runners)
}

/// The version of a PyPy.
fn version(interpreter: &Interpreter) -> Result<String> {
    let program = Program::new(lanes::script("benches", "version.py"), Vec::new());
    Ok(output(interpreter, &program)?.trim().to_owned())
}

impl GroupSpec {
    fn script(&self) -> PathBuf {
        lanes::script("benches", &format!("time_{}.py", self.name))
    }
}

impl Runner {
    /// Runs a group once; the rows, none when it cannot run here.
    fn turn(&self, group: &GroupSpec, settings: &Settings) -> Result<Vec<(String, Unit, f64)>> {
        match group.kind {
            Kind::Process => self.process(),
            Kind::Extension(source) => {
                let program = Program::new(group.script(), vec![self.extension(source)?]);
                self.figures(program, &[], Unit::Nanoseconds, settings)
            }
            Kind::Memory(source) => {
                let program = Program::new(group.script(), vec![self.extension(source)?]);
                self.figures(program, &[], Unit::Bytes, settings)
            }
            Kind::Wheels(_) if self.subject.role == Role::PyPy => Ok(Vec::new()),
            Kind::Wheels(names) => {
                let mut rows = Vec::new();
                for together in names.chunks(1).chain([names]) {
                    let program = programs::with_wheels(together, &group.script())?;
                    rows.extend(self.figures(program, together, Unit::Nanoseconds, settings)?);
                }
                Ok(rows)
            }
        }
    }

    fn extension(&self, name: &str) -> Result<PathBuf> {
        let source = lanes::script("benches", &format!("{name}.c"));
        match &self.headers {
            None => compile::extension(&source),
            Some(headers) => compile::extension_on(&headers.include(), &source, headers.suffix()),
        }
    }

    fn figures(
        &self,
        program: Program,
        arguments: &[&str],
        unit: Unit,
        settings: &Settings,
    ) -> Result<Vec<(String, Unit, f64)>> {
        let mut program = program.arg(settings.seconds.to_string()).arg(&settings.rows);
        program.args.extend(arguments.iter().map(OsString::from));
        program.limit = LIMIT;
        program.identify = true;
        let rows: Vec<(String, f64)> = serde_json::from_str(&output(&self.interpreter, &program)?)?;
        let chosen = rows.into_iter().filter(|(name, _)| name.contains(&settings.rows));
        Ok(chosen.map(|(name, figure)| (name, unit, figure)).collect())
    }

    /// What a process costs that does nothing: CPython starts it and tells.
    fn process(&self) -> Result<Vec<(String, Unit, f64)>> {
        let mut program = Program::new(
            lanes::script("benches", "time_process.py"),
            vec![self.extension("calls")?],
        );
        program.args = self.interpreter.words().to_vec();
        program.limit = LIMIT;
        let rows: Vec<(String, f64)> = serde_json::from_str(&output(&Interpreter::oracle(), &program)?)?;
        let units = [Unit::Nanoseconds, Unit::Nanoseconds, Unit::Bytes, Unit::Bytes];
        let rows = rows.into_iter().zip(units);
        Ok(rows.map(|((name, figure), unit)| (name, unit, figure)).collect())
    }
}

/// What a program prints that ends well.
fn output(interpreter: &Interpreter, program: &Program) -> Result<String> {
    let outcome = interpreter.run(program)?;
    ensure!(
        outcome.success(),
        "{}\n{}",
        outcome.status,
        report::tail(&outcome)
    );
    Ok(outcome.stdout)
}

fn today() -> Result<String> {
    let mut date = Command::new("date");
    date.args(["--utc", "+%F"]);
    Ok(process::run(date, Duration::from_secs(10))?
        .stdout
        .trim()
        .to_owned())
}

fn processor() -> Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo").context("no /proc/cpuinfo")?;
    let name = text.lines().find_map(|line| line.strip_prefix("model name"));
    Ok(name
        .unwrap_or_default()
        .trim_start_matches([' ', '\t', ':'])
        .to_owned())
}
