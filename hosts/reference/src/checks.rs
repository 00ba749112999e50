//! Runs the functions named `check_*` of a module, and describes each outcome in one line, as `abi-tests/c/checks.py` does.

use crate::heap::{Obj, Raised, Thread};

/// The type and message of an exception. An internal error of CPython names the line of its own source, which is left out.
pub fn describe(t: &mut Thread, error: &Raised) -> String {
    let class = t.type_name(&error.0);
    let message = match t.str_string(&error.0) {
        Ok(message) => message,
        Err(second) => format!("<{} in str()>", t.type_name(&second.0)),
    };
    let words = message.split(' ').filter(|word| !is_place(word));
    format!("{class}: {}", words.collect::<Vec<_>>().join(" "))
}

/// `Objects/longobject.c:123:`
fn is_place(word: &str) -> bool {
    let Some((file, line)) = word.strip_suffix(':').and_then(|word| word.rsplit_once(':')) else {
        return false;
    };
    file.ends_with(".c") && !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// The names of a module's checks, sorted, with the functions.
fn checks(t: &mut Thread, module: &Obj) -> Vec<(String, Obj)> {
    let mut found = Vec::new();
    if let Some(dict) = t.instance_dict(module) {
        for (key, value) in t.dict_items(&dict) {
            if let Some(name) = t.as_string(&key)
                && name.starts_with("check_")
            {
                found.push((name, value));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Runs every check; each outcome is one line.
pub fn check_all(t: &mut Thread, module: &Obj, say: &mut dyn FnMut(String)) {
    for (name, function) in checks(t, module) {
        let outcome = t.call(&function, &[]).and_then(|result| t.repr_string(&result));
        let outcome = outcome.unwrap_or_else(|error| describe(t, &error));
        say(format!("{name}: {outcome}"));
    }
}

/// Runs every check on each of several threads at once; the lines of each thread.
pub fn check_on_threads(t: &mut Thread, module: &Obj, threads: usize) -> Vec<Vec<String>> {
    let name = t
        .getattr(module, "__name__")
        .ok()
        .and_then(|name| t.as_string(&name))
        .unwrap_or_default();
    let run = || {
        let mut t = Thread::enter();
        let mut lines = Vec::new();
        match t.get_module(&name) {
            Some(module) => check_all(&mut t, &module, &mut |line| lines.push(line)),
            None => lines.push(format!("{name} is not in sys.modules")),
        }
        lines
    };
    t.outside(|| {
        std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, Vec<String>>| {
                thread
                    .join()
                    .unwrap_or_else(|_| vec!["the thread panicked".to_owned()])
            };
            running.into_iter().map(join).collect()
        })
    })
}
