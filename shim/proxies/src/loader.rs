//! Loading an extension file: open it, bind its imports to us, call its init function.
//!
//! The host's own library may export some names that we export too and stands earlier in the search order, so after
//! `dlopen` every import whose name is ours is bound to our definition in the file's global offset table. What a program that
//! is linked to libpython has copied into itself stays bound to the copy.

use crate::{Obj, PyModuleDef, elf_file, err, gil, int, modules, state, types};
use std::ffi::{CStr, CString, c_char, c_void};

/// A module's init function.
pub type Init = unsafe extern "C" fn() -> Obj;

/// Loads `path` for module `name`. A module, or the address of a definition (an int) for multi-phase initialisation.
pub unsafe fn load(path: &CStr, name: &CStr) -> Obj {
    // SAFETY: the file's constructors and init function run, which is what importing it means.
    unsafe {
        let file = state::without_lock(true, || {
            elf_file::check(path, gil::is_foreign, gil::FOREIGN)?;
            let file = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
            if file.is_null() {
                Err(last_error())
            } else {
                Ok(file)
            }
        });
        let file = match file {
            Ok(file) => file,
            Err(message) => return import_error(&message, name, path),
        };
        elf::bind(file);
        let last = name
            .to_str()
            .unwrap_or_default()
            .rsplit('.')
            .next()
            .unwrap_or_default();
        let symbol = if last.is_ascii() {
            format!("PyInit_{last}")
        } else {
            format!("PyInitU_{}", punycode(last))
        };
        let Ok(symbol) = CString::new(symbol) else {
            return import_error("bad module name", name, path);
        };
        let init = libc::dlsym(file, symbol.as_ptr());
        if init.is_null() {
            let symbol = symbol.to_string_lossy();
            let message = format!("dynamic module does not define module export function ({symbol})");
            return import_error(&message, name, path);
        }
        let result = initialize(std::mem::transmute::<*mut c_void, Init>(init), name);
        if !result.is_null() && (*result).ob_type == &raw mut crate::PyModuleDef_Type {
            return int::from_i64(result.cast::<PyModuleDef>() as i64);
        }
        result
    }
}

/// Calls the init function of module `name`. A module or a definition, NULL with an error set.
pub unsafe fn initialize(init: Init, name: &CStr) -> Obj {
    // SAFETY: a program or a file gave the function under this name.
    unsafe {
        modules::begin(name);
        let result = crate::outside(|| init());
        modules::end();
        check(result, name)
    }
}

/// What the init function returned, by CPython's rules.
unsafe fn check(result: Obj, name: &CStr) -> Obj {
    // SAFETY: `result` is what the module returned.
    unsafe {
        let last = name.to_string_lossy();
        if result.is_null() {
            if err::occurred().is_null() {
                let message = format!("initialization of {last} failed without raising an exception");
                err::set(crate::PyExc_SystemError, &message);
            }
            return result;
        }
        if !err::occurred().is_null() {
            let message = format!("initialization of {last} raised unreported exception");
            err::set(crate::PyExc_SystemError, &message);
            return std::ptr::null_mut();
        }
        if (*result).ob_type.is_null() {
            err::set(
                crate::PyExc_SystemError,
                &format!("init function of {last} returned uninitialized object"),
            );
            return std::ptr::null_mut();
        }
        if (*result).ob_type == &raw mut crate::PyModuleDef_Type {
            return result;
        }
        if types::is_subtype((*result).ob_type, &raw mut crate::PyModule_Type) {
            let def = (*modules::block(result)).md_def;
            if let Some(reason) = gil::refusal_of_module(result) {
                modules::set_import_error(&format!("cannot import {last}: {reason}"), &last, "");
                return std::ptr::null_mut();
            }
            if !def.is_null() {
                modules::remember(def, result);
            }
            return result;
        }
        err::set(
            crate::PyExc_SystemError,
            &format!("initialization of {last} did not return an extension module"),
        );
        std::ptr::null_mut()
    }
}

unsafe fn last_error() -> String {
    // SAFETY: called right after a failed dlopen on this thread.
    unsafe {
        let text: *const c_char = libc::dlerror();
        if text.is_null() {
            "unknown dlopen() error".into()
        } else {
            CStr::from_ptr(text).to_string_lossy().into_owned()
        }
    }
}

unsafe fn import_error(message: &str, name: &CStr, path: &CStr) -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        modules::set_import_error(message, &name.to_string_lossy(), &path.to_string_lossy());
        std::ptr::null_mut()
    }
}

