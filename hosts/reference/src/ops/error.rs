//! Errors: the section "errors" of the operations, and tracebacks, frames and code objects.

use super::{Operation, exception, warning};
use crate::contents;
use crate::heap::{Obj, Payload, Ref, Res, Thread};
use crate::types::{Builtin, Def, Single, getter, method};
use gimbal_host::Op;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::MakeException, |t, a| {
        let value = t.present(&a[1]);
        let made = exception::make(t, &a[0], value.as_ref())?;
        if let Some(trace) = t.present(&a[2]) {
            exception::set_traceback(t, &made, &trace)?;
        }
        Ok(made)
    }),
    (Op::ExceptionMatches, |t, a| {
        let answer = exception::matches(t, &a[0], &a[1]);
        Ok(t.bool(answer))
    }),
    (Op::GetTraceback, |t, a| {
        let trace = exception::traceback(t, &a[0]);
        Ok(t.or_absent(trace))
    }),
    (Op::SetTraceback, |t, a| {
        exception::set_traceback(t, &a[0], &a[1])?;
        Ok(t.none())
    }),
    // There is no code that handles exceptions but C, whose state is the shim's.
    (Op::HandledException, |t, _| Ok(t.absent())),
    (Op::Warn, |t, a| {
        let category = t.present(&a[1]);
        warning::warn(t, &a[0], category.as_ref(), None)
    }),
    (Op::WarnExplicit, |t, a| {
        let category = t.present(&a[0]);
        let file = t.str_string(&a[2])?;
        let line = t.as_i64(&a[3]).unwrap_or(0);
        warning::warn(t, &a[1], category.as_ref(), Some((file, line)))
    }),
    (Op::DisplayException, |t, a| {
        display(t, &a[0])?;
        Ok(t.none())
    }),
    (Op::PrintException, |t, a| {
        if t.is_instance(&a[0], Builtin::SystemExit) {
            return exit_with(t, &a[0]);
        }
        if t.truth(&a[1])? {
            let sys = t.single(Single::Sys);
            let (class, trace) = (t.class_of(&a[0]), exception::traceback(t, &a[0]));
            let trace = t.or_none(trace);
            for (name, value) in [
                ("last_type", &class),
                ("last_value", &a[0]),
                ("last_traceback", &trace),
            ] {
                t.set_in_module(&sys, name, value);
            }
        }
        let sys = t.single(Single::Sys);
        if let Some(hook) = t.lookup_attr(&sys, "excepthook")? {
            let (class, trace) = (t.class_of(&a[0]), exception::traceback(t, &a[0]));
            let trace = t.or_none(trace);
            if let Err(second) = t.call(&hook, &[class, a[0].clone(), trace]) {
                write(t, "Error in sys.excepthook:\n")?;
                display(t, &second.0)?;
                write(t, "\nOriginal exception was:\n")?;
                display(t, &a[0])?;
            }
        } else {
            write(t, "sys.excepthook is missing\n")?;
            display(t, &a[0])?;
        }
        Ok(t.none())
    }),
    (Op::WriteUnraisable, |t, a| {
        let (object, message) = (t.present(&a[1]), t.present(&a[2]));
        let mut text = match &message {
            Some(message) => t.str_string(message)?,
            None => "Exception ignored in".to_owned(),
        };
        if let Some(object) = &object {
            text += &format!(": {}", t.repr_string(object)?);
        } else if message.is_some() {
            text += ":";
        }
        if object.is_some() || message.is_some() {
            write(t, &format!("{text}\n"))?;
        }
        display(t, &a[0])?;
        Ok(t.none())
    }),
    (Op::AddTraceback, |t, a| {
        let inner = exception::traceback(t, &a[0]);
        let line = t.as_i64(&a[3]).unwrap_or(0);
        let counts = [0; 3];
        let none = t.tuple(&[]);
        let names = [none.clone(), none.clone(), none];
        let code = new_code(t, &[&a[1], &a[2], &a[2]], (line, 0), counts, &names);
        let globals = match t.present(&a[4]) {
            Some(globals) => globals,
            None => t.dict(),
        };
        let frame = t.alloc(Builtin::Frame, |still| {
            Payload::Other(Box::new(Frame {
                code: still.get(&code),
                globals: still.get(&globals),
                line,
            }))
        });
        let trace = t.alloc(Builtin::Traceback, |still| {
            let next = inner.as_ref().map(|inner| still.get(inner));
            Payload::Other(Box::new(Traceback {
                next,
                frame: still.get(&frame),
                line,
            }))
        });
        exception::set_traceback(t, &a[0], &trace)?;
        Ok(trace)
    }),
    (Op::NewCode, |t, a| {
        let (line, flags) = (t.as_i64(&a[3]).unwrap_or(0), t.as_i64(&a[4]).unwrap_or(0));
        let mut counts = [0; 3];
        for (count, given) in counts.iter_mut().zip(t.items(&a[5]).unwrap_or_default()) {
            *count = t.as_i64(&given).unwrap_or(0);
        }
        let names = [a[6].clone(), a[7].clone(), a[8].clone()];
        Ok(new_code(t, &[&a[0], &a[1], &a[2]], (line, flags), counts, &names))
    }),
];

