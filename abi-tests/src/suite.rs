//! Packages' own test suites, from their source distributions, with the unmodified wheel.
//!
//! A suite runs a few files at a time, each batch in a process of its own; when a process crashes, the batch's files run
//! one by one: a crash costs the tests of one file. What a batch came to is kept below `target/suites`, so that a run
//! that was interrupted goes on where it stopped; what is kept belongs to one wheel and, for a host, to one build of Gimbal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::lanes::{self, Interpreter, Program};
use crate::wheels::{self, Lock, Suite};
use crate::{paths, report};

/// What pytest itself needs on Python 3.11.
const PYTEST: [&str; 5] = ["pytest", "iniconfig", "packaging", "pluggy", "pygments"];

/// How long one process may take.
const LIMIT: Duration = Duration::from_secs(1200);

/// How many files share a process: starting an interpreter and pytest often takes longer than a file's tests.
const BATCH: usize = 12;

/// Each test's outcome by its name.
pub type Outcomes = BTreeMap<String, String>;

/// What running files came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Run {
    /// The tests of the files.
    pub outcomes: Outcomes,
    /// The files whose process did not come to its end, and how it ended.
    pub crashes: BTreeMap<String, String>,
    /// What pytest said about failures.
    pub messages: String,
}

/// A suite on one interpreter.
pub struct Session<'s> {
    suite: &'s Suite,
    interpreter: &'s Interpreter,
    folder: PathBuf,
    site: Vec<PathBuf>,
    identify: bool,
}

impl<'s> Session<'s> {
    /// The suite on the oracle (`lane` and `build` empty) or on a lane with a build of Gimbal.
    pub fn new(
        lock: &Lock,
        suite: &'s Suite,
        interpreter: &'s Interpreter,
        lane: &str,
        build: &str,
    ) -> Result<Self> {
        let packages = lock.closure(&suite.name)?;
        let mut names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
        for need in suite.needs.iter().map(String::as_str).chain(PYTEST) {
            for package in lock.closure(need)? {
                if !names.contains(&package.name.as_str()) {
                    names.push(&package.name);
                }
            }
        }
        let mut key = Sha256::new();
        for name in &names {
            key.update(&lock.find(name)?.sha256);
        }
        key.update(build);
        key.update(serde_json::to_string(suite)?);
        key.update(fs::read(runner())?);
        let key: String = key
            .finalize()
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let lane = if lane.is_empty() { "cpython" } else { lane };
        Ok(Self {
            suite,
            interpreter,
            folder: paths::target()
                .join("suites")
                .join(&suite.name)
                .join(lane)
                .join(key),
            site: names.iter().map(|name| wheels::site(name)).collect(),
            identify: suite.identify || packages.iter().any(|package| package.identify),
        })
    }

    /// Where the tests are: in the source distribution, or in the wheel if they are a part of that.
    fn root(&self) -> PathBuf {
        let wheel = wheels::site(&self.suite.name);
        if self.suite.tests.iter().all(|test| wheel.join(test).exists()) {
            return wheel;
        }
        wheels::sdist(&self.suite.name)
    }

    /// The test files, relative to the root of the tests, in batches of one directory.
    pub fn batches(&self) -> Result<Vec<Vec<String>>> {
        let root = self.root();
        let mut files = Vec::new();
        for test in &self.suite.tests {
            let path = root.join(test);
            if path.is_dir() {
                test_files(&root, &path, &mut files)?;
            } else {
                files.push(test.clone());
            }
        }
        files.sort();
        ensure!(
            !files.is_empty(),
            "the suite of {} has no test files",
            self.suite.name
        );
        let directories = files.chunk_by(|one, other| Path::new(one).parent() == Path::new(other).parent());
        Ok(directories
            .flat_map(|files| files.chunks(BATCH))
            .map(<[String]>::to_vec)
            .collect())
    }

    /// Runs a batch, unless its outcomes are kept already.
    pub fn run(&self, batch: &[String]) -> Result<Run> {
        let kept = self
            .folder
            .join(batch[0].replace('/', "+"))
            .with_extension("json");
        if let Some(run) = fs::read_to_string(&kept)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
        {
            return Ok(run);
        }
        let mut run = self.start(batch)?;
        if !run.crashes.is_empty() && batch.len() > 1 {
            run = Run::default();
            for file in batch {
                let mut one = self.start(std::slice::from_ref(file))?;
                run.outcomes.append(&mut one.outcomes);
                run.crashes.append(&mut one.crashes);
                run.messages += &one.messages;
            }
        }
        fs::create_dir_all(&self.folder)?;
        // Written aside and renamed: what is kept is whole.
        let fresh = tempfile::NamedTempFile::new_in(&self.folder)?;
        fs::write(&fresh, serde_json::to_string(&run)?)?;
        fresh.persist(&kept)?;
        Ok(run)
    }

