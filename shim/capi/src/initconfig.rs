//! `initconfig.h`: configurations. A `PyConfig` is read into the [`Settings`] of the start; what it says about CPython's own
//! inside (allocators, hash seeds, encodings of the locale) is kept and has no effect, because all that is the host's.

use crate::startup::options::{self, Instead};
use crate::startup::wide::{self, Wide};
use crate::startup::{self, Run, Settings, settings};
use gimbal_abi::*;
use gimbal_macros::entry;
use libc::wchar_t;
use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{null, null_mut};

// --- status ----------------------------------------------------------------------------------------------------------

const OK: PyStatus = PyStatus {
    _type: _PyStatus_TYPE::_PyStatus_TYPE_OK,
    func: null(),
    err_msg: null(),
    exitcode: 0,
};

/// An error in function `func` with a message; both live for good.
pub const fn failed(func: &'static CStr, message: *const c_char) -> PyStatus {
    PyStatus {
        _type: _PyStatus_TYPE::_PyStatus_TYPE_ERROR,
        func: func.as_ptr(),
        err_msg: message,
        exitcode: 0,
    }
}

const fn exits(code: c_int) -> PyStatus {
    PyStatus {
        _type: _PyStatus_TYPE::_PyStatus_TYPE_EXIT,
        exitcode: code,
        ..OK
    }
}

const NO_MEMORY: PyStatus = PyStatus {
    _type: _PyStatus_TYPE::_PyStatus_TYPE_ERROR,
    err_msg: c"memory allocation failed".as_ptr(),
    ..OK
};

/// [`OK`] or [`NO_MEMORY`].
fn memory(there: bool) -> PyStatus {
    if there { OK } else { NO_MEMORY }
}

#[entry(error = OK)]
pub unsafe fn PyStatus_Ok() -> PyStatus {
    OK
}

#[entry(error = OK)]
pub unsafe fn PyStatus_Error(message: *const c_char) -> PyStatus {
    PyStatus {
        _type: _PyStatus_TYPE::_PyStatus_TYPE_ERROR,
        err_msg: message,
        ..OK
    }
}

#[entry(error = OK)]
pub unsafe fn PyStatus_NoMemory() -> PyStatus {
    NO_MEMORY
}

#[entry(error = OK)]
pub unsafe fn PyStatus_Exit(code: c_int) -> PyStatus {
    exits(code)
}

#[entry(error = 0)]
pub unsafe fn PyStatus_IsError(status: PyStatus) -> c_int {
    c_int::from(status._type == _PyStatus_TYPE::_PyStatus_TYPE_ERROR)
}

#[entry(error = 0)]
pub unsafe fn PyStatus_IsExit(status: PyStatus) -> c_int {
    c_int::from(status._type == _PyStatus_TYPE::_PyStatus_TYPE_EXIT)
}

#[entry(error = 0)]
pub unsafe fn PyStatus_Exception(status: PyStatus) -> c_int {
    c_int::from(status._type != _PyStatus_TYPE::_PyStatus_TYPE_OK)
}

/// Ends the process: quietly with an exit's code, with a message and code 1 for an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_ExitStatusException(status: PyStatus) -> ! {
    let text = |text: *const c_char| {
        // SAFETY: the texts of a status are C strings.
        unsafe { CStr::from_ptr(text) }.to_string_lossy()
    };
    match status._type {
        _PyStatus_TYPE::_PyStatus_TYPE_EXIT => std::process::exit(status.exitcode),
        _PyStatus_TYPE::_PyStatus_TYPE_ERROR => {
            let message = if status.err_msg.is_null() {
                "<message not set>".into()
            } else {
                text(status.err_msg)
            };
            if status.func.is_null() {
                eprintln!("Fatal Python error: {message}");
            } else {
                eprintln!("Fatal Python error: {}: {message}", text(status.func));
            }
            std::process::exit(1)
        }
        _PyStatus_TYPE::_PyStatus_TYPE_OK => {
            let message = c"Py_ExitStatusException() must not be called on success";
            // SAFETY: both texts are C strings.
            unsafe {
                crate::pyerrors::_Py_FatalErrorFunc(c"Py_ExitStatusException".as_ptr(), message.as_ptr())
            }
        }
    }
}

// --- lists of wide strings ---------------------------------------------------------------------------------------------

unsafe fn items(list: &PyWideStringList) -> Vec<Wide> {
    // SAFETY: the list has as many texts as it says.
    unsafe {
        (0..list.length as usize)
            .filter_map(|i| wide::read(*list.items.add(i)))
            .collect()
    }
}

