//! Finds the library of the host that a program is to run on, opens it and starts it.

use super::{Settings, wide};
use gimbal_host::{GIMBAL_HOST_ABI, HOST_START, HostStart, Start};
use gimbal_proxies::crossing;
use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::ptr::null;

/// Names the host.
const VARIABLE: &str = "GIMBAL_HOST";

/// The host when none is named.
const DEFAULT: &str = concat!("pypy", env!("GIMBAL_FLAVOUR"));

/// The host's function for the end, if it has one.
type Stop = Option<unsafe extern "C" fn() -> c_int>;

/// Starts the host that `GIMBAL_HOST` names.
pub unsafe fn start(wanted: &Settings) -> Result<Stop, String> {
    let library = own_file().ok_or("cannot tell where the file of libpython is")?;
    let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
    let host = named.unwrap_or_else(|| DEFAULT.into());
    let folder = library.parent().unwrap_or(Path::new("/"));
    let file = library_of(&host, folder).ok_or_else(|| {
        format!(
            "{VARIABLE} is {host:?}, which is neither the name of a host (such as reference or {DEFAULT}) nor a path"
        )
    })?;
    let refused = |what: &dyn std::fmt::Display| {
        format!(
            "cannot start the host {} ({VARIABLE}): {what}",
            host.to_string_lossy()
        )
    };
    if !file.is_file() {
        return Err(refused(&format_args!("there is no file {}", file.display())));
    }
    // SAFETY: a host's library is opened and its function called as the contract says.
    unsafe {
        let entry = open(&file).map_err(|problem| refused(&problem))?;
        let c_text = |text: &OsStr| CString::new(text.as_bytes()).unwrap_or_default().into_raw();
        let optional = |text: Option<OsString>| text.map_or(null(), |text| c_text(&text).cast_const());
        let variable = |name: &str| std::env::var_os(name).filter(|_| wanted.environment);
        let set = |text: &Option<wide::Wide>| text.as_ref().map_or(null(), |text| wide::leak(text));
        let either = |first: *const c_char, name| {
            if first.is_null() {
                optional(variable(name))
            } else {
                first
            }
        };
        let mut start = Start {
            abi_version: GIMBAL_HOST_ABI,
            flags: wanted.flags(),
            size: size_of::<Start>(),
            attach: crate::attach::gimbal_attach,
            flavour: concat!(env!("GIMBAL_FLAVOUR"), "\0").as_ptr().cast(),
            library: c_text(library.as_os_str()),
            host: c_text(&host),
            program: set(&wanted.program),
            home: either(set(&wanted.home), "PYTHONHOME"),
            module_path: either(set(&wanted.more_path), "PYTHONPATH"),
            stop: None,
            problem: null(),
        };
        let status = entry(&raw mut start);
        if status != 0 || !crossing::is_attached() {
            let problem = if start.problem.is_null() {
                "its gimbal_host_start gave no reason".into()
            } else {
                CStr::from_ptr(start.problem).to_string_lossy()
            };
            return Err(refused(&problem));
        }
        Ok(start.stop)
    }
}

/// The file of the host's library: see `gimbal_host::start`.
fn library_of(host: &OsStr, folder: &Path) -> Option<PathBuf> {
    let bytes = host.as_bytes();
    let interpreter = bytes.contains(&b'/');
    if interpreter
        && Path::new(host)
            .file_name()?
            .as_bytes()
            .windows(3)
            .any(|part| part == b".so")
    {
        return Some(host.into());
    }
    let name = if interpreter {
        "pypy"
    } else {
        let letters = bytes
            .iter()
            .take_while(|b| b.is_ascii_alphabetic() || **b == b'_')
            .count();
        host.to_str()?.get(..letters).filter(|name| !name.is_empty())?
    };
    Some(folder.join(format!("gimbal/{name}/libgimbal_{name}.so")))
}

/// Opens a host's library for good.
unsafe fn open(file: &Path) -> Result<HostStart, String> {
    let path = CString::new(file.as_os_str().as_bytes()).map_err(|problem| problem.to_string())?;
    // SAFETY: plain calls of the dynamic linker; the symbol has the type that the contract gives it.
    unsafe {
        let handle = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
        if handle.is_null() {
            return Err(CStr::from_ptr(libc::dlerror()).to_string_lossy().into_owned());
        }
        let entry = libc::dlsym(handle, HOST_START.as_ptr());
        if entry.is_null() {
            return Err(format!(
                "{} does not export {}",
                file.display(),
                HOST_START.to_string_lossy()
            ));
        }
        Ok(std::mem::transmute::<*mut c_void, HostStart>(entry))
    }
}

/// The file that this code is in.
fn own_file() -> Option<PathBuf> {
    // SAFETY: looks up one of our own functions.
    unsafe {
        let mut info = std::mem::zeroed::<libc::Dl_info>();
        let here = own_file as fn() -> Option<PathBuf>;
        if libc::dladdr(here as *const c_void, &raw mut info) == 0 || info.dli_fname.is_null() {
            return None;
        }
        let name = OsStr::from_bytes(CStr::from_ptr(info.dli_fname).to_bytes());
        std::path::absolute(name).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::library_of;
    use std::ffi::OsStr;
    use std::path::Path;

    #[test]
    fn names_and_paths_of_hosts() {
        let find = |host: &str| library_of(OsStr::new(host), Path::new("/l"));
        let pypy = Some("/l/gimbal/pypy/libgimbal_pypy.so".into());
        assert_eq!(
            find("reference"),
            Some("/l/gimbal/reference/libgimbal_reference.so".into())
        );
        assert_eq!(find("pypy3.11@8.0"), pypy);
        assert_eq!(find("/usr/bin/pypy3"), pypy);
        assert_eq!(find("./host.so"), Some("./host.so".into()));
        assert_eq!(find("3.11"), None);
    }
}
