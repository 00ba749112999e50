//! Which Debian mirror this machine uses: what its own apt configuration says, in either of apt's formats.

use std::fs;
use std::path::Path;

/// The mirror that Debian itself names for everybody.
pub const DEFAULT_MIRROR: &str = "http://deb.debian.org/debian";

/// The mirrors to try, the machine's own one first.
pub fn mirrors() -> Vec<String> {
    let mut found: Vec<String> = machine_mirror(Path::new("/etc/apt")).into_iter().collect();
    if !found.iter().any(|mirror| mirror == DEFAULT_MIRROR) {
        found.push(DEFAULT_MIRROR.to_owned());
    }
    found
}

fn machine_mirror(apt: &Path) -> Option<String> {
    let mut files = vec![apt.join("sources.list")];
    if let Ok(entries) = fs::read_dir(apt.join("sources.list.d")) {
        files.extend(entries.flatten().map(|entry| entry.path()));
    }
    files[1..].sort();
    files.iter().find_map(|file| {
        let text = fs::read_to_string(file).ok()?;
        match file.extension()?.to_str()? {
            "list" => mirror_in_lines(&text),
            "sources" => mirror_in_stanzas(&text),
            _ => None,
        }
    })
}

/// One-line format: `deb [options] URI suite components`.
fn mirror_in_lines(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("deb")?;
        let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
        let rest = match rest.strip_prefix('[') {
            Some(options) => options.split_once(']')?.1,
            None => rest,
        };
        mirror(rest.split_whitespace().next()?)
    })
}

/// deb822 format: stanzas of `Field: values`, a field going on in lines that start with a blank.
fn mirror_in_stanzas(text: &str) -> Option<String> {
    let uncommented: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    uncommented
        .split(|line| line.trim().is_empty())
        .find_map(|stanza| {
            let values = |wanted: &str| {
                let mut inside = false;
                let mut values = Vec::new();
                for line in stanza {
                    let mut rest = *line;
                    if !line.starts_with([' ', '\t']) {
                        let (name, value) = line.split_once(':').unwrap_or((line, ""));
                        inside = name.eq_ignore_ascii_case(wanted);
                        rest = value;
                    }
                    if inside {
                        values.extend(rest.split_whitespace());
                    }
                }
                values
            };
            if values("Enabled")
                .iter()
                .any(|value| value.eq_ignore_ascii_case("no"))
                || !values("Types").contains(&"deb")
            {
                return None;
            }
            values("URIs").into_iter().find_map(mirror)
        })
}

/// `uri` without its last slash, if it is a whole Debian archive on the net: not its security updates, not a
/// snapshot of one day, not a disc.
fn mirror(uri: &str) -> Option<String> {
    let uri = uri.trim_end_matches('/');
    let (scheme, place) = uri.split_once(':')?;
    let last = place.rsplit('/').next()?;
    let whole = match scheme {
        "http" | "https" => last == "debian",
        // The cloud images of Debian keep the list of their mirrors in a file of this name.
        "mirror+file" => last == "debian" || last == "debian.list",
        _ => false,
    };
    whole.then(|| uri.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_sources() {
        let text = "# deb http://commented.example/debian sid main\n\
                    deb-src http://source.example/debian sid main\n\
                    deb cdrom:[Debian 12]/debian bookworm main\n\
                    deb https://packages.example/apt stable main\n\
                    deb http://deb.debian.org/debian-security bookworm-security main\n\
                    deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] https://mirror.example/debian/ bookworm main\n";
        assert_eq!(mirror_in_lines(text).unwrap(), "https://mirror.example/debian");
        assert_eq!(
            mirror_in_lines("deb http://other.example/ubuntu noble main"),
            None
        );
    }

    #[test]
    fn stanza_sources() {
        let text = "Types: deb\nURIs: http://off.example/debian\nEnabled: no\n\n\
                    Types: deb-src\nURIs: http://source.example/debian\n\n\
                    Types: deb deb-src\n# a comment\nURIs:\n https://packages.example/apt\n http://mirror.example/debian/\nSuites: bookworm\n";
        assert_eq!(mirror_in_stanzas(text).unwrap(), "http://mirror.example/debian");
        assert_eq!(
            mirror_in_stanzas("Types: deb\nURIs: http://a.example/debian-security\n"),
            None
        );
    }

    #[test]
    fn only_whole_archives_on_the_net() {
        assert!(mirror("mirror+file:///etc/apt/mirrors/debian.list").is_some());
        assert!(mirror("file:/srv/debian").is_none());
        assert!(mirror("http://snapshot.debian.org/archive/debian/20250520T000000Z").is_none());
    }

    #[test]
    fn a_machine_without_sources() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(machine_mirror(empty.path()), None);
    }

    #[test]
    fn files_in_the_order_of_apt() {
        let apt = tempfile::tempdir().unwrap();
        let parts = apt.path().join("sources.list.d");
        fs::create_dir(&parts).unwrap();
        fs::write(
            parts.join("b.sources"),
            "Types: deb\nURIs: http://b.example/debian\n",
        )
        .unwrap();
        fs::write(parts.join("a.list"), "deb http://a.example/debian sid main\n").unwrap();
        fs::write(
            parts.join("0.list.save"),
            "deb http://saved.example/debian sid main\n",
        )
        .unwrap();
        assert_eq!(machine_mirror(apt.path()).unwrap(), "http://a.example/debian");
    }
}
