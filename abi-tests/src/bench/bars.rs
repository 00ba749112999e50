//! What was to be reached (`data/bars.toml`), and whether it is.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::record::{Record, Role, Row};
use crate::paths;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    bar: Vec<Bar>,
}

/// A bar.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bar {
    /// What is to be done, in Markdown.
    pub operation: String,
    group: String,
    row: String,
    #[serde(default)]
    measure: Measure,
    /// What PyPy's own emulation needs, as measured before.
    pub cpyext: String,
    /// The figure to be reached.
    pub must: f64,
    /// The figure to be hoped for.
    pub aim: Option<f64>,
}

/// What the figures of a bar are.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Measure {
    /// The ratio to CPython.
    #[default]
    OfCpython,
    /// The ratio to the same PyPy alone.
    OfPypy,
    /// The difference to the same PyPy alone, in milliseconds or megabytes.
    MoreThanPypy,
}

/// All of them, in their order.
pub fn bars() -> Result<Vec<Bar>> {
    let path = paths::sources().join("data/bars.toml");
    let table: Table =
        toml::from_str(&fs::read_to_string(&path)?).with_context(|| format!("in {}", path.display()))?;
    Ok(table.bar)
}

impl Bar {
    /// Its row in a record.
    pub fn row<'a>(&self, record: &'a Record) -> Option<&'a Row> {
        record.row(&self.group, &self.row)
    }

    /// What Gimbal reached on a host.
    pub fn figure(&self, record: &Record, host: &str) -> Option<f64> {
        let row = self.row(record)?;
        let median = |role| Some(row.figure(record.place(role, host)?)?.median);
        let gimbal = median(Role::Gimbal)?;
        Some(match self.measure {
            Measure::OfCpython => gimbal / row.figure(record.place(Role::CPython, "")?)?.median,
            Measure::OfPypy => gimbal / median(Role::PyPy)?,
            Measure::MoreThanPypy => (gimbal - median(Role::PyPy)?) / 1e6,
        })
    }

    /// Whether a figure is good enough.
    pub fn verdict(&self, figure: f64) -> &'static str {
        // As precise as the tables show it.
        let figure = (figure * 100.0).round() / 100.0;
        match self.aim {
            Some(aim) if figure <= aim => "reached, and the aim",
            _ if figure <= self.must => "reached",
            _ => "falls short",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::GROUPS;
    use super::*;

    #[test]
    fn bars_are_about_groups() {
        for bar in bars().unwrap() {
            assert!(
                GROUPS.iter().any(|group| group.name == bar.group),
                "{}",
                bar.operation
            );
            assert!(bar.aim.is_none_or(|aim| aim <= bar.must), "{}", bar.operation);
        }
    }
}