unsafe fn free_list(list: *mut PyWideStringList) {
    // SAFETY: the list's texts and array came from `malloc`.
    unsafe {
        for i in 0..(*list).length as usize {
            libc::free((*(*list).items.add(i)).cast());
        }
        libc::free((*list).items.cast());
        *list = PyWideStringList {
            length: 0,
            items: null_mut(),
        };
    }
}

unsafe fn set_list(list: *mut PyWideStringList, texts: &[Wide]) -> PyStatus {
    // SAFETY: `list` is a list of ours or empty.
    unsafe {
        free_list(list);
        for text in texts {
            let status = insert(list, (*list).length, text);
            if PyStatus_Exception(status) != 0 {
                return status;
            }
        }
        OK
    }
}

unsafe fn insert(list: *mut PyWideStringList, at: isize, text: &[wchar_t]) -> PyStatus {
    // SAFETY: `at` is a place in the list or its end.
    unsafe {
        let list = &mut *list;
        let length = list.length as usize;
        let copy = wide::to_raw(text);
        let size = (length + 1) * size_of::<*mut wchar_t>();
        let grown = libc::realloc(list.items.cast(), size).cast::<*mut wchar_t>();
        if copy.is_null() || grown.is_null() {
            return NO_MEMORY;
        }
        let place = grown.offset(at);
        std::ptr::copy(place, place.add(1), length - at as usize);
        *place = copy;
        list.items = grown;
        list.length += 1;
        OK
    }
}

#[entry(error = NO_MEMORY)]
pub unsafe fn PyWideStringList_Insert(
    list: *mut PyWideStringList,
    index: Py_ssize_t,
    item: *const wchar_t,
) -> PyStatus {
    if index < 0 {
        let message = c"PyWideStringList_Insert index must be >= 0";
        return failed(c"PyWideStringList_Insert", message.as_ptr());
    }
    insert(
        list,
        index.min((*list).length),
        &wide::read(item).unwrap_or_default(),
    )
}

#[entry(error = NO_MEMORY)]
pub unsafe fn PyWideStringList_Append(list: *mut PyWideStringList, item: *const wchar_t) -> PyStatus {
    PyWideStringList_Insert(list, (*list).length, item)
}

#[entry]
pub unsafe fn _PyWideStringList_Clear(list: *mut PyWideStringList) {
    free_list(list);
}

// --- the first configuration -------------------------------------------------------------------------------------------

/// CPython's numbers for the two kinds of configuration.
const PYTHON: c_int = 2;
const ISOLATED: c_int = 3;

#[entry]
pub unsafe fn PyPreConfig_InitPythonConfig(config: *mut PyPreConfig) {
    let all = -1;
    *config = PyPreConfig {
        _config_init: PYTHON,
        parse_argv: 1,
        isolated: all,
        use_environment: 1,
        configure_locale: 1,
        coerce_c_locale: all,
        coerce_c_locale_warn: all,
        utf8_mode: all,
        dev_mode: all,
        allocator: 0,
    };
}

#[entry]
pub unsafe fn PyPreConfig_InitIsolatedConfig(config: *mut PyPreConfig) {
    PyPreConfig_InitPythonConfig(config);
    let config = &mut *config;
    config._config_init = ISOLATED;
    config.parse_argv = 0;
    config.isolated = 1;
    config.use_environment = 0;
    config.configure_locale = 0;
    config.coerce_c_locale = 0;
    config.coerce_c_locale_warn = 0;
    config.utf8_mode = 0;
    config.dev_mode = 0;
}

/// What comes before a `PyConfig` is about allocators and the locale, which are the host's.
unsafe fn preinitialize(config: *const PyPreConfig) -> PyStatus {
    // SAFETY: the configuration is initialised.
    if let Some(config) = unsafe { config.as_ref() } {
        let mut settings = settings();
        settings.environment &= config.use_environment != 0;
        settings.safe_path |= config.isolated == 1;
    }
    OK
}

#[entry(error = NO_MEMORY)]
pub unsafe fn Py_PreInitialize(config: *const PyPreConfig) -> PyStatus {
    preinitialize(config)
}

#[entry(error = NO_MEMORY)]
pub unsafe fn Py_PreInitializeFromBytesArgs(
    config: *const PyPreConfig,
    _argc: Py_ssize_t,
    _argv: *mut *mut c_char,
) -> PyStatus {
    preinitialize(config)
}

#[entry(error = NO_MEMORY)]
pub unsafe fn Py_PreInitializeFromArgs(
    config: *const PyPreConfig,
    _argc: Py_ssize_t,
    _argv: *mut *mut wchar_t,
) -> PyStatus {
    preinitialize(config)
}