/// Punycode of a module name that is not ASCII, with CPython's underscores for hyphens (PEP 489).
fn punycode(name: &str) -> String {
    let mut out: String = name.chars().filter(char::is_ascii).collect();
    let (mut n, mut delta, mut bias, basic) = (128u32, 0u32, 72u32, out.len() as u32);
    let mut handled = basic;
    if basic > 0 {
        out.push('-');
    }
    let total = name.chars().count() as u32;
    while handled < total {
        let Some(next) = name.chars().map(u32::from).filter(|&c| c >= n).min() else {
            break;
        };
        delta += (next - n) * (handled + 1);
        n = next;
        for c in name.chars().map(u32::from) {
            if c < n {
                delta += 1;
            }
            if c == n {
                let mut q = delta;
                for k in (36..).step_by(36) {
                    let t = (k as u32).saturating_sub(bias).clamp(1, 26);
                    if q < t {
                        break;
                    }
                    out.push(digit(t + (q - t) % (36 - t)));
                    q = (q - t) / (36 - t);
                }
                out.push(digit(q));
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        n += 1;
    }
    out.replace('-', "_")
}

fn digit(value: u32) -> char {
    char::from(if value < 26 {
        b'a' + value as u8
    } else {
        b'0' + (value - 26) as u8
    })
}

fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// The ELF side of binding.
mod elf {
    use std::ffi::{CStr, c_char, c_int, c_void};

    /// The start of glibc's `struct link_map`.
    #[repr(C)]
    struct LinkMap {
        addr: usize,
        name: *const c_char,
        dynamic: *const Dyn,
    }

    #[repr(C)]
    struct Dyn {
        tag: i64,
        value: usize,
    }

    const RTLD_DI_LINKMAP: c_int = 2;
    const DT_NEEDED: i64 = 1;
    const DT_PLTRELSZ: i64 = 2;
    const DT_STRTAB: i64 = 5;
    const DT_SYMTAB: i64 = 6;
    const DT_RELA: i64 = 7;
    const DT_RELASZ: i64 = 8;
    const DT_JMPREL: i64 = 23;

    unsafe extern "C" {
        fn dlinfo(handle: *mut c_void, request: c_int, info: *mut c_void) -> c_int;
    }

    /// Relocation types that hold the plain address of a symbol, per architecture.
    mod arch {
        #[cfg(target_arch = "x86_64")]
        pub const ADDRESS: [u32; 3] = [1, 6, 7]; // R_X86_64_64, GLOB_DAT, JUMP_SLOT
        #[cfg(target_arch = "aarch64")]
        pub const ADDRESS: [u32; 3] = [257, 1025, 1026]; // R_AARCH64_ABS64, GLOB_DAT, JUMP_SLOT
    }

    /// Our own library, as `dlopen` knows it.
    fn me() -> *mut c_void {
        use std::sync::OnceLock;
        static ME: OnceLock<usize> = OnceLock::new();
        *ME.get_or_init(|| {
            // SAFETY: looks up the file that contains this function, and opens it once more.
            unsafe {
                let mut info = std::mem::zeroed::<libc::Dl_info>();
                let here = me as fn() -> *mut c_void;
                if libc::dladdr(here as *const c_void, &raw mut info) == 0 {
                    return 0;
                }
                libc::dlopen(info.dli_fname, libc::RTLD_NOW | libc::RTLD_NOLOAD) as usize
            }
        }) as *mut c_void
    }

    /// The address of `name` in our library, when it is ours.
    unsafe fn ours(name: &CStr) -> *mut c_void {
        // SAFETY: plain look-ups; what is asked for is found in our library or in one that it needs.
        unsafe {
            let address = libc::dlsym(me(), name.as_ptr());
            let here = me as fn() -> *mut c_void;
            if address.is_null() || base_of(address) != base_of(here as *const c_void) {
                return std::ptr::null_mut();
            }
            address
        }
    }

    /// Where the file starts in memory that an address belongs to; 0 when it belongs to none.
    fn base_of(address: *const c_void) -> usize {
        // SAFETY: a plain look-up, of any address.
        unsafe {
            let mut info = std::mem::zeroed::<libc::Dl_info>();
            if libc::dladdr(address, &raw mut info) == 0 {
                return 0;
            }
            info.dli_fbase as usize
        }
    }

    /// Where the program starts in memory, when it is linked to a libpython: then the linker may have copied our data into it,
    /// or put a function's address there, and those are the ones that everybody uses.
    fn linked_program() -> Option<usize> {
        use std::sync::OnceLock;
        static BASE: OnceLock<Option<usize>> = OnceLock::new();
        *BASE.get_or_init(|| {
            // SAFETY: the program's own map is there as long as the process.
            unsafe {
                let map = map_of(libc::dlopen(std::ptr::null(), libc::RTLD_NOW))?;
                let strings = entries(map).find(|entry| entry.tag == DT_STRTAB)?.value;
                let needs_python = entries(map)
                    .filter(|entry| entry.tag == DT_NEEDED)
                    .map(|entry| CStr::from_ptr((strings + entry.value) as *const c_char))
                    .any(|name| name.to_bytes().starts_with(b"libpython"));
                needs_python.then(|| base_of(map.dynamic.cast()))
            }
        })
    }

    unsafe fn map_of(file: *mut c_void) -> Option<&'static LinkMap> {
        let mut map: *const LinkMap = std::ptr::null();
        // SAFETY: a handle of `dlopen`; the map lives as long as the file is open.
        unsafe {
            if dlinfo(file, RTLD_DI_LINKMAP, (&raw mut map).cast()) != 0 {
                return None;
            }
            map.as_ref()
        }
    }

    /// The entries of a file's dynamic section.
    unsafe fn entries(map: &'static LinkMap) -> impl Iterator<Item = &'static Dyn> {
        let mut next = map.dynamic;
        std::iter::from_fn(move || {
            // SAFETY: the section ends with tag 0.
            unsafe {
                let entry = &*next;
                next = next.add(1);
                (entry.tag != 0).then_some(entry)
            }
        })
    }

    /// Binds the `Py*` imports of a loaded file to our definitions; what we ourselves use of them, first of all: the host may export
    /// some of the names, too, and comes before us in the linker's order.
    pub unsafe fn bind(file: *mut c_void) {
        static OURSELVES: std::sync::Once = std::sync::Once::new();
        // SAFETY: the caller's, and our own file is loaded.
        unsafe {
            OURSELVES.call_once(|| bind_names(me(), true));
            bind_names(file, false);
        }
    }

    /// Binds the names that a file defines itself, or those that it does not.
    unsafe fn bind_names(file: *mut c_void, defined: bool) {
        // SAFETY: the link map and the dynamic section belong to a loaded file.
        unsafe {
            let Some(map) = map_of(file) else {
                return;
            };
            let (mut symbols, mut strings) = (0usize, 0usize);
            let mut tables = [(0usize, 0usize); 2];
            for entry in entries(map) {
                match entry.tag {
                    DT_SYMTAB => symbols = entry.value,
                    DT_STRTAB => strings = entry.value,
                    DT_RELA => tables[0].0 = entry.value,
                    DT_RELASZ => tables[0].1 = entry.value,
                    DT_JMPREL => tables[1].0 = entry.value,
                    DT_PLTRELSZ => tables[1].1 = entry.value,
                    _ => {}
                }
            }
            for (start, bytes) in tables {
                let count = bytes / size_of::<libc::Elf64_Rela>();
                if start == 0 || count == 0 {
                    continue;
                }
                for rela in std::slice::from_raw_parts(start as *const libc::Elf64_Rela, count) {
                    bind_one(map, rela, symbols, strings, defined);
                }
            }
        }
    }

    unsafe fn bind_one(
        map: &LinkMap,
        rela: &libc::Elf64_Rela,
        symbols: usize,
        strings: usize,
        defined: bool,
    ) {
        // SAFETY: the relocation names a symbol of the file's table and a word of its image.
        unsafe {
            let (kind, index) = (rela.r_info as u32, (rela.r_info >> 32) as usize);
            if index == 0 || !arch::ADDRESS.contains(&kind) {
                return;
            }
            let symbol = &*(symbols as *const libc::Elf64_Sym).add(index);
            let name = CStr::from_ptr((strings + symbol.st_name as usize) as *const c_char);
            let bytes = name.to_bytes();
            if (symbol.st_shndx != 0) != defined || !(bytes.starts_with(b"Py") || bytes.starts_with(b"_Py")) {
                return;
            }
            let address = ours(name);
            let word = (map.addr + rela.r_offset as usize) as *mut usize;
            let addend = if kind == arch::ADDRESS[0] {
                rela.r_addend as usize
            } else {
                0
            };
            let want = (address as usize).wrapping_add(addend);
            if address.is_null() || *word == want {
                return;
            }
            if linked_program().is_some_and(|base| base == base_of(*word as *const c_void)) {
                return;
            }
            let page = word as usize & !0xfff;
            // an aligned word lies in one page, and the next one may not be mapped
            if libc::mprotect(page as *mut c_void, 0x1000, libc::PROT_READ | libc::PROT_WRITE) == 0 {
                *word = want;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn punycode_follows_pep_489() {
        assert_eq!(super::punycode("lančmít"), "lanmt_2sa6t");
    }
}
