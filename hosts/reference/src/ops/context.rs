//! Context variables and contexts.

use super::Operation;
use crate::contents;
use crate::heap::{Obj, Payload, Ref, Res, Rooted, Thread};
use crate::types::{Builtin, Def, function, getter, keyword_function, method};
use gimbal_host::Op;
use std::cell::RefCell;

/// A variable: its name, and its default when it has one.
struct Variable {
    name: Ref,
    default: Option<Ref>,
}

contents!(Variable, name, default);

/// A context: the values of variables, and while it is entered, the context before it.
struct Context {
    values: Ref,
    outer: Option<Ref>,
    entered: bool,
}

contents!(Context, values, outer);

/// What a variable was before it was set.
struct Token {
    variable: Ref,
    values: Ref,
    old: Option<Ref>,
    used: bool,
}

contents!(Token, variable, values, old);

thread_local! {
    /// The context in which this thread is.
    static CURRENT: RefCell<Option<Rooted>> = const { RefCell::new(None) };
}

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::EnterContext, |t, a| {
        if is_entered(t, &a[0]) {
            let shown = t.repr_string(&a[0])?;
            return Err(t.runtime_error(format!("cannot enter context: {shown} is already entered")));
        }
        let outer = current(t);
        t.write(&a[0], |object, still| {
            if let Some(context) = object.payload.other_mut::<Context>() {
                context.outer = Some(still.get(&outer));
                context.entered = true;
            }
        });
        set_current(t, &a[0]);
        Ok(t.none())
    }),
    (Op::ExitContext, |t, a| {
        if !is_entered(t, &a[0]) {
            let shown = t.repr_string(&a[0])?;
            return Err(t.runtime_error(format!("cannot exit context: {shown} has not been entered")));
        }
        if !current(t).is(&a[0]) {
            return Err(
                t.runtime_error("cannot exit context: thread state references a different context object")
            );
        }
        let outer = t.write(&a[0], |object, still| {
            let context = object.payload.other_mut::<Context>()?;
            context.entered = false;
            context.outer.take().map(|outer| still.hold(&outer))
        });
        if let Some(outer) = outer {
            set_current(t, &outer);
        }
        Ok(t.none())
    }),
];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::ContextVar,
        &[
            keyword_function("__new__", |t, a, keywords| {
                let [default] = t.arguments("ContextVar", ["default"], 0, &[], keywords)?;
                t.count_arguments("ContextVar", &a[1..], 1, 1)?;
                if t.as_text(&a[1]).is_none() {
                    return Err(t.type_error("context variable name must be a str"));
                }
                Ok(t.alloc(Builtin::ContextVar, |still| {
                    Payload::Other(Box::new(Variable {
                        name: still.get(&a[1]),
                        default: default.as_ref().map(|default| still.get(default)),
                    }))
                }))
            }),
            getter("name", |t, a| {
                let name = t.read(&a[0], |object, still| {
                    object
                        .payload
                        .other::<Variable>()
                        .map(|variable| still.hold(&variable.name))
                });
                Ok(t.or_none(name))
            }),
            method("get", 0, 1, |t, a| {
                let values = current_values(t);
                if let Some(value) = t.dict_get(&values, &a[0])? {
                    return Ok(value);
                }
                let default = t.read(&a[0], |object, still| {
                    let variable = object.payload.other::<Variable>()?;
                    variable.default.as_ref().map(|default| still.hold(default))
                });
                match a.get(1).cloned().or(default) {
                    Some(value) => Ok(value),
                    None => Err(t.raise_with(Builtin::LookupError, &a[..1])),
                }
            }),
            method("set", 1, 1, |t, a| {
                let values = current_values(t);
                let old = t.dict_get(&values, &a[0])?;
                t.dict_set(&values, &a[0], &a[1])?;
                Ok(t.alloc(Builtin::ContextToken, |still| {
                    Payload::Other(Box::new(Token {
                        variable: still.get(&a[0]),
                        values: still.get(&values),
                        old: old.as_ref().map(|old| still.get(old)),
                        used: false,
                    }))
                }))
            }),
            method("reset", 1, 1, reset),
        ],
    ),
    (
        Builtin::ContextToken,
        &[
            getter("var", |t, a| {
                let variable = t.read(&a[0], |object, still| {
                    object
                        .payload
                        .other::<Token>()
                        .map(|token| still.hold(&token.variable))
                });
                Ok(t.or_none(variable))
            }),
            getter("old_value", |t, a| {
                let old = t.read(&a[0], |object, still| {
                    let token = object.payload.other::<Token>()?;
                    token.old.as_ref().map(|old| still.hold(old))
                });
                Ok(t.or_none(old))
            }),
        ],
    ),
    (
        Builtin::Context,
        &[
            keyword_function("__new__", |t, _, _| {
                let values = t.dict();
                Ok(make(t, &values))
            }),
            method("copy", 0, 0, |t, a| {
                let values = values_of(t, &a[0]);
                let values = super::dict::copy(t, &values)?;
                Ok(make(t, &values))
            }),
            method("__len__", 0, 0, |t, a| {
                let values = values_of(t, &a[0]);
                let length = t.table_len(&values);
                Ok(t.int(length))
            }),
            method("__contains__", 1, 1, |t, a| {
                let values = values_of(t, &a[0]);
                let found = t.table_find(&values, &a[1])?;
                Ok(t.bool(found.is_some()))
            }),
            method("__getitem__", 1, 1, |t, a| {
                let values = values_of(t, &a[0]);
                t.get_item(&values, &a[1])
            }),
            method("__iter__", 0, 0, |t, a| {
                let values = values_of(t, &a[0]);
                t.iter(&values)
            }),
            method("get", 1, 2, |t, a| {
                let values = values_of(t, &a[0]);
                t.call_method(&values, "get", &a[1..])
            }),
            crate::types::keyword_method("run", |t, a, keywords| {
                let Some(callable) = a.get(1) else {
                    return Err(t.type_error("run() missing 1 required positional argument"));
                };
                super::perform(t, Op::EnterContext as i32, &a[..1])?;
                let result = t.call_with(callable, &a[2..], keywords);
                super::perform(t, Op::ExitContext as i32, &a[..1])?;
                result
            }),
        ],
    ),
];

