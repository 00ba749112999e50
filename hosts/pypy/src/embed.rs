//! PyPy inside a program that embeds Python: the shim calls [`gimbal_host_start`], which opens PyPy's own library, starts the
//! interpreter in it, and has it run the adapter. From then on it is the same host as under `gimbal run`.

use gimbal_host::{GIMBAL_HOST_ABI, HostTable, ShimTable, Start};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// `gimbal_attach` of the libpython that starts us.
pub type Attach = unsafe extern "C" fn(*const HostTable) -> *const ShimTable;

static ATTACH: OnceLock<Attach> = OnceLock::new();

/// How to attach when a program has loaded libpython; `None` when it is we who load it.
pub fn attach() -> Option<Attach> {
    ATTACH.get().copied()
}

/// PyPy's functions for embedding.
struct Library {
    execute: unsafe extern "C" fn(*const c_char) -> c_int,
}

static LIBRARY: OnceLock<Library> = OnceLock::new();

/// Brings PyPy up in this process; see `gimbal_host::start`.
///
/// # Safety
/// Called once, by the shim.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gimbal_host_start(start: *mut Start) -> c_int {
    // SAFETY: the shim passes a structure that it has filled in.
    let start = unsafe { &mut *start };
    // SAFETY: as stated.
    match unsafe { bring_up(start) } {
        Ok(()) => {
            start.stop = Some(stop);
            0
        }
        Err(problem) => {
            start.problem = CString::new(problem).unwrap_or_default().into_raw();
            -1
        }
    }
}

unsafe fn bring_up(start: &Start) -> Result<(), String> {
    if start.abi_version != GIMBAL_HOST_ABI || start.size != size_of::<Start>() {
        return Err("libpython and the host are of different versions".into());
    }
    ATTACH.get_or_init(|| start.attach);
    // SAFETY: the texts are C strings; PyPy's functions have the types of its embedding interface.
    unsafe {
        let handle = open(&text(start.host))?;
        let startup: unsafe extern "C" fn() = std::mem::transmute(symbol(handle, c"rpython_startup_code")?);
        let set_home: unsafe extern "C" fn(*const c_char, c_int) -> c_int =
            std::mem::transmute(symbol(handle, c"pypy_setup_home")?);
        let threads: unsafe extern "C" fn() = std::mem::transmute(symbol(handle, c"pypy_init_threads")?);
        let execute = std::mem::transmute::<*mut c_void, unsafe extern "C" fn(*const c_char) -> c_int>(
            symbol(handle, c"pypy_execute_source")?,
        );
        let mut info = std::mem::zeroed::<libc::Dl_info>();
        libc::dladdr(startup as *const c_void, &raw mut info);
        startup();
        let home = if start.home.is_null() {
            info.dli_fname
        } else {
            start.home
        };
        if set_home(home, 1) != 0 {
            return Err(format!("PyPy finds no standard library from {}", text(home)));
        }
        threads();
        LIBRARY.get_or_init(|| Library { execute });
        let boot = own_folder()?.join("boot.py");
        let module_path = if start.module_path.is_null() {
            "None".into()
        } else {
            literal(CStr::from_ptr(start.module_path))
        };
        let boot = CString::new(boot.as_os_str().as_bytes()).map_err(|error| error.to_string())?;
        let source = format!(
            "import os\n\
             file = os.fsdecode({})\n\
             names = {{'__name__': '_gimbal_boot', '__file__': file}}\n\
             with open(file, 'rb') as boot:\n    exec(compile(boot.read(), file, 'exec'), names)\n\
             names['embed']({module_path})\n",
            literal(&boot),
        );
        run(&source).map_err(|()| "its adapter did not start, for the reason above".to_owned())
    }
}

/// Runs Python source, which prints what it raises.
fn run(source: &str) -> Result<(), ()> {
    let source = CString::new(source).map_err(|_| ())?;
    let library = LIBRARY.get().ok_or(())?;
    // SAFETY: PyPy runs; it takes its own lock.
    match unsafe { (library.execute)(source.as_ptr()) } {
        0 => Ok(()),
        _ => Err(()),
    }
}

unsafe extern "C" fn stop() -> c_int {
    match run("import sys\nsys.modules['_gimbal'].finish()\n") {
        Ok(()) => 0,
        Err(()) => -1,
    }
}

/// A C string as a literal of Python bytes.
fn literal(text: &CStr) -> String {
    let escaped: String = text
        .to_bytes()
        .iter()
        .map(|byte| format!("\\x{byte:02x}"))
        .collect();
    format!("b'{escaped}'")
}

unsafe fn text(text: *const c_char) -> String {
    // SAFETY: a C string.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

unsafe fn symbol(handle: *mut c_void, name: &CStr) -> Result<*mut c_void, String> {
    // SAFETY: a handle of `dlopen`.
    let address = unsafe { libc::dlsym(handle, name.as_ptr()) };
    if address.is_null() {
        return Err(format!(
            "this PyPy cannot be embedded: it has no {}",
            name.to_string_lossy()
        ));
    }
    Ok(address)
}

/// The folder of this file.
pub fn own_folder() -> Result<PathBuf, String> {
    // SAFETY: looks up one of our own functions.
    unsafe {
        let mut info = std::mem::zeroed::<libc::Dl_info>();
        let here = own_folder as fn() -> Result<PathBuf, String>;
        if libc::dladdr(here as *const c_void, &raw mut info) == 0 {
            return Err("cannot find the folder of _gimbal_pypy.so".into());
        }
        let file = Path::new(std::ffi::OsStr::from_bytes(
            CStr::from_ptr(info.dli_fname).to_bytes(),
        ));
        file.parent()
            .map(Path::to_owned)
            .ok_or_else(|| "unexpected folder layout".into())
    }
}

/// Opens PyPy's library: beside the interpreter when the host is a path, else where the dynamic linker looks. It stays out
/// of the global scope, where some of its names would hide ours, and sees its own ones first: it uses functions such as
/// `_PyTime_GetPerfCounterWithInfo` that a libpython has, too.
unsafe fn open(host: &str) -> Result<*mut c_void, String> {
    let name = concat!("libpypy", env!("GIMBAL_FLAVOUR"), "-c.so");
    let mut places = Vec::new();
    if host.contains('/') {
        let interpreter = Path::new(host)
            .canonicalize()
            .map_err(|error| format!("{host}: {error}"))?;
        let bin = interpreter.parent().unwrap_or(Path::new("/"));
        places.extend([bin.join(name), bin.join("../lib").join(name)]);
    }
    let found = places.iter().find(|place| place.is_file());
    let file = found.map_or_else(|| name.into(), |place| place.as_os_str().to_owned());
    let path = CString::new(file.as_bytes()).map_err(|error| error.to_string())?;
    // SAFETY: plain calls of the dynamic linker.
    unsafe {
        let flags = libc::RTLD_NOW | libc::RTLD_LOCAL | libc::RTLD_DEEPBIND;
        let handle = libc::dlopen(path.as_ptr(), flags);
        if !handle.is_null() {
            return Ok(handle);
        }
        let reason = CStr::from_ptr(libc::dlerror()).to_string_lossy();
        Err(format!(
            "{reason}; a PyPy that `gimbal host install` made has its own C library, and a program must be started with it: \
             gimbal exec PROGRAM"
        ))
    }
}
