//! What a run measured: kept as JSON, from which the document and the plot are made.

use serde::{Deserialize, Serialize};

/// A run of the benchmarks.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    /// The day, as `2026-11-22`.
    pub date: String,
    /// The processor.
    pub machine: String,
    /// How many of it there are.
    pub processors: usize,
    /// How often every interpreter had its turn.
    pub rounds: usize,
    /// How long each row was measured in a turn.
    pub seconds: f64,
    /// What was measured; the figures of a row are in this order.
    pub interpreters: Vec<Subject>,
    /// What they did.
    pub groups: Vec<Group>,
}

/// An interpreter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What it is in a table.
    pub name: String,
    /// In which role it runs.
    pub role: Role,
    /// What `gimbal` knows the host by; empty for CPython.
    pub host: String,
}

/// What runs the extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// CPython 3.11, of whose figures the ratios are.
    CPython,
    /// Gimbal: the same files on PyPy.
    Gimbal,
    /// PyPy alone, with the same C source compiled for its own emulation of the C API (cpyext).
    PyPy,
}

/// Rows that belong together.
#[derive(Debug, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// In the order of the tables.
    pub rows: Vec<Row>,
}

/// One thing to do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    /// What it is, in Markdown.
    pub name: String,
    /// What the figures are.
    pub unit: Unit,
    /// One for each interpreter that can do it.
    pub figures: Vec<Option<Figure>>,
}

/// In what a row is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Time.
    Nanoseconds,
    /// Memory.
    Bytes,
}

/// What one interpreter took.
#[derive(Debug, Serialize, Deserialize)]
pub struct Figure {
    /// The median of the rounds.
    pub median: f64,
    /// Of CPython's median.
    pub ratio: Option<f64>,
    /// In each round.
    pub rounds: Vec<f64>,
}

impl Record {
    /// As JSON, one line for each row.
    pub fn to_json(&self) -> serde_json::Result<String> {
        let mut lines = Vec::new();
        let mut rows = Vec::new();
        for group in &self.groups {
            for row in &group.rows {
                rows.push(format!("        {}", serde_json::to_string(row)?));
            }
            let name = serde_json::to_string(&group.name)?;
            lines.push(format!(
                "    {{\n      \"name\": {name},\n      \"rows\": [\n{}\n      ]\n    }}",
                rows.join(",\n")
            ));
            rows.clear();
        }
        let head = Self {
            groups: Vec::new(),
            interpreters: self.interpreters.clone(),
            date: self.date.clone(),
            machine: self.machine.clone(),
            ..*self
        };
        let groups = format!("\"groups\": [\n{}\n  ]", lines.join(",\n"));
        Ok(serde_json::to_string_pretty(&head)?.replace("\"groups\": []", &groups) + "\n")
    }

    /// The row `name` of a group.
    pub fn row(&self, group: &str, name: &str) -> Option<&Row> {
        let group = self.groups.iter().find(|found| found.name == group)?;
        group.rows.iter().find(|row| row.name == name)
    }

    /// The place of the interpreter that runs in this role on this host.
    pub fn place(&self, role: Role, host: &str) -> Option<usize> {
        let mut subjects = self.interpreters.iter();
        subjects.position(|subject| subject.role == role && subject.host == host)
    }
}

impl Row {
    /// A row, from what each interpreter measured in each round; CPython comes first.
    pub fn new(name: String, unit: Unit, mut measured: Vec<Vec<f64>>) -> Self {
        for figure in measured.iter_mut().flatten() {
            *figure = precise(*figure);
        }
        let cpython = measured.first().and_then(|rounds| median(rounds));
        let figures = measured.into_iter().map(|rounds| {
            let median = precise(median(&rounds)?);
            let ratio = cpython.map(|cpython| precise(median / cpython));
            Some(Figure {
                median,
                ratio,
                rounds,
            })
        });
        Self {
            name,
            unit,
            figures: figures.collect(),
        }
    }

    /// The figure of the interpreter at this place.
    pub fn figure(&self, place: usize) -> Option<&Figure> {
        self.figures.get(place)?.as_ref()
    }
}

/// With the four digits that may mean something.
fn precise(figure: f64) -> f64 {
    format!("{figure:.3e}").parse().unwrap_or(figure)
}

fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        even if even % 2 == 0 => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
        _ => Some(sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_back() {
        let text =
            std::fs::read_to_string(super::super::document::folder().join("performance.json")).unwrap();
        let record: Record = serde_json::from_str(&text).unwrap();
        assert!(record.to_json().unwrap() == text);
    }

    #[test]
    fn digits() {
        assert_eq!(
            [123_456.0, 0.001_234_56, 0.0].map(precise),
            [123_500.0, 0.001_235, 0.0]
        );
    }

    #[test]
    fn ratios_are_of_medians() {
        let row = Row::new(
            "x".into(),
            Unit::Nanoseconds,
            vec![vec![9.0, 2.0, 1.0], vec![8.0, 2.0], vec![]],
        );
        assert_eq!(row.figure(0).unwrap().median, 2.0);
        assert_eq!(row.figure(1).unwrap().ratio, Some(2.5));
        assert!(row.figure(2).is_none());
    }
}
