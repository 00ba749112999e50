//! `gimbal host list`: every host that can be named, and which flavours it can run.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::discover;
use super::prefix::Prefix;
use super::spec::RELEASES;
use crate::home::{Home, speaks};

/// A line of the list.
#[derive(Serialize)]
struct Entry {
    /// What to give to `--host`.
    host: String,
    implementation_version: String,
    python_version: String,
    /// Made by `gimbal host install`.
    private: bool,
    /// The prefix of a private host, else the interpreter's file.
    path: PathBuf,
    /// The built flavours whose wheels it can run.
    flavours: Vec<String>,
    usable: bool,
}

/// The list as text, a table or JSON.
pub fn list(json: bool) -> Result<String> {
    let flavours = Home::find().map(|home| home.flavours()).unwrap_or_default();
    let entries = entries(&flavours)?;
    if json {
        return Ok(serde_json::to_string_pretty(&entries)? + "\n");
    }
    if entries.is_empty() {
        return Ok(format!(
            "No hosts are here. Install one with: gimbal host install {}\n",
            RELEASES[0]
        ));
    }
    let mut text = table(&entries);
    if flavours.is_empty() {
        text += "\nNo flavour is built yet, so no host can be used.\n";
    }
    Ok(text)
}

/// The names of the hosts that can run one of `flavours`.
pub fn usable(flavours: &[String]) -> Result<Vec<String>> {
    let entries = entries(flavours)?.into_iter();
    Ok(entries
        .filter(|entry| entry.usable)
        .map(|entry| entry.host)
        .collect())
}

fn entries(flavours: &[String]) -> Result<Vec<Entry>> {
    let entry = |host, implementation_version, python_version: String, private, path| {
        let flavours: Vec<_> = flavours
            .iter()
            .filter(|flavour| speaks(&python_version, flavour))
            .cloned()
            .collect();
        let usable = !flavours.is_empty();
        Entry {
            host,
            implementation_version,
            python_version,
            private,
            path,
            flavours,
            usable,
        }
    };
    let mut entries = Vec::new();
    for release in &RELEASES {
        let prefix = Prefix::of(release)?;
        match prefix.manifest() {
            Ok(Some(m)) => {
                entries.push(entry(
                    m.host,
                    m.implementation_version,
                    m.python_version,
                    true,
                    prefix.root,
                ));
            }
            Ok(None) => {}
            Err(error) => eprintln!("gimbal: {error}"),
        }
    }
    entries.extend(discover::on_this_machine().map(|pypy| {
        let host = pypy.path.display().to_string();
        entry(
            host,
            pypy.versions.implementation,
            pypy.versions.python,
            false,
            pypy.file,
        )
    }));
    Ok(entries)
}

fn table(entries: &[Entry]) -> String {
    let mut rows = vec![["HOST", "PYPY", "PYTHON", "USABLE WITH", "PATH"].map(str::to_owned)];
    rows.extend(entries.iter().map(|entry| {
        let flavours = if entry.usable {
            entry.flavours.join(" ")
        } else {
            "-".to_owned()
        };
        [
            entry.host.clone(),
            entry.implementation_version.clone(),
            entry.python_version.clone(),
            flavours,
            entry.path.display().to_string(),
        ]
    }));
    let widths: [usize; 5] = std::array::from_fn(|column| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    });
    let line = |row: &[String; 5]| {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let entry = |host: &str, flavours: &[&str]| Entry {
            host: host.into(),
            implementation_version: "7.3.19".into(),
            python_version: "3.11.11".into(),
            private: true,
            path: "/p".into(),
            flavours: flavours.iter().map(|f| (*f).to_owned()).collect(),
            usable: !flavours.is_empty(),
        };
        let text = table(&[entry("pypy3.11@7.3", &["3.11"]), entry("/x", &[])]);
        let expected = "HOST          PYPY    PYTHON   USABLE WITH  PATH\n\
                        pypy3.11@7.3  7.3.19  3.11.11  3.11         /p\n\
                        /x            7.3.19  3.11.11  -            /p\n";
        assert_eq!(text, expected);
    }
}
