//! `docs/PERFORMANCE.md`: its tables come from a record, the rest is written by hand.
//!
//! A table stands between `<!-- figures: NAME -->` and `<!-- end of figures -->`. NAME is `run`, `bars` or a group.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::bars;
use super::record::{Group, Record, Role, Unit};
use crate::paths;

const OPEN: &str = "<!-- figures: ";
const CLOSE: &str = "<!-- end of figures -->";

/// The files that a record makes, beside itself.
pub fn folder() -> PathBuf {
    paths::sources().join("../docs")
}

/// The document with the tables of `record`.
pub fn update(text: &str, record: &Record) -> Result<String> {
    let mut updated = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (name, after) = after.split_once(" -->").context("a marker has no end")?;
        let (_, after) = after
            .split_once(CLOSE)
            .with_context(|| format!("the figures {name} have no end"))?;
        write!(
            updated,
            "{before}{OPEN}{name} -->\n{}{CLOSE}",
            table(name, record)?
        )?;
        rest = after;
    }
    updated.push_str(rest);
    Ok(updated)
}

/// What stands between the markers of this name.
fn table(name: &str, record: &Record) -> Result<String> {
    match name {
        "run" => Ok(about(record)),
        "bars" => bar_table(record),
        name => {
            let group = record.groups.iter().find(|group| group.name == name);
            Ok(rows(
                group.with_context(|| format!("no figures of {name}"))?,
                record,
            ))
        }
    }
}

fn about(record: &Record) -> String {
    let names: Vec<_> = record.interpreters.iter().map(|subject| &*subject.name).collect();
    format!(
        "{}: {} rounds of {} s for each row, on {} processors of a shared machine ({}): {}.\n",
        record.date,
        record.rounds,
        record.seconds,
        record.processors,
        record.machine,
        names.join(", "),
    )
}

fn bar_table(record: &Record) -> Result<String> {
    let gimbals: Vec<_> = record
        .interpreters
        .iter()
        .filter(|subject| subject.role == Role::Gimbal)
        .collect();
    let mut text = String::from("| operation | cpyext before | must | aim |");
    let mut line = String::from("|---|--:|--:|--:|");
    for subject in &gimbals {
        write!(text, " {} | |", subject.name)?;
        line += "--:|---|";
    }
    writeln!(text, "\n{line}")?;
    for bar in bars::bars()? {
        let aim = bar.aim.map_or(String::new(), |aim| format!("{aim}"));
        write!(
            text,
            "| {} | {} | {} | {aim} |",
            bar.operation, bar.cpyext, bar.must
        )?;
        for subject in &gimbals {
            match bar.figure(record, &subject.host) {
                Some(figure) => write!(text, " {figure:.2} | {} |", bar.verdict(figure))?,
                None => write!(text, " | not measured |")?,
            }
        }
        text.push('\n');
    }
    Ok(text)
}

/// The table of a group: CPython's figure, then what the others take of it.
pub fn rows(group: &Group, record: &Record) -> String {
    let mut text = String::from("| |");
    let mut line = String::from("|---|");
    for subject in &record.interpreters {
        // Only lines: a String takes all that is written.
        text += &format!(" {} |", subject.name);
        line += "--:|";
    }
    text = format!("{text}\n{line}\n");
    for row in &group.rows {
        text += &format!("| {} |", row.name);
        for (place, subject) in record.interpreters.iter().enumerate() {
            text += &match row.figure(place) {
                None => " |".to_owned(),
                Some(figure) => match figure.ratio {
                    Some(ratio) if subject.role != Role::CPython => format!(" {ratio:.2} |"),
                    _ => format!(" {} |", quantity(figure.median, row.unit)),
                },
            };
        }
        text.push('\n');
    }
    text
}

/// A figure with the unit that suits its size.
fn quantity(figure: f64, unit: Unit) -> String {
    let names: [&str; 3] = match unit {
        Unit::Nanoseconds => ["ns", "µs", "ms"],
        Unit::Bytes => ["B", "KB", "MB"],
    };
    let (scale, name) = match figure {
        figure if figure >= 1e6 => (1e6, names[2]),
        figure if figure >= 1e4 => (1e3, names[1]),
        _ => (1.0, names[0]),
    };
    let scaled = figure / scale;
    if scaled >= 100.0 {
        format!("{scaled:.0} {name}")
    } else {
        format!("{scaled:.1} {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GROUPS, plot};
    use super::*;

    #[test]
    fn figures_have_units() {
        assert_eq!(quantity(12.34, Unit::Nanoseconds), "12.3 ns");
        assert_eq!(quantity(23_456.0, Unit::Nanoseconds), "23.5 µs");
        assert_eq!(quantity(45_600_000.0, Unit::Bytes), "45.6 MB");
    }

    #[test]
    fn unknown_figures_are_an_error() {
        let record = recorded();
        assert!(update("a <!-- figures: nonsense --> <!-- end of figures -->", &record).is_err());
        assert!(update("a <!-- figures: run -->", &record).is_err());
    }

    fn recorded() -> Record {
        serde_json::from_str(&std::fs::read_to_string(folder().join("performance.json")).unwrap()).unwrap()
    }

    #[test]
    fn the_document_is_that_of_the_record() {
        let record = recorded();
        let text = std::fs::read_to_string(folder().join("PERFORMANCE.md")).unwrap();
        assert!(
            update(&text, &record).unwrap() == text,
            "run `cargo xtask bench --from docs/performance.json --write`"
        );
        for group in &GROUPS {
            assert!(
                text.contains(&format!("{OPEN}{} -->", group.name)),
                "{}",
                group.name
            );
        }
        let drawn = std::fs::read_to_string(folder().join("performance.svg")).unwrap();
        assert!(
            plot::draw(&record).unwrap() == drawn,
            "the plot is not that of the record"
        );
    }

    #[test]
    fn every_bar_has_its_row() {
        let record = recorded();
        for bar in bars::bars().unwrap() {
            assert!(bar.row(&record).is_some(), "{}", bar.operation);
        }
    }
}