// --- PyConfig ----------------------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyConfig_InitPythonConfig(config: *mut PyConfig) {
    config.write_bytes(0, 1);
    let config = &mut *config;
    config._config_init = PYTHON;
    config.use_environment = 1;
    config.install_signal_handlers = 1;
    config.parse_argv = 1;
    config.site_import = 1;
    config.optimization_level = -1;
    config.write_bytecode = 1;
    config.user_site_directory = 1;
    config.configure_c_stdio = 1;
    config.buffered_stdio = 1;
    config.pathconfig_warnings = 1;
    config.use_hash_seed = -1;
    config.faulthandler = -1;
    config.tracemalloc = -1;
    config._install_importlib = 1;
    config._init_main = 1;
}

#[entry]
pub unsafe fn PyConfig_InitIsolatedConfig(config: *mut PyConfig) {
    PyConfig_InitPythonConfig(config);
    let config = &mut *config;
    config._config_init = ISOLATED;
    config.isolated = 1;
    config.use_environment = 0;
    config.user_site_directory = 0;
    config.install_signal_handlers = 0;
    config.parse_argv = 0;
    config.configure_c_stdio = 0;
    config.pathconfig_warnings = 0;
    config.use_hash_seed = 0;
    config.faulthandler = 0;
    config.tracemalloc = 0;
}

/// All texts of a configuration that we ever set.
unsafe fn texts(config: &mut PyConfig) -> [&mut *mut wchar_t; 17] {
    [
        &mut config.filesystem_encoding,
        &mut config.filesystem_errors,
        &mut config.pycache_prefix,
        &mut config.program_name,
        &mut config.stdio_encoding,
        &mut config.stdio_errors,
        &mut config.check_hash_pycs_mode,
        &mut config.pythonpath_env,
        &mut config.home,
        &mut config.platlibdir,
        &mut config.executable,
        &mut config.base_executable,
        &mut config.prefix,
        &mut config.exec_prefix,
        &mut config.run_command,
        &mut config.run_module,
        &mut config.run_filename,
    ]
}

#[entry]
pub unsafe fn PyConfig_Clear(config: *mut PyConfig) {
    let config = &mut *config;
    for text in texts(config) {
        libc::free(std::mem::replace(text, null_mut()).cast());
    }
    for list in [
        &mut config.argv,
        &mut config.xoptions,
        &mut config.warnoptions,
        &mut config.module_search_paths,
    ] {
        free_list(list);
    }
    config.module_search_paths_set = 0;
}

unsafe fn set_text(place: *mut *mut wchar_t, text: Option<&[wchar_t]>) -> PyStatus {
    // SAFETY: the place holds NULL or a text from `malloc`.
    unsafe {
        let fresh = text.map_or(null_mut(), |text| wide::to_raw(text));
        if fresh.is_null() && text.is_some() {
            return NO_MEMORY;
        }
        libc::free(std::mem::replace(&mut *place, fresh).cast());
        OK
    }
}

#[entry(error = NO_MEMORY)]
pub unsafe fn PyConfig_SetString(
    _config: *mut PyConfig,
    place: *mut *mut wchar_t,
    text: *const wchar_t,
) -> PyStatus {
    set_text(place, wide::read(text).as_deref())
}

#[entry(error = NO_MEMORY)]
pub unsafe fn PyConfig_SetBytesString(
    _config: *mut PyConfig,
    place: *mut *mut wchar_t,
    text: *const c_char,
) -> PyStatus {
    let text = (!text.is_null()).then(|| wide::decode(CStr::from_ptr(text).to_bytes()));
    set_text(place, text.as_deref())
}

#[entry(error = NO_MEMORY)]
pub unsafe fn PyConfig_SetWideStringList(
    _config: *mut PyConfig,
    list: *mut PyWideStringList,
    length: Py_ssize_t,
    texts: *mut *mut wchar_t,
) -> PyStatus {
    let texts = items(&PyWideStringList { length, items: texts });
    set_list(list, &texts)
}

#[entry(error = NO_MEMORY)]
pub unsafe fn PyConfig_SetArgv(
    config: *mut PyConfig,
    argc: Py_ssize_t,
    argv: *const *mut wchar_t,
) -> PyStatus {
    let words = items(&PyWideStringList {
        length: argc,
        items: argv.cast_mut(),
    });
    set_list(&raw mut (*config).argv, &words)
}

#[entry(error = NO_MEMORY)]
pub unsafe fn PyConfig_SetBytesArgv(
    config: *mut PyConfig,
    argc: Py_ssize_t,
    argv: *const *mut c_char,
) -> PyStatus {
    set_list(&raw mut (*config).argv, &words(argc as usize, argv.cast()))
}

/// A program's command line, as the system gave it.
pub unsafe fn words(count: usize, argv: *const *const c_char) -> Vec<Wide> {
    // SAFETY: `argv` has `count` C strings.
    unsafe {
        (0..count)
            .map(|i| wide::decode(CStr::from_ptr(*argv.add(i)).to_bytes()))
            .collect()
    }
}