pub(super) const MODULES: &[(&str, &[Def])] = &[(
    "contextvars",
    &[function("copy_context", 0, 0, |t, _| {
        let values = current_values(t);
        let values = super::dict::copy(t, &values)?;
        Ok(make(t, &values))
    })],
)];

fn make(t: &mut Thread, values: &Obj) -> Obj {
    t.alloc(Builtin::Context, |still| {
        Payload::Other(Box::new(Context {
            values: still.get(values),
            outer: None,
            entered: false,
        }))
    })
}

/// The context in which the thread is, made when it has none yet.
fn current(t: &mut Thread) -> Obj {
    let known = CURRENT.with_borrow(|current| current.as_ref().map(|rooted| t.rooted(rooted)));
    if let Some(context) = known {
        return context;
    }
    let values = t.dict();
    let context = make(t, &values);
    set_current(t, &context);
    context
}

fn set_current(t: &mut Thread, context: &Obj) {
    let rooted = t.root(context);
    CURRENT.set(Some(rooted));
}

fn values_of(t: &mut Thread, context: &Obj) -> Obj {
    let values = t.read(context, |object, still| {
        object
            .payload
            .other::<Context>()
            .map(|context| still.hold(&context.values))
    });
    t.or_none(values)
}

fn current_values(t: &mut Thread) -> Obj {
    let context = current(t);
    values_of(t, &context)
}

fn is_entered(t: &mut Thread, context: &Obj) -> bool {
    t.read(context, |object, _| {
        object
            .payload
            .other::<Context>()
            .is_some_and(|context| context.entered)
    })
}

fn reset(t: &mut Thread, a: &[Obj]) -> Res {
    let token = t.read(&a[1], |object, still| {
        let token = object.payload.other::<Token>()?;
        let old = token.old.as_ref().map(|old| still.hold(old));
        Some((
            still.hold(&token.variable),
            still.hold(&token.values),
            old,
            token.used,
        ))
    });
    let Some((variable, values, old, used)) = token else {
        let given = t.type_name(&a[1]);
        return Err(t.type_error(format!("expected an instance of Token, got {given}")));
    };
    let shown = t.repr_string(&a[1])?;
    if used {
        return Err(t.runtime_error(format!("{shown} has already been used once")));
    }
    if !variable.is(&a[0]) {
        return Err(t.value_error(format!("{shown} was created by a different ContextVar")));
    }
    if !current_values(t).is(&values) {
        return Err(t.value_error(format!("{shown} was created in a different Context")));
    }
    t.write(&a[1], |object, _| {
        if let Some(token) = object.payload.other_mut::<Token>() {
            token.used = true;
        }
    });
    match old {
        Some(old) => t.dict_set(&values, &a[0], &old)?,
        None => drop(t.table_remove(&values, &a[0])?),
    }
    Ok(t.none())
}