    /// Runs files in one process.
    fn start(&self, batch: &[String]) -> Result<Run> {
        let mut program = Program::new(runner(), self.site.clone()).arg(self.root());
        program.identify = self.identify;
        program.limit = LIMIT;
        for skip in &self.suite.skip {
            program = program.arg("--deselect").arg(&skip.test);
        }
        for word in self.suite.options.iter().chain(batch) {
            program = program.arg(word);
        }
        let outcome = self.interpreter.run(&program)?;
        let mut run = Run::default();
        for line in outcome.stdout.lines() {
            match line
                .strip_prefix("outcome\t")
                .and_then(|line| line.split_once('\t'))
            {
                Some((result, test)) => drop(run.outcomes.insert(test.to_owned(), result.to_owned())),
                None => run.messages.extend([line, "\n"]),
            }
        }
        if !outcome.stdout.contains("\nended\n") {
            let how = format!("{}\n{}", outcome.status, report::tail(&outcome));
            run.crashes
                .extend(batch.iter().map(|file| (file.clone(), how.clone())));
        }
        Ok(run)
    }

    /// Forgets what is kept.
    pub fn forget(&self) -> Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// The program that runs a suite.
fn runner() -> PathBuf {
    lanes::script("wheels/suites", "run.py")
}

/// What pytest would collect below a folder.
fn test_files(root: &Path, folder: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("no tests in {}", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            test_files(root, &path, files)?;
        } else if name.ends_with(".py") && (name.starts_with("test_") || name.ends_with("_test.py")) {
            files.push(path.strip_prefix(root)?.display().to_string());
        }
    }
    Ok(())
}

/// Names the build of Gimbal that is tested: what is kept of another one does not count.
pub fn build_id() -> Result<String> {
    let mut hash = Sha256::new();
    let lib = paths::gimbal_home().join("3.11/lib");
    let mut files = vec![lib.join("libpython3.11.so.1.0")];
    for entry in fs::read_dir(lib.join("gimbal/pypy"))? {
        files.push(entry?.path());
    }
    files.retain(|file| file.is_file());
    files.sort();
    for file in files {
        hash.update(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// How a host compares with the oracle.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Comparison {
    /// Tests that pass on CPython.
    pub passed: usize,
    /// Those of them that pass on the host, too.
    pub also: usize,
    /// Tests that end otherwise: name, on CPython, on the host.
    pub different: Vec<(String, String, String)>,
    /// Files whose process crashed on the host: name, how.
    pub crashes: Vec<(String, String)>,
}

impl Comparison {
    /// Adds one batch's tests.
    pub fn add(&mut self, oracle: &Run, lane: &Run) {
        const ABSENT: &str = "absent";
        let crashes = lane.crashes.iter().map(|(file, how)| (file.clone(), how.clone()));
        self.crashes.extend(crashes);
        let names = oracle.outcomes.keys().chain(
            lane.outcomes
                .keys()
                .filter(|name| !oracle.outcomes.contains_key(*name)),
        );
        for name in names {
            let of = |run: &Run| run.outcomes.get(name).map_or(ABSENT, String::as_str).to_owned();
            let (here, there) = (of(oracle), of(lane));
            if here == "passed" {
                self.passed += 1;
                self.also += usize::from(there == "passed");
            }
            if here != there {
                self.different.push((name.clone(), here, there));
            }
        }
    }

    /// Leaves out the differences of tests whose names contain one of `explained`.
    pub fn forgive(&mut self, explained: &[String]) {
        self.different
            .retain(|(test, ..)| !explained.iter().any(|part| test.contains(part)));
    }

    /// Whether nothing differs.
    pub fn equal(&self) -> bool {
        self.different.is_empty() && self.crashes.is_empty()
    }

    /// The share of CPython's passes, in per cent.
    pub fn share(&self) -> f64 {
        100.0 * self.also as f64 / self.passed.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(outcomes: &[(&str, &str)]) -> Run {
        let outcomes = outcomes
            .iter()
            .map(|(test, outcome)| ((*test).to_owned(), (*outcome).to_owned()));
        Run {
            outcomes: outcomes.collect(),
            ..Run::default()
        }
    }

    #[test]
    fn only_passes_of_the_oracle_count() {
        let mut comparison = Comparison::default();
        comparison.add(
            &run(&[("a", "passed"), ("b", "passed"), ("c", "skipped")]),
            &run(&[("a", "passed"), ("b", "failed"), ("d", "passed")]),
        );
        assert_eq!((comparison.passed, comparison.also), (2, 1));
        let names: Vec<_> = comparison
            .different
            .iter()
            .map(|(name, ..)| name.as_str())
            .collect();
        assert_eq!(names, ["b", "c", "d"]);
        assert!(!comparison.equal());
    }

    #[test]
    fn a_crash_loses_the_tests_that_did_not_run() {
        let mut comparison = Comparison::default();
        let mut crashed = run(&[]);
        crashed.crashes.insert("f".into(), "signal 11".into());
        comparison.add(&run(&[("a", "passed")]), &crashed);
        assert_eq!((comparison.passed, comparison.also), (1, 0));
        assert_eq!(comparison.crashes.len(), 1);
    }
}
