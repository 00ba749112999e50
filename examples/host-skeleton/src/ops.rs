//! The operations. `gimbal_host::Op` says what each one takes and returns; what is missing here answers with an exception
//! that names it, so an extension that you try tells you what to write next.

use crate::object::*;
use crate::{border, call, handles, shim};
use gimbal_host::{CallKind, Op};
use std::sync::Arc;

/// Performs an operation: `Ok(None)` is "no result".
pub fn perform(op: Op, a: &[Option<Ref>]) -> Result<Option<Ref>, Ref> {
    let absent = none();
    let arg = |i: usize| a.get(i).and_then(Option::as_ref).unwrap_or(&absent);
    let name = |i: usize| as_str(arg(i));
    let behind = |handle: &Ref| handles::resolve(as_int(handle)).unwrap_or_else(none);
    Ok(Some(match op {
        Op::InternName => int(handles::open(arg(0)).0),
        Op::TypeOfHandle => class_of(&behind(arg(0))),
        Op::Resend => behind(arg(0)),
        Op::TypeInfo => describe(&behind(arg(0))),
        // what `tp_dict` points at: nothing is in our classes
        Op::TypeDict => Arc::new(Object::Dict(Default::default())),

        Op::GetAttr | Op::GenericGetAttr => get(arg(0), name(1))?,
        Op::LookupAttr => return Ok(get(arg(0), name(1)).ok()),
        Op::SetAttr | Op::GenericSetAttr => set(arg(0), name(1), a[2].clone())?,
        Op::CallObject if is_subclass(arg(0), "BaseException") => make_exception(arg(0), a[1].clone()),
        Op::CallObject => match &**arg(1) {
            Object::Tuple(arguments) => call(arg(0), arguments)?,
            _ => call(arg(0), &[])?,
        },
        Op::Str if !name(0).is_empty() => arg(0).clone(),
        Op::Repr | Op::Str => text(repr(arg(0))),

        Op::MakeException => make_exception(arg(0), a[1].clone()),
        Op::GetTraceback => return Ok(None),

        Op::NewModule => new_module(name(0), as_int(arg(1))),
        Op::NewFunction => new_function(arg(0), as_int(arg(1)))?,
        // there is no `sys`
        Op::SysSet => none(),
        Op::SysGet => return Ok(None),

        // How many lists hold what was sent of them last? With 0, C's copies are made anew each time.
        Op::ListsUnchanged => int(0),
        Op::ListAppend | Op::ListRefresh => list(op, arg(0), a)?,
        Op::DictGet | Op::DictSet | Op::DictDel | Op::DictLen | Op::DictSnapshot => {
            return dict(op, arg(0), a);
        }

        other => {
            let message = format!("this host has no operation {}", other.name().to_string_lossy());
            return Err(exception("SystemError", &message));
        }
    }))
}

/// What C may ask of a class. The two masks name the special methods that its slots reach; these classes have none.
fn describe(class: &Ref) -> Ref {
    let bases = &line(class)[1..];
    let base = bases.first().unwrap_or(class).clone();
    let flag = |value| Arc::new(Object::Bool(value));
    tuple(vec![
        text(name_of(class)),
        class_of(class),
        base.clone(),
        tuple(bases.first().into_iter().cloned().collect()),
        tuple(bases.to_vec()),
        int(0),
        int(0),
        text(name_of(class)),
        flag(is_subclass(class, "BaseException")),
        flag(false),
        int(0),
        flag(false),
        flag(false),
    ])
}

fn new_module(name: &str, native: i64) -> Ref {
    let module = Arc::new(Object::Module {
        name: name.to_owned(),
        names: Default::default(),
        native: Some(native),
    });
    // SAFETY: the struct is the extension's new module; the wrapper has a count of it.
    unsafe { (shim().incref)(native as *mut u8) };
    border::add_module(native, module.clone());
    none()
}

/// An entry of a method table: `("method", name, flags, address, doc, definition)`.
fn new_function(entry: &Ref, this: i64) -> Res {
    let Object::Tuple(entry) = &**entry else {
        return Err(exception("SystemError", "a method's entry is a tuple"));
    };
    let convention = match as_int(&entry[2]) & !0x30 {
        0x04 => CallKind::NoArgs,
        0x08 => CallKind::One,
        0x01 => CallKind::VarArgs,
        0x03 => CallKind::VarKeywords,
        0x80 => CallKind::Fast,
        _ => CallKind::FastKeywords,
    };
    Ok(Arc::new(Object::Function(Native {
        name: as_str(&entry[1]).to_owned(),
        convention: convention as i32,
        code: as_int(&entry[3]),
        this,
    })))
}

fn list(op: Op, object: &Ref, a: &[Option<Ref>]) -> Res {
    let Object::List(items) = &**object else {
        return Err(exception("TypeError", "not a list"));
    };
    Ok(match op {
        Op::ListAppend => {
            let mut items = lock(items);
            items.push(a[1].clone().unwrap_or_else(none));
            int(items.len() as i64)
        }
        _ => object.clone(),
    })
}

fn dict(op: Op, object: &Ref, a: &[Option<Ref>]) -> Result<Option<Ref>, Ref> {
    let Object::Dict(items) = &**object else {
        return Err(exception("TypeError", "not a dict"));
    };
    let mut items = lock(items);
    let key = a.get(1).cloned().flatten().unwrap_or_else(none);
    let place = find(&items, &key);
    Ok(match (op, place) {
        (Op::DictGet, place) => place.map(|at| items[at].1.clone()),
        (Op::DictSet, place) => {
            let value = a[2].clone().unwrap_or_else(none);
            match place {
                Some(at) => items[at].1 = value,
                None => items.push((key, value)),
            }
            Some(none())
        }
        (Op::DictDel, Some(at)) => {
            items.remove(at);
            Some(none())
        }
        (Op::DictDel, None) => return Err(make_exception(&class("KeyError", Some("Exception")), Some(key))),
        (Op::DictLen, _) => Some(int(items.len() as i64)),
        _ => {
            let flat = items.iter().flat_map(|(key, value)| [key.clone(), value.clone()]);
            Some(tuple(flat.collect()))
        }
    })
}
