//! Looks at an extension file before the dynamic linker does: glibc maps a file that was cut without a question, and
//! the process then dies of SIGBUS in `dlopen`.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;

const HEADER_SIZE: usize = 64;
const SEGMENT_SIZE: usize = 56;
const LOAD: u32 = 1;

/// Says how many bytes are missing when the file is shorter than its segments. Whatever else may be wrong with it, or with
/// reading it, the dynamic linker says itself.
pub fn check_length(path: &CStr) -> Result<(), String> {
    let Some((length, wanted)) = lengths(path) else {
        return Ok(());
    };
    if wanted <= length {
        return Ok(());
    }
    let path = path.to_string_lossy();
    Err(format!("{path}: file too short: {length} bytes of {wanted}"))
}

/// The length of the file and the one that its header and segments claim; `None` when it is no readable ELF file.
fn lengths(path: &CStr) -> Option<(u64, u64)> {
    let file = File::open(OsStr::from_bytes(path.to_bytes())).ok()?;
    let length = file.metadata().ok()?.len();
    let mut header = [0; HEADER_SIZE];
    file.read_exact_at(&mut header, 0).ok()?;
    if !header.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let start = u64::from_le_bytes(field(&header, 32)?);
    let size = u16::from_le_bytes(field(&header, 54)?);
    let count = u16::from_le_bytes(field(&header, 56)?);
    if usize::from(size) != SEGMENT_SIZE {
        return None;
    }
    let mut table = vec![0; usize::from(count) * SEGMENT_SIZE];
    let mut wanted = start.checked_add(table.len() as u64)?;
    if wanted <= length {
        file.read_exact_at(&mut table, start).ok()?;
        for segment in table.chunks_exact(SEGMENT_SIZE) {
            if u32::from_le_bytes(field(segment, 0)?) == LOAD {
                let offset = u64::from_le_bytes(field(segment, 8)?);
                let bytes = u64::from_le_bytes(field(segment, 32)?);
                wanted = wanted.max(offset.checked_add(bytes)?);
            }
        }
    }
    Some((length, wanted))
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::{check_length, lengths};
    use std::ffi::CString;
    use std::os::unix::ffi::OsStringExt as _;

    #[test]
    fn a_whole_file_is_long_enough_and_a_cut_one_is_not() {
        let whole = std::env::current_exe().unwrap();
        let cut = std::env::temp_dir().join(format!("gimbal-cut-{}", std::process::id()));
        let bytes = std::fs::read(&whole).unwrap();
        let name = |path: &std::path::Path| CString::new(path.as_os_str().to_owned().into_vec()).unwrap();
        assert_eq!(check_length(&name(&whole)), Ok(()));
        let (length, wanted) = lengths(&name(&whole)).unwrap();
        assert_eq!(length, bytes.len() as u64);
        for length in [200, 4096, wanted as usize - 1] {
            std::fs::write(&cut, &bytes[..length]).unwrap();
            let message = check_length(&name(&cut)).unwrap_err();
            assert!(
                message.contains(&format!("too short: {length} bytes of ")),
                "{message}"
            );
        }
        for other in [b"".to_vec(), b"text, and not an object file".repeat(9)] {
            std::fs::write(&cut, other).unwrap();
            assert_eq!(check_length(&name(&cut)), Ok(()));
        }
        std::fs::remove_file(cut).unwrap();
    }
}
