//! Starting Python from a program that embeds it: what the program asked for, which host, and the first steps on it.
//!
//! `gimbal_host::start` is the contract between this file and a host's library.

mod host;
pub mod inittab;
pub mod options;
pub mod wide;

use gimbal_host::{GIMBAL_START_IGNORE_ENVIRONMENT, GIMBAL_START_NO_SIGNALS, GIMBAL_START_NO_SITE};
use gimbal_proxies::{Op, crossing, decref, err, op, op_unit, seq, state, text, xdecref};
use std::sync::{Mutex, MutexGuard, PoisonError};
use wide::Wide;

/// What `Py_RunMain` runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Run {
    /// What comes from standard input.
    #[default]
    Input,
    /// `-c`
    Command(Wide),
    /// `-m`
    Module(Wide),
    /// A script, or a folder or archive with a `__main__`.
    File(Wide),
}

/// What the program has asked for, by `Py_Set...`, by a `PyConfig` or by a command line.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `Py_SetProgramName`: what the program calls itself.
    pub program: Option<Wide>,
    /// `sys.executable`, when it is not found by the program's name.
    pub executable: Option<Wide>,
    /// `Py_SetPythonHome`
    pub home: Option<Wide>,
    /// All of `sys.path`, when the program knows it.
    pub path: Option<Vec<Wide>>,
    /// `PYTHONPATH`, when it is not the environment's.
    pub more_path: Option<Wide>,
    /// `sys.argv`
    pub argv: Vec<Wide>,
    /// What to run.
    pub run: Run,
    /// `-W`
    pub warnings: Vec<Wide>,
    /// `-X`
    pub extras: Vec<Wide>,
    /// Read environment variables.
    pub environment: bool,
    /// Import `site`.
    pub site: bool,
    /// Take over signals.
    pub signals: bool,
    /// Put no folder of the program in front of `sys.path`.
    pub safe_path: bool,
    /// Go on interactively after the program.
    pub inspect: bool,
    /// Behave as on a terminal.
    pub interactive: bool,
    /// Print no greeting.
    pub quiet: bool,
}

impl Settings {
    const fn new() -> Self {
        Self {
            program: None,
            executable: None,
            home: None,
            path: None,
            more_path: None,
            argv: Vec::new(),
            run: Run::Input,
            warnings: Vec::new(),
            extras: Vec::new(),
            environment: true,
            site: true,
            signals: true,
            safe_path: false,
            inspect: false,
            interactive: false,
            quiet: false,
        }
    }

    fn flags(&self) -> u32 {
        let bits = [
            (!self.environment, GIMBAL_START_IGNORE_ENVIRONMENT),
            (!self.site, GIMBAL_START_NO_SITE),
            (!self.signals, GIMBAL_START_NO_SIGNALS),
        ];
        bits.iter().filter(|(set, _)| *set).map(|(_, bit)| bit).sum()
    }
}

/// What the program has asked for so far.
pub fn settings() -> MutexGuard<'static, Settings> {
    static SETTINGS: Mutex<Settings> = Mutex::new(Settings::new());
    SETTINGS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The host's function for the end, and whether Python counts as running: a program may end it and begin again, while the
/// host stays.
struct Running {
    stop: Option<unsafe extern "C" fn() -> i32>,
    ended: bool,
}

static RUNNING: Mutex<Running> = Mutex::new(Running {
    stop: None,
    ended: false,
});

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has Python been started, by the host that loaded us or by the program, and not been ended?
pub fn is_running() -> bool {
    crossing::is_attached() && !running().ended
}

/// Starts a host unless there is one, and gives the calling thread the lock, as `Py_Initialize` does. Says why it failed.
pub unsafe fn start() -> Result<(), String> {
    // SAFETY: called by a thread of the program that may call `Py_Initialize`.
    unsafe {
        if is_running() {
            return Ok(());
        }
        let wanted = settings().clone();
        if !crossing::is_attached() {
            let stop = host::start(&wanted)?;
            running().stop = stop;
        }
        running().ended = false;
        if !state::holds() {
            state::take(state::mine());
        }
        describe(&wanted);
        inittab::install();
        Ok(())
    }
}

