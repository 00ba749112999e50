//! The command line of `python`, for `Py_Main` and for a `PyConfig` that parses its arguments.

use super::wide::{self, Wide};
use super::{Run, Settings};

/// What a command line leads to, when it does not lead to a program.
#[derive(Debug, PartialEq, Eq)]
pub enum Instead {
    /// Print the version.
    Version,
    /// Print how to call us.
    Help,
    /// Complain about it.
    Bad(String),
}

/// Reads a command line, whose first word is the program's name, into the settings.
pub fn parse(words: &[Wide], settings: &mut Settings) -> Result<(), Instead> {
    let mut rest = words.iter().skip(1);
    let mut first = Wide::new();
    while let Some(word) = rest.clone().next() {
        let text = wide::encode(word).unwrap_or_default();
        if text.first() != Some(&b'-') || text.len() == 1 {
            // "-" is standard input, and a script's name is not an option.
            if text != b"-" {
                settings.run = Run::File(word.clone());
            }
            first = word.clone();
            rest.next();
            break;
        }
        rest.next();
        match text.as_slice() {
            b"--" => {
                if let Some(script) = rest.next() {
                    settings.run = Run::File(script.clone());
                    first = script.clone();
                }
                break;
            }
            b"--help" => return Err(Instead::Help),
            b"--version" => return Err(Instead::Version),
            b"--check-hash-based-pycs" => {
                rest.next();
                continue;
            }
            _ => {}
        }
        let mut letters = word[1..].iter();
        let mut program = None;
        while let Some(&letter) = letters.next() {
            let letter = u8::try_from(letter).unwrap_or(b'-');
            if !b"cmWX".contains(&letter) {
                flag(letter, settings)?;
                continue;
            }
            let joined: Wide = letters.by_ref().copied().collect();
            let value = if joined.is_empty() {
                rest.next().cloned()
            } else {
                Some(joined)
            };
            let letter = char::from(letter);
            let Some(value) = value else {
                return Err(Instead::Bad(format!(
                    "Argument expected for the -{letter} option"
                )));
            };
            match letter {
                'c' => {
                    // As CPython shows it to programs.
                    let line: Wide = value.iter().copied().chain(['\n' as libc::wchar_t]).collect();
                    program = Some(Run::Command(line));
                }
                'm' => program = Some(Run::Module(value)),
                'W' => settings.warnings.push(value),
                _ => settings.extras.push(value),
            }
        }
        if let Some(run) = program {
            first = wide::decode(if matches!(run, Run::Command(_)) {
                b"-c"
            } else {
                b"-m"
            });
            settings.run = run;
            break;
        }
    }
    settings.argv = std::iter::once(first).chain(rest.cloned()).collect();
    Ok(())
}

fn flag(letter: u8, settings: &mut Settings) -> Result<(), Instead> {
    match letter {
        b'E' => settings.environment = false,
        b'I' => {
            settings.environment = false;
            settings.safe_path = true;
        }
        b'P' => settings.safe_path = true,
        b'S' => settings.site = false,
        b'i' => settings.inspect = true,
        b'q' => settings.quiet = true,
        // How the host compiles, caches and buffers is its own affair.
        b'b' | b'B' | b'd' | b'O' | b's' | b'u' | b'v' | b'x' | b'R' => {}
        b'V' => return Err(Instead::Version),
        b'h' | b'?' => return Err(Instead::Help),
        other => return Err(Instead::Bad(format!("Unknown option: -{}", char::from(other)))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(line: &str) -> Result<Settings, Instead> {
        let words: Vec<Wide> = line
            .split(' ')
            .map(|word| wide::decode(word.as_bytes()))
            .collect();
        let mut settings = Settings::new();
        parse(&words, &mut settings).map(|()| settings)
    }

    fn arguments(settings: &Settings) -> String {
        let words: Vec<String> = settings
            .argv
            .iter()
            .map(|word| String::from_utf8(wide::encode(word).unwrap()).unwrap())
            .collect();
        words.join(" ")
    }

    #[test]
    fn programs_and_their_arguments() {
        let text = |text: &str| wide::decode(text.as_bytes());
        for (line, run, argv) in [
            ("p", Run::Input, ""),
            ("p - x", Run::Input, "- x"),
            ("p -c pass -u", Run::Command(text("pass\n")), "-c -u"),
            ("p -BEcpass x", Run::Command(text("pass\n")), "-c x"),
            ("p -I -m json.tool f", Run::Module(text("json.tool")), "-m f"),
            ("p -W error -Xa=1 s.py -q", Run::File(text("s.py")), "s.py -q"),
            ("p -- -s.py", Run::File(text("-s.py")), "-s.py"),
        ] {
            let found = settings(line).unwrap();
            assert_eq!(
                (found.run.clone(), arguments(&found).as_str()),
                (run, argv),
                "{line}"
            );
        }
        assert_eq!(settings("p -W error -Xa=1 s").unwrap().warnings, [text("error")]);
        assert!(!settings("p -I s").unwrap().environment);
    }

    #[test]
    fn what_is_no_program() {
        assert_eq!(settings("p -V").unwrap_err(), Instead::Version);
        assert_eq!(settings("p --help").unwrap_err(), Instead::Help);
        assert_eq!(
            settings("p -z").unwrap_err(),
            Instead::Bad("Unknown option: -z".into())
        );
        assert_eq!(
            settings("p -c").unwrap_err(),
            Instead::Bad("Argument expected for the -c option".into())
        );
    }
}