/// A code object that describes compiled code.
struct Code {
    file: Ref,
    name: Ref,
    qualname: Ref,
    line: i64,
    flags: i64,
    /// Arguments, positional only, keyword only
    counts: [i64; 3],
    /// Variables, free variables, cell variables
    names: [Ref; 3],
}

contents!(Code, file, name, qualname, names);

/// A frame of compiled code, which has ended.
struct Frame {
    code: Ref,
    globals: Ref,
    line: i64,
}

contents!(Frame, code, globals);

/// An entry of a traceback.
struct Traceback {
    next: Option<Ref>,
    frame: Ref,
    line: i64,
}

contents!(Traceback, next, frame);

fn new_code(
    t: &mut Thread,
    [file, name, qualname]: &[&Obj; 3],
    (line, flags): (i64, i64),
    counts: [i64; 3],
    names: &[Obj; 3],
) -> Obj {
    t.alloc(Builtin::Code, |still| {
        Payload::Other(Box::new(Code {
            file: still.get(file),
            name: still.get(name),
            qualname: still.get(qualname),
            line,
            flags,
            counts,
            names: [still.get(&names[0]), still.get(&names[1]), still.get(&names[2])],
        }))
    })
}

/// A getter of an object that one of these structs keeps.
macro_rules! object_getter {
    ($name:literal $kind:ident $value:ident => $which:expr) => {
        getter($name, |t, a| {
            let found = t.read(&a[0], |object, still| {
                let $value = object.payload.other::<$kind>()?;
                Some(still.hold($which))
            });
            Ok(t.or_none(found))
        })
    };
}

/// A getter of a number.
macro_rules! number_getter {
    ($name:literal $kind:ident $value:ident => $which:expr) => {
        getter($name, |t, a| {
            let found = t.read(&a[0], |object, _| {
                let $value = object.payload.other::<$kind>()?;
                Some($which)
            });
            Ok(t.int(found.unwrap_or(0)))
        })
    };
}

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::Code,
        &[
            object_getter!("co_filename" Code code => &code.file),
            object_getter!("co_name" Code code => &code.name),
            object_getter!("co_qualname" Code code => &code.qualname),
            object_getter!("co_varnames" Code code => &code.names[0]),
            object_getter!("co_freevars" Code code => &code.names[1]),
            object_getter!("co_cellvars" Code code => &code.names[2]),
            number_getter!("co_firstlineno" Code code => code.line),
            number_getter!("co_flags" Code code => code.flags),
            number_getter!("co_argcount" Code code => code.counts[0]),
            number_getter!("co_posonlyargcount" Code code => code.counts[1]),
            number_getter!("co_kwonlyargcount" Code code => code.counts[2]),
            number_getter!("co_stacksize" Code _code => 1),
            getter("co_nlocals", |t, a| {
                let names = t.getattr(&a[0], "co_varnames")?;
                let length = t.len(&names)?;
                Ok(t.int(length))
            }),
            getter("co_names", |t, _| Ok(t.tuple(&[]))),
            getter("co_consts", |t, _| Ok(t.tuple(&[]))),
            getter("co_code", |t, _| Ok(t.bytes(Vec::new()))),
            method("__repr__", 0, 0, |t, a| {
                let (name, file) = (t.getattr(&a[0], "co_name")?, t.getattr(&a[0], "co_filename")?);
                let (name, file) = (t.str_string(&name)?, t.str_string(&file)?);
                let (line, id) = t.read(&a[0], |object, _| {
                    let line = object.payload.other::<Code>().map_or(0, |code| code.line);
                    (line, object.id << 4)
                });
                Ok(t.str(&format!(
                    "<code object {name} at {id:#x}, file \"{file}\", line {line}>"
                )))
            }),
        ],
    ),
    (
        Builtin::Frame,
        &[
            object_getter!("f_code" Frame frame => &frame.code),
            object_getter!("f_globals" Frame frame => &frame.globals),
            number_getter!("f_lineno" Frame frame => frame.line),
            number_getter!("f_lasti" Frame _frame => -1),
            getter("f_locals", |t, _| Ok(t.dict())),
            getter("f_back", |t, _| Ok(t.none())),
            getter("f_builtins", |t, _| {
                let builtins = t.single(Single::Builtins);
                let dict = t.instance_dict(&builtins);
                Ok(t.or_none(dict))
            }),
            method("clear", 0, 0, |t, _| Ok(t.none())),
        ],
    ),
    (
        Builtin::Traceback,
        &[
            object_getter!("tb_frame" Traceback trace => &trace.frame),
            object_getter!("tb_next" Traceback trace => trace.next.as_ref()?),
            number_getter!("tb_lineno" Traceback trace => trace.line),
            number_getter!("tb_lasti" Traceback _trace => -1),
        ],
    ),
];

