//! The methods of exceptions: how they are made, their fields, and their text.

use super::unicode;
use crate::heap::{Obj, Payload, Raised, Ref, Res, Thread};
use crate::types::exception::Exception;
use crate::types::{Builtin, Def, Keywords, keyword_function, keyword_method, method, property};

macro_rules! fields {
    ($($name:literal),*) => {
        &[$(property($name, |t, a| Ok(field(t, &a[0], $name)), |t, a| set_field(t, a, $name)),)*]
    };
}

macro_rules! links {
    ($($name:literal $link:ident $what:literal;)*) => {
        &[$(property(
            $name,
            |t, a| {
                let link = t.read(&a[0], |object, still| match &object.payload {
                    Payload::Exception(state) => state.$link.as_ref().map(|r| still.hold(r)),
                    _ => None,
                });
                Ok(t.or_none(link))
            },
            |t, a| {
                let value = link_value(t, &a[1], $name, $what)?;
                t.write(&a[0], |object, still| {
                    if let Payload::Exception(state) = &mut object.payload {
                        state.$link = value.as_ref().map(|value| still.get(value));
                        state.suppress_context |= $name == "__cause__";
                    }
                });
                Ok(t.none())
            },
        ),)*]
    };
}

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::BaseException,
        links! {
            "__traceback__" traceback "a traceback or None";
            "__cause__" cause "an exception or None";
            "__context__" context "an exception or None";
        },
    ),
    (
        Builtin::BaseException,
        &[
            keyword_function("__new__", new),
            keyword_method("__init__", |t, a, keywords| {
                let name = t.type_name(&a[0]);
                t.no_keywords(&name, keywords)?;
                set_args(t, &a[0], &a[1..]);
                Ok(t.none())
            }),
            method("__str__", 0, 0, |t, a| match &arguments(t, &a[0])[..] {
                [] => Ok(t.str("")),
                [one] => t.str_of(one),
                many => {
                    let args = t.tuple(many);
                    t.repr(&args)
                }
            }),
            method("__repr__", 0, 0, |t, a| {
                let name = t.type_name(&a[0]);
                let args = arguments(t, &a[0]);
                let shown = match &args[..] {
                    [one] => format!("({})", t.repr_string(one)?),
                    many => {
                        let args = t.tuple(many);
                        t.repr_string(&args)?
                    }
                };
                Ok(t.str(&format!("{name}{shown}")))
            }),
            method("with_traceback", 1, 1, |t, a| {
                t.setattr(&a[0], "__traceback__", Some(&a[1]))?;
                Ok(a[0].clone())
            }),
            method("add_note", 1, 1, |t, a| {
                if t.as_text(&a[1]).is_none() {
                    let given = t.type_name(&a[1]);
                    return Err(t.type_error(format!("note must be a str, not '{given}'")));
                }
                let notes = match t.lookup_attr(&a[0], "__notes__")? {
                    Some(notes) => notes,
                    None => {
                        let notes = t.list(&[]);
                        t.setattr(&a[0], "__notes__", Some(&notes))?;
                        notes
                    }
                };
                t.call_method(&notes, "append", &a[1..])
            }),
            method("__reduce__", 0, 0, |t, a| {
                let (class, args) = (t.class_of(&a[0]), arguments(t, &a[0]));
                let args = t.tuple(&args);
                Ok(t.tuple(&[class, args]))
            }),
            property(
                "args",
                |t, a| {
                    let args = arguments(t, &a[0]);
                    Ok(t.tuple(&args))
                },
                |t, a| {
                    if t.is_absent(&a[1]) {
                        return Err(t.type_error("args may not be deleted"));
                    }
                    let items = t.collect_items(&a[1])?;
                    set_args(t, &a[0], &items);
                    Ok(t.none())
                },
            ),
            property(
                "__suppress_context__",
                |t, a| {
                    let suppressed = t.read(&a[0], |object, _| {
                        matches!(&object.payload, Payload::Exception(state) if state.suppress_context)
                    });
                    Ok(t.bool(suppressed))
                },
                |t, a| {
                    let suppressed = t.truth(&a[1])?;
                    t.write(&a[0], |object, _| {
                        if let Payload::Exception(state) = &mut object.payload {
                            state.suppress_context = suppressed;
                        }
                    });
                    Ok(t.none())
                },
            ),
        ],
    ),
    (Builtin::StopIteration, fields!("value")),
    (Builtin::SystemExit, fields!("code")),
    (Builtin::ImportError, fields!("msg", "name", "path")),
    (Builtin::NameError, fields!("name")),
    (Builtin::AttributeError, fields!("name", "obj")),
    (
        Builtin::OSError,
        fields!("errno", "strerror", "filename", "filename2"),
    ),
    (
        Builtin::SyntaxError,
        fields!(
            "msg",
            "filename",
            "lineno",
            "offset",
            "text",
            "end_lineno",
            "end_offset",
            "print_file_and_line"
        ),
    ),
    (
        Builtin::UnicodeEncodeError,
        fields!("encoding", "object", "start", "end", "reason"),
    ),
    (
        Builtin::UnicodeDecodeError,
        fields!("encoding", "object", "start", "end", "reason"),
    ),
    (
        Builtin::UnicodeTranslateError,
        fields!("object", "start", "end", "reason"),
    ),
    (
        Builtin::StopIteration,
        &[keyword_method("__init__", |t, a, k| {
            first_argument(t, a, k, "value")
        })],
    ),
    (
        Builtin::SystemExit,
        &[keyword_method("__init__", |t, a, keywords| {
            t.no_keywords("SystemExit", keywords)?;
            set_args(t, &a[0], &a[1..]);
            let code = match &a[1..] {
                [] => t.none(),
                [one] => one.clone(),
                many => t.tuple(many),
            };
            t.set_exception_field(&a[0], "code", &code);
            Ok(t.none())
        })],
    ),
    (
        Builtin::ImportError,
        &[
            keyword_method("__init__", |t, a, keywords| {
                let [name, path] = t.arguments("ImportError", ["name", "path"], 0, &[], keywords)?;
                set_args(t, &a[0], &a[1..]);
                for (field, value) in [("name", name), ("path", path)] {
                    let value = t.or_none(value);
                    t.set_exception_field(&a[0], field, &value);
                }
                let message = t.or_none((a.len() == 2).then(|| a[1].clone()));
                t.set_exception_field(&a[0], "msg", &message);
                Ok(t.none())
            }),
            method("__str__", 0, 0, |t, a| {
                let message = field(t, &a[0], "msg");
                if t.as_text(&message).is_some() {
                    Ok(message)
                } else {
                    base_str(t, &a[0])
                }
            }),
        ],
    ),
    (
        Builtin::NameError,
        &[keyword_method("__init__", |t, a, k| named(t, a, k, &["name"]))],
    ),
    (
        Builtin::AttributeError,
        &[keyword_method("__init__", |t, a, k| {
            named(t, a, k, &["name", "obj"])
        })],
    ),
    (
        Builtin::KeyError,
        &[method("__str__", 0, 0, |t, a| match &arguments(t, &a[0])[..] {
            [one] => t.repr(one),
            _ => base_str(t, &a[0]),
        })],
    ),
    (
        Builtin::OSError,
        &[
            keyword_function("__new__", new_os_error),
            keyword_method("__init__", |t, _, _| Ok(t.none())),
            method("__str__", 0, 0, os_error_str),
        ],
    ),
    (
        Builtin::SyntaxError,
        &[
            keyword_method("__init__", init_syntax_error),
            method("__str__", 0, 0, |t, a| {
                let (message, file, line) = (
                    field(t, &a[0], "msg"),
                    field(t, &a[0], "filename"),
                    field(t, &a[0], "lineno"),
                );
                let text = t.str_string(&message)?;
                let file = t
                    .as_string(&file)
                    .map(|file| file.rsplit('/').next().unwrap_or("").to_owned());
                Ok(match (file, t.as_i64(&line)) {
                    (Some(file), Some(line)) => t.str(&format!("{text} ({file}, line {line})")),
                    (Some(file), None) => t.str(&format!("{text} ({file})")),
                    (None, Some(line)) => t.str(&format!("{text} (line {line})")),
                    (None, None) => t.str(&text),
                })
            }),
        ],
    ),
    (
        Builtin::UnicodeEncodeError,
        &[
            keyword_method("__init__", |t, a, k| init_unicode(t, a, k, ENCODE)),
            method("__str__", 0, 0, |t, a| unicode_str(t, &a[0], "encode")),
        ],
    ),
    (
        Builtin::UnicodeDecodeError,
        &[
            keyword_method("__init__", |t, a, k| init_unicode(t, a, k, ENCODE)),
            method("__str__", 0, 0, |t, a| unicode_str(t, &a[0], "decode")),
        ],
    ),
    (
        Builtin::UnicodeTranslateError,
        &[
            keyword_method("__init__", |t, a, k| init_unicode(t, a, k, &ENCODE[1..])),
            method("__str__", 0, 0, |t, a| unicode_str(t, &a[0], "translate")),
        ],
    ),
];

