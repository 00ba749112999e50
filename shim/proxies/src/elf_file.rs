//! Looks at an extension file before the dynamic linker does: glibc maps a file that was cut without a question, and
//! the process then dies of SIGBUS in `dlopen`; and of a file that is built for another kind of Python it says no more than
//! which of its imports it did not find first.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;

const HEADER_SIZE: usize = 64;
const SEGMENT_SIZE: usize = 56;
const SYMBOL_SIZE: usize = 24;
const RELOCATION_SIZE: usize = 24;
/// Kinds of segments.
const LOAD: u32 = 1;
const DYNAMIC: u32 = 2;
/// Tags of the dynamic section: where tables are, and how many bytes they have.
const STRINGS: i64 = 5;
const STRINGS_SIZE: i64 = 10;
const SYMBOLS: i64 = 6;
const RELOCATIONS: [(i64, i64); 2] = [(7, 8), (23, 2)];

/// Says how many bytes are missing when the file is shorter than its segments, or what is wrong with the first import that
/// `is_foreign` knows. Whatever else may be wrong with it, or with reading it, the dynamic linker says itself.
pub fn check(path: &CStr, is_foreign: fn(&[u8]) -> bool, foreign: &str) -> Result<(), String> {
    let Some(image) = Image::open(path) else {
        return Ok(());
    };
    let (length, wanted) = (image.length, image.wanted);
    let path = path.to_string_lossy();
    if wanted > length {
        return Err(format!("{path}: file too short: {length} bytes of {wanted}"));
    }
    match image.import(is_foreign) {
        Some(name) => Err(format!("{path}: it imports {name}: {foreign}")),
        None => Ok(()),
    }
}

/// A readable ELF file of 64 bits.
struct Image {
    file: File,
    length: u64,
    /// The length that its header and segments claim.
    wanted: u64,
    segments: Vec<Segment>,
}

#[derive(Clone, Copy)]
struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    size: u64,
}

impl Image {
    fn open(path: &CStr) -> Option<Self> {
        let file = File::open(OsStr::from_bytes(path.to_bytes())).ok()?;
        let length = file.metadata().ok()?.len();
        let mut header = [0; HEADER_SIZE];
        file.read_exact_at(&mut header, 0).ok()?;
        if !header.starts_with(b"\x7fELF\x02\x01") {
            return None;
        }
        let start = word(&header, 32)?;
        let size = u16::from_le_bytes(field(&header, 54)?);
        let count = u16::from_le_bytes(field(&header, 56)?);
        if usize::from(size) != SEGMENT_SIZE {
            return None;
        }
        let mut table = vec![0; usize::from(count) * SEGMENT_SIZE];
        let mut image = Image {
            file,
            length,
            wanted: start.checked_add(table.len() as u64)?,
            segments: Vec::new(),
        };
        if image.wanted <= length {
            image.file.read_exact_at(&mut table, start).ok()?;
            for row in table.chunks_exact(SEGMENT_SIZE) {
                let segment = Segment {
                    kind: u32::from_le_bytes(field(row, 0)?),
                    offset: word(row, 8)?,
                    address: word(row, 16)?,
                    size: word(row, 32)?,
                };
                if segment.kind == LOAD {
                    image.wanted = image.wanted.max(segment.offset.checked_add(segment.size)?);
                }
                image.segments.push(segment);
            }
        }
        Some(image)
    }

    fn read(&self, offset: u64, bytes: u64) -> Option<Vec<u8>> {
        // A claim of more than there is must not be believed before it is allocated.
        let end = offset.checked_add(bytes)?;
        let mut data = vec![0; usize::try_from(bytes).ok().filter(|_| end <= self.length)?];
        self.file.read_exact_at(&mut data, offset).ok()?;
        Some(data)
    }

    /// What will be at an address when the file is loaded.
    fn read_loaded(&self, address: u64, bytes: u64) -> Option<Vec<u8>> {
        let inside = |segment: &&Segment| {
            segment.kind == LOAD
                && address
                    .checked_sub(segment.address)
                    .is_some_and(|at| at < segment.size)
        };
        let segment = self.segments.iter().find(inside)?;
        self.read(segment.offset + (address - segment.address), bytes)
    }

    /// The first import that fulfils a condition: imports are what relocations name and the file does not define.
    fn import(&self, condition: fn(&[u8]) -> bool) -> Option<String> {
        let segment = self.segments.iter().find(|segment| segment.kind == DYNAMIC)?;
        let dynamic = self.read(segment.offset, segment.size)?;
        let entry = |tag: i64| {
            let mut entries = dynamic.chunks_exact(16);
            entries
                .find(|entry| word(entry, 0) == Some(tag as u64))
                .and_then(|entry| word(entry, 8))
        };
        let mut indices: Vec<u64> = Vec::new();
        for (start, size) in RELOCATIONS {
            let (Some(start), Some(size)) = (entry(start), entry(size)) else {
                continue;
            };
            let table = self.read_loaded(start, size)?;
            let named = table.chunks_exact(RELOCATION_SIZE);
            indices.extend(named.filter_map(|row| Some(word(row, 8)? >> 32)));
        }
        indices.sort_unstable();
        indices.dedup();
        let count = indices.last()? + 1;
        let symbols = self.read_loaded(entry(SYMBOLS)?, count * SYMBOL_SIZE as u64)?;
        let strings = self.read_loaded(entry(STRINGS)?, entry(STRINGS_SIZE)?)?;
        indices.iter().find_map(|&index| {
            let row = symbols.chunks_exact(SYMBOL_SIZE).nth(index as usize)?;
            let section = u16::from_le_bytes(field(row, 6)?);
            let start = u32::from_le_bytes(field(row, 0)?) as usize;
            let name = CStr::from_bytes_until_nul(strings.get(start..)?).ok()?;
            let found = section == 0 && condition(name.to_bytes());
            found.then(|| name.to_string_lossy().into_owned())
        })
    }
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(field(bytes, at)?))
}

#[cfg(test)]
mod tests {
    use super::{Image, check};
    use std::ffi::CString;
    use std::os::unix::ffi::OsStringExt as _;

    #[test]
    fn a_whole_file_is_long_enough_and_a_cut_one_is_not() {
        let whole = std::env::current_exe().unwrap();
        let cut = std::env::temp_dir().join(format!("gimbal-cut-{}", std::process::id()));
        let bytes = std::fs::read(&whole).unwrap();
        let name = |path: &std::path::Path| CString::new(path.as_os_str().to_owned().into_vec()).unwrap();
        let check_length = |name: &CString| check(name, |_| false, "");
        assert_eq!(check_length(&name(&whole)), Ok(()));
        let image = Image::open(&name(&whole)).unwrap();
        assert_eq!(image.length, bytes.len() as u64);
        let wanted = image.wanted;
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

    #[test]
    fn an_import_is_found_by_its_name() {
        let program = CString::new(std::env::current_exe().unwrap().into_os_string().into_vec()).unwrap();
        let message = check(&program, |name| name == b"write", "no writing").unwrap_err();
        assert!(message.ends_with(": it imports write: no writing"), "{message}");
        assert_eq!(check(&program, |name| name == b"_Py_DecRefShared", ""), Ok(()));
    }
}