/// What a configuration asks for; its command line is parsed when it says so.
unsafe fn read(config: &PyConfig) -> Result<Settings, Instead> {
    // SAFETY: the configuration is initialised.
    unsafe {
        let mut read = settings().clone();
        let text = |text: *mut wchar_t| wide::read(text).filter(|text| !text.is_empty());
        let prefer = |new: Option<Wide>, old: Option<Wide>| new.or(old);
        read.environment = config.use_environment != 0;
        read.site = config.site_import != 0;
        read.signals = config.install_signal_handlers != 0;
        read.inspect = config.inspect > 0;
        read.interactive = config.interactive > 0;
        read.quiet = config.quiet > 0;
        read.safe_path = config.isolated > 0;
        read.warnings = items(&config.warnoptions);
        read.extras = items(&config.xoptions);
        let words = items(&config.argv);
        if config.parse_argv == 1 {
            read.program = read.program.or_else(|| words.first().cloned());
            options::parse(&words, &mut read)?;
        } else if !words.is_empty() {
            read.argv = words;
        }
        read.program = prefer(text(config.program_name), read.program);
        read.executable = prefer(text(config.executable), read.executable);
        read.home = prefer(text(config.home), read.home);
        read.more_path = prefer(text(config.pythonpath_env), read.more_path);
        if config.module_search_paths_set != 0 {
            read.path = Some(items(&config.module_search_paths));
        }
        if let Some(command) = wide::read(config.run_command) {
            read.run = Run::Command(command);
        } else if let Some(module) = wide::read(config.run_module) {
            read.run = Run::Module(module);
        } else if let Some(file) = wide::read(config.run_filename) {
            read.run = Run::File(file);
        }
        Ok(read)
    }
}

/// Fills in what the program left open, as far as it is known before a host runs.
#[entry(error = NO_MEMORY)]
pub unsafe fn PyConfig_Read(config: *mut PyConfig) -> PyStatus {
    let config = &mut *config;
    let read = match read(config) {
        Ok(read) => read,
        Err(instead) => return refuse(&instead, config),
    };
    let command = match &read.run {
        Run::Command(text) => Some((&raw mut config.run_command, text)),
        Run::Module(text) => Some((&raw mut config.run_module, text)),
        Run::File(text) => Some((&raw mut config.run_filename, text)),
        Run::Input => None,
    };
    let program = read.program.clone().unwrap_or_else(|| wide::decode(b"python3"));
    let mut statuses = vec![
        set_text(&raw mut config.program_name, Some(&program)),
        set_text(&raw mut config.home, read.home.as_deref()),
        set_list(&raw mut config.warnoptions, &read.warnings),
        set_list(&raw mut config.xoptions, &read.extras),
        match read.argv.is_empty() {
            true => set_list(&raw mut config.argv, &[Wide::new()]),
            false => set_list(&raw mut config.argv, &read.argv),
        },
    ];
    if let Some((place, text)) = command {
        statuses.push(set_text(place, Some(text)));
    }
    // What was parsed must not be parsed again.
    config.parse_argv = 2;
    config.use_environment = c_int::from(read.environment);
    config.site_import = c_int::from(read.site);
    config.inspect = c_int::from(read.inspect);
    config.quiet = c_int::from(read.quiet);
    config.isolated = c_int::from(read.safe_path);
    memory(
        statuses
            .iter()
            .all(|status| status._type == _PyStatus_TYPE::_PyStatus_TYPE_OK),
    )
}

/// Does what a command line asks for instead of a program.
unsafe fn refuse(instead: &Instead, config: &PyConfig) -> PyStatus {
    // SAFETY: the configuration is initialised.
    let name = unsafe { items(&config.argv) };
    exits(crate::pymain::answer(instead, name.first()))
}

/// Starts with these settings; a status.
pub unsafe fn start(wanted: Settings) -> PyStatus {
    *settings() = wanted;
    // SAFETY: as `Py_Initialize`.
    match unsafe { startup::start() } {
        Ok(()) => OK,
        Err(problem) => {
            let problem = CString::new(problem).unwrap_or_default();
            failed(c"Gimbal", problem.into_raw())
        }
    }
}

#[entry(error = NO_MEMORY)]
pub unsafe fn Py_InitializeFromConfig(config: *const PyConfig) -> PyStatus {
    let Some(config) = config.as_ref() else {
        let message = c"initialization config is NULL";
        return failed(c"Py_InitializeFromConfig", message.as_ptr());
    };
    match read(config) {
        Ok(wanted) => start(wanted),
        Err(instead) => refuse(&instead, config),
    }
}