/// Ends what was started here; the host stays, so that Python may be started again. A status as `Py_FinalizeEx` has it.
pub unsafe fn stop() -> i32 {
    // SAFETY: the lock is held when Python runs.
    unsafe {
        if !is_running() {
            return 0;
        }
        let Some(stop) = running().stop else {
            // The host loaded us, and ends by itself.
            return 0;
        };
        err::clear();
        crate::pystate::settle();
        let status = state::without_lock(true, || stop());
        running().ended = true;
        state::give();
        crate::pylifecycle::run_at_exit();
        status
    }
}

/// Tells `sys` about the program.
unsafe fn describe(wanted: &Settings) {
    // SAFETY: the lock is held, the host is there.
    unsafe {
        let arguments = if wanted.argv.is_empty() {
            vec![Wide::new()]
        } else {
            wanted.argv.clone()
        };
        set_sys("argv", list(&arguments));
        if let Some(program) = executable(wanted) {
            set_sys("executable", string(&program));
        }
        if let Some(path) = &wanted.path {
            set_sys("path", list(path));
        }
        if !wanted.extras.is_empty() {
            set_sys("_xoptions", extras(&wanted.extras));
        }
        if !wanted.warnings.is_empty() {
            let options = list(&wanted.warnings);
            let module = op(Op::Import, &[text::interned("warnings")]);
            if !module.is_null() {
                let method = text::interned("_processoptions");
                op_unit(Op::CallMethod, &[module, method, options]);
                decref(module);
            }
            err::clear();
            set_sys("warnoptions", options);
        }
    }
}

/// `sys.executable`: the file of the program's name, which is looked for on `PATH` when it has no folder.
fn executable(wanted: &Settings) -> Option<Wide> {
    if wanted.executable.is_some() {
        return wanted.executable.clone();
    }
    let name = wanted.program.as_ref()?;
    let bytes = wide::encode(name).ok()?;
    if bytes.contains(&b'/') {
        return Some(name.clone());
    }
    use std::os::unix::ffi::OsStrExt as _;
    let path = std::env::var_os("PATH")?;
    let file = std::ffi::OsStr::from_bytes(&bytes);
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(file))
        .find(|file| file.is_file())?;
    Some(wide::decode(found.as_os_str().as_bytes()))
}

/// A str.
pub unsafe fn string(value: &[libc::wchar_t]) -> gimbal_proxies::Obj {
    if value.is_empty() {
        // SAFETY: the lock is held.
        return unsafe { text::new(0, 0) };
    }
    let points: Vec<u32> = value.iter().map(|&unit| unit as u32).collect();
    // SAFETY: the lock is held.
    unsafe { text::from_points(&points) }
}

unsafe fn list(items: &[Wide]) -> gimbal_proxies::Obj {
    // SAFETY: the lock is held.
    unsafe {
        let list = seq::new_list(0);
        for item in items {
            seq::push(list, string(item));
        }
        list
    }
}

/// `-X name` and `-X name=value` as a dict.
unsafe fn extras(options: &[Wide]) -> gimbal_proxies::Obj {
    // SAFETY: the lock is held.
    unsafe {
        let dict = gimbal_proxies::dict::new();
        for option in options {
            let mut parts = option.splitn(2, |&c| c == '=' as libc::wchar_t);
            let name = string(parts.next().unwrap_or_default());
            let value = match parts.next() {
                Some(value) => string(value),
                None => gimbal_proxies::new_ref(gimbal_proxies::true_object()),
            };
            gimbal_proxies::dict::set(dict, name, value);
            decref(name);
            decref(value);
        }
        dict
    }
}

/// Sets an attribute of `sys`, whose reference it takes; a host without it does without.
unsafe fn set_sys(name: &str, value: gimbal_proxies::Obj) {
    // SAFETY: the lock is held.
    unsafe {
        if !value.is_null() {
            op_unit(Op::SysSet, &[text::interned(name), value]);
        }
        xdecref(value);
        err::clear();
    }
}