const ENCODE: &[&str] = &["encoding", "object", "start", "end", "reason"];

/// The arguments of an exception.
pub(super) fn arguments(t: &mut Thread, exception: &Obj) -> Vec<Obj> {
    let args = t.read(exception, |object, still| match &object.payload {
        Payload::Exception(state) => Some(still.hold(&state.args)),
        _ => None,
    });
    args.and_then(|args| t.items(&args)).unwrap_or_default()
}

fn set_args(t: &mut Thread, exception: &Obj, args: &[Obj]) {
    let args = t.tuple(args);
    t.write(exception, |object, still| {
        if let Payload::Exception(state) = &mut object.payload {
            state.args = still.get(&args);
        }
    });
}

fn field(t: &mut Thread, exception: &Obj, name: &str) -> Obj {
    let value = t.exception_field(exception, name);
    t.or_none(value)
}

fn set_field(t: &mut Thread, a: &[Obj], name: &'static str) -> Res {
    let value = t.present(&a[1]);
    let value = t.or_none(value);
    t.set_exception_field(&a[0], name, &value);
    Ok(t.none())
}

/// What a traceback, cause or context is set to.
fn link_value(t: &mut Thread, value: &Obj, name: &str, what: &str) -> Res<Option<Obj>> {
    if t.is_absent(value) {
        return Err(t.type_error(format!("{name} may not be deleted")));
    }
    if t.is_none(value) {
        return Ok(None);
    }
    let class = if name == "__traceback__" {
        Builtin::Traceback
    } else {
        Builtin::BaseException
    };
    if t.is_instance(value, class) {
        return Ok(Some(value.clone()));
    }
    Err(t.type_error(if name == "__traceback__" {
        format!("{name} must be {what}")
    } else {
        format!(
            "exception {} must be None or derive from BaseException",
            name.trim_matches('_')
        )
    }))
}