/// Writes to `sys.stderr`, or to the process's when there is none.
pub(super) fn write(t: &mut Thread, text: &str) -> Res<()> {
    let sys = t.single(Single::Sys);
    match t.lookup_attr(&sys, "stderr")? {
        Some(stream) if !t.is_none(&stream) => {
            let text = t.str(text);
            t.call_method(&stream, "write", &[text]).map(drop)
        }
        Some(_) => Ok(()),
        None => {
            t.outside(|| eprint!("{text}"));
            Ok(())
        }
    }
}

/// An exception as the interpreter prints it, with what it came from.
pub(super) fn display(t: &mut Thread, error: &Obj) -> Res<()> {
    let mut text = String::new();
    describe(t, error, &mut text, 0)?;
    write(t, &text)
}

fn describe(t: &mut Thread, error: &Obj, text: &mut String, depth: u32) -> Res<()> {
    if depth < 10 {
        let cause = exception::link(t, error, |state| state.cause.as_ref());
        let context = exception::link(t, error, |state| {
            if state.suppress_context {
                None
            } else {
                state.context.as_ref()
            }
        });
        let between = match (&cause, &context) {
            (Some(_), _) => "The above exception was the direct cause of the following exception",
            _ => "During handling of the above exception, another exception occurred",
        };
        if let Some(before) = cause.or(context) {
            describe(t, &before, text, depth + 1)?;
            *text += &format!("\n{between}:\n\n");
        }
    }
    let mut trace = exception::traceback(t, error);
    if trace.is_some() {
        *text += "Traceback (most recent call last):\n";
    }
    while let Some(entry) = trace {
        let (next, frame, line) = t.read(&entry, |object, still| {
            match object.payload.other::<Traceback>() {
                Some(trace) => {
                    let next = trace.next.as_ref().map(|next| still.hold(next));
                    (next, Some(still.hold(&trace.frame)), trace.line)
                }
                None => (None, None, 0),
            }
        });
        if let Some(frame) = frame {
            let code = t.getattr(&frame, "f_code")?;
            let (file, name) = (t.getattr(&code, "co_filename")?, t.getattr(&code, "co_name")?);
            let (file, name) = (t.str_string(&file)?, t.str_string(&name)?);
            *text += &format!("  File \"{file}\", line {line}, in {name}\n");
        }
        trace = next;
    }
    let class = t.class_of(error);
    let module = t
        .lookup_attr(&class, "__module__")?
        .and_then(|module| t.as_string(&module));
    let mut name = t.with_class(&class, |class, _| class.qualname.clone());
    if let Some(module) = module.filter(|module| module != "builtins" && module != "__main__") {
        name = format!("{module}.{name}");
    }
    let message = t
        .str_string(error)
        .unwrap_or_else(|_| "<exception str() failed>".to_owned());
    *text += &if message.is_empty() {
        format!("{name}\n")
    } else {
        format!("{name}: {message}\n")
    };
    Ok(())
}

/// Ends the process as `SystemExit` says.
fn exit_with(t: &mut Thread, exit: &Obj) -> Res {
    let code = t.getattr(exit, "code")?;
    let status = match t.as_i64(&code) {
        Some(status) => status,
        None if t.is_none(&code) => 0,
        None => {
            let text = t.str_string(&code)?;
            write(t, &format!("{text}\n"))?;
            1
        }
    };
    let status = t.int(status);
    super::perform(t, Op::Exit as i32, &[status])
}

/// `sys.excepthook` and what it is made of.
pub(super) const MODULES: &[(&str, &[Def])] = &[(
    "sys",
    &[
        crate::types::function("excepthook", 3, 3, |t, a| {
            display(t, &a[1])?;
            Ok(t.none())
        }),
        crate::types::function("exc_info", 0, 0, |t, _| {
            let none = t.none();
            Ok(t.tuple(&[none.clone(), none.clone(), none]))
        }),
    ],
)];