fn new(t: &mut Thread, a: &[Obj], _: &Keywords) -> Res {
    let made = t.exception_of(&a[0], &a[1..]);
    let memory_error = t.class(Builtin::StopIteration);
    if t.derives(&a[0], &memory_error) {
        let value = t.or_none(a.get(1).cloned());
        t.set_exception_field(&made, "value", &value);
    }
    Ok(made)
}

fn first_argument(t: &mut Thread, a: &[Obj], keywords: &Keywords, name: &'static str) -> Res {
    let class = t.type_name(&a[0]);
    t.no_keywords(&class, keywords)?;
    set_args(t, &a[0], &a[1..]);
    let value = t.or_none(a.get(1).cloned());
    t.set_exception_field(&a[0], name, &value);
    Ok(t.none())
}

fn named(t: &mut Thread, a: &[Obj], keywords: &Keywords, names: &[&'static str]) -> Res {
    set_args(t, &a[0], &a[1..]);
    for (given, value) in keywords {
        match names.iter().find(|name| *name == given) {
            Some(name) => t.set_exception_field(&a[0], name, value),
            None => {
                let class = t.type_name(&a[0]);
                return Err(t.type_error(format!("'{given}' is an invalid keyword argument for {class}()")));
            }
        }
    }
    Ok(t.none())
}

fn base_str(t: &mut Thread, exception: &Obj) -> Res {
    let class = t.class(Builtin::BaseException);
    let special = t.getattr(&class, "__str__")?;
    t.call(&special, std::slice::from_ref(exception))
}

// --- OSError ---------------------------------------------------------------------------------------------------------

/// The class for an error number.
fn os_error_class(number: i64) -> Option<Builtin> {
    let classes = [
        (libc::EAGAIN, Builtin::BlockingIOError),
        (libc::EALREADY, Builtin::BlockingIOError),
        (libc::EINPROGRESS, Builtin::BlockingIOError),
        (libc::ECHILD, Builtin::ChildProcessError),
        (libc::EPIPE, Builtin::BrokenPipeError),
        (libc::ESHUTDOWN, Builtin::BrokenPipeError),
        (libc::ECONNABORTED, Builtin::ConnectionAbortedError),
        (libc::ECONNREFUSED, Builtin::ConnectionRefusedError),
        (libc::ECONNRESET, Builtin::ConnectionResetError),
        (libc::EEXIST, Builtin::FileExistsError),
        (libc::ENOENT, Builtin::FileNotFoundError),
        (libc::EINTR, Builtin::InterruptedError),
        (libc::EISDIR, Builtin::IsADirectoryError),
        (libc::ENOTDIR, Builtin::NotADirectoryError),
        (libc::EACCES, Builtin::PermissionError),
        (libc::EPERM, Builtin::PermissionError),
        (libc::ESRCH, Builtin::ProcessLookupError),
        (libc::ETIMEDOUT, Builtin::TimeoutError),
    ];
    classes
        .iter()
        .find(|(known, _)| i64::from(*known) == number)
        .map(|(_, class)| *class)
}

fn new_os_error(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let name = t.class_name(&a[0]);
    t.no_keywords(&name, keywords)?;
    let args = &a[1..];
    let os_error = t.class(Builtin::OSError);
    let full = (2..=5).contains(&args.len());
    let number = if full { t.as_i64(&args[0]) } else { None };
    let class = match number.and_then(os_error_class) {
        Some(class) if a[0].is(&os_error) => t.class(class),
        _ => a[0].clone(),
    };
    // with a file name the arguments are number and text only
    let filename = args.get(2).filter(|_| full).cloned();
    let filename = filename.filter(|filename| !t.is_none(filename));
    let shown = if filename.is_some() { &args[..2] } else { args };
    let made = t.exception_of(&class, shown);
    if full {
        t.set_exception_field(&made, "errno", &args[0]);
        t.set_exception_field(&made, "strerror", &args[1]);
        if let Some(filename) = filename {
            t.set_exception_field(&made, "filename", &filename);
        }
        if let Some(second) = args.get(4) {
            t.set_exception_field(&made, "filename2", second);
        }
    }
    Ok(made)
}

fn os_error_str(t: &mut Thread, a: &[Obj]) -> Res {
    let number = t.exception_field(&a[0], "errno");
    let text = t.exception_field(&a[0], "strerror");
    let (Some(number), Some(text)) = (number, text) else {
        return base_str(t, &a[0]);
    };
    let mut shown = format!("[Errno {}] {}", t.str_string(&number)?, t.str_string(&text)?);
    if let Some(file) = t.exception_field(&a[0], "filename") {
        shown += &format!(": {}", t.repr_string(&file)?);
        if let Some(second) = t.exception_field(&a[0], "filename2") {
            shown += &format!(" -> {}", t.repr_string(&second)?);
        }
    }
    Ok(t.str(&shown))
}

// --- SyntaxError -----------------------------------------------------------------------------------------------------

fn init_syntax_error(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    t.no_keywords("SyntaxError", keywords)?;
    set_args(t, &a[0], &a[1..]);
    if let Some(message) = a.get(1) {
        t.set_exception_field(&a[0], "msg", message);
    }
    if let Some(details) = a.get(2) {
        let details = t.collect_items(details)?;
        let names = ["filename", "lineno", "offset", "text", "end_lineno", "end_offset"];
        for (name, value) in names.into_iter().zip(&details) {
            t.set_exception_field(&a[0], name, value);
        }
    }
    Ok(t.none())
}

// --- UnicodeError ----------------------------------------------------------------------------------------------------

fn init_unicode(t: &mut Thread, a: &[Obj], keywords: &Keywords, names: &[&'static str]) -> Res {
    let class = t.type_name(&a[0]);
    t.no_keywords(&class, keywords)?;
    let given = a.len() - 1;
    if given != names.len() {
        return Err(t.type_error(format!(
            "function takes exactly {} arguments ({given} given)",
            names.len()
        )));
    }
    let decodes = t.is_instance(&a[0], Builtin::UnicodeDecodeError);
    for (at, (name, value)) in names.iter().zip(&a[1..]).enumerate() {
        let wrong = match *name {
            "start" | "end" => {
                t.index(value)?;
                None
            }
            "object" if decodes => {
                let data = super::bytes::bytes_like(t, value)?;
                if t.builtin_of(value) != Some(Builtin::Bytes) {
                    let data = t.bytes(data);
                    t.set_exception_field(&a[0], "object", &data);
                    continue;
                }
                None
            }
            _ if t.as_text(value).is_none() => Some("str"),
            _ => None,
        };
        if let Some(wanted) = wrong {
            let given = t.type_name(value);
            return Err(t.type_error(format!("argument {} must be {wanted}, not {given}", at + 1)));
        }
        t.set_exception_field(&a[0], name, value);
    }
    set_args(t, &a[0], &a[1..]);
    Ok(t.none())
}

fn unicode_str(t: &mut Thread, error: &Obj, verb: &str) -> Res {
    let Some(object) = t.exception_field(error, "object") else {
        return Ok(t.str(""));
    };
    let number = |t: &mut Thread, name: &str| {
        let value = field(t, error, name);
        t.as_i64(&value).unwrap_or(0)
    };
    let (start, end) = (number(t, "start"), number(t, "end"));
    let (encoding, reason) = (field(t, error, "encoding"), field(t, error, "reason"));
    let reason = t.str_string(&reason)?;
    let codec = match verb {
        "translate" => String::new(),
        _ => format!("'{}' codec ", t.str_string(&encoding)?),
    };
    let at = usize::try_from(start).ok().filter(|_| end == start + 1);
    let text = t.as_text(&object).unwrap_or_default().0;
    let data = t.as_bytes(&object).unwrap_or_default();
    let shown = match (at.and_then(|at| text.get(at)), at.and_then(|at| data.get(at))) {
        (Some(&point), _) => format!("character '{}' in position {start}", unicode::escape(point)),
        (_, Some(byte)) => format!("byte {byte:#04x} in position {start}"),
        _ => {
            let what = if verb == "decode" { "bytes" } else { "characters" };
            format!("{what} in position {start}-{}", end - 1)
        }
    };
    Ok(t.str(&format!("{codec}can't {verb} {shown}: {reason}")))
}

/// The traceback of an exception.
pub(super) fn traceback(t: &mut Thread, exception: &Obj) -> Option<Obj> {
    link(t, exception, |state| state.traceback.as_ref())
}

/// A link of an exception to another object.
pub(super) fn link(t: &mut Thread, exception: &Obj, which: fn(&Exception) -> Option<&Ref>) -> Option<Obj> {
    t.read(exception, |object, still| match &object.payload {
        Payload::Exception(state) => which(state).map(|r| still.hold(r)),
        _ => None,
    })
}

/// A normalised exception: of a class and a value, a tuple of arguments, or nothing.
pub(super) fn make(t: &mut Thread, class: &Obj, value: Option<&Obj>) -> Res {
    let value = value.filter(|value| !t.is_none(value));
    let made = match value {
        Some(value) if t.is_class(class) && t.is_a(value, class) => value.clone(),
        Some(value) if t.is_instance(value, Builtin::Tuple) => {
            let args = t.items(value).unwrap_or_default();
            t.call(class, &args)?
        }
        Some(value) => t.call(class, std::slice::from_ref(value))?,
        None => t.call(class, &[])?,
    };
    if t.is_instance(&made, Builtin::BaseException) {
        return Ok(made);
    }
    let (class, given) = (t.repr_string(class)?, t.type_name(&made));
    Err(t.type_error(format!(
        "calling {class} should have returned an instance of BaseException, not {given}"
    )))
}

/// Does an exception, or a class, match a class or one of a tuple?
pub(super) fn matches(t: &mut Thread, given: &Obj, target: &Obj) -> bool {
    if t.is_instance(target, Builtin::Tuple) {
        let targets = t.items(target).unwrap_or_default();
        return targets.iter().any(|target| matches(t, given, target));
    }
    let class = if t.is_instance(given, Builtin::BaseException) {
        t.class_of(given)
    } else {
        given.clone()
    };
    if t.is_class(&class) && t.is_class(target) {
        t.derives(&class, target)
    } else {
        class.is(target)
    }
}

/// The error with which a value is raised that is none.
pub(super) fn set_traceback(t: &mut Thread, exception: &Obj, trace: &Obj) -> Result<(), Raised> {
    t.setattr(exception, "__traceback__", Some(trace))
}
