//! The interpreter behind the border, as small as can be. Yours replaces it: the other files only ask it for the class of an
//! object, its attributes, a call, and the contents of values.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// An object. A host with a collector has its own kind of root here.
pub type Ref = Arc<Object>;

/// A result; the error is an exception.
pub type Res = Result<Ref, Ref>;

/// An object of the host.
pub enum Object {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Tuple(Vec<Ref>),
    List(Mutex<Vec<Ref>>),
    Dict(Mutex<Vec<(Ref, Ref)>>),
    Class {
        name: String,
        base: Option<Ref>,
    },
    Module {
        name: String,
        names: Mutex<HashMap<String, Ref>>,
        native: Option<i64>,
    },
    Function(Native),
    Exception {
        class: Ref,
        arguments: Ref,
    },
}

/// A function of an extension: what `calln` takes.
pub struct Native {
    pub name: String,
    pub convention: i32,
    pub code: i64,
    pub this: i64,
}

/// The contents of a container; a thread that panicked changes nothing about it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn none() -> Ref {
    static NONE: OnceLock<Ref> = OnceLock::new();
    NONE.get_or_init(|| Arc::new(Object::None)).clone()
}

pub fn text(text: impl Into<String>) -> Ref {
    Arc::new(Object::Str(text.into()))
}

pub fn int(value: i64) -> Ref {
    Arc::new(Object::Int(value))
}

pub fn tuple(items: Vec<Ref>) -> Ref {
    Arc::new(Object::Tuple(items))
}

/// The classes by name: builtins and exceptions.
static CLASSES: Mutex<Option<HashMap<String, Ref>>> = Mutex::new(None);

/// The class of this name, made when it is new.
pub fn class(name: &str, base: Option<&str>) -> Ref {
    let base = base.map(|base| class(base, (base != "object").then_some("object")));
    let mut classes = lock(&CLASSES);
    let made = || {
        let name = name.to_owned();
        Arc::new(Object::Class { name, base })
    };
    let classes = classes.get_or_insert_default();
    classes.entry(name.to_owned()).or_insert_with(made).clone()
}

/// A class that is known already.
fn known(name: &str) -> Ref {
    class(name, Some("object"))
}

pub fn class_of(object: &Object) -> Ref {
    known(match object {
        Object::None => "NoneType",
        Object::Bool(_) => "bool",
        Object::Int(_) => "int",
        Object::Float(_) => "float",
        Object::Str(_) => "str",
        Object::Tuple(_) => "tuple",
        Object::List(_) => "list",
        Object::Dict(_) => "dict",
        Object::Class { .. } => "type",
        Object::Module { .. } => "module",
        Object::Function(_) => "builtin_function_or_method",
        Object::Exception { class, .. } => return class.clone(),
    })
}

pub fn name_of(class: &Object) -> &str {
    match class {
        Object::Class { name, .. } => name,
        _ => "",
    }
}

/// A class and its bases, the nearest first.
pub fn line(class: &Ref) -> Vec<Ref> {
    let mut line = vec![class.clone()];
    while let Some(Object::Class { base: Some(base), .. }) = line.last().map(|class| &**class) {
        let base = base.clone();
        line.push(base);
    }
    line
}

pub fn is_subclass(class: &Ref, base: &str) -> bool {
    line(class).iter().any(|class| name_of(class) == base)
}

pub fn exception(class_name: &str, message: &str) -> Ref {
    Arc::new(Object::Exception {
        class: class(class_name, Some("Exception")),
        arguments: tuple(vec![text(message)]),
    })
}

/// `class(value)`, as an exception is made of what C has set.
pub fn make_exception(class: &Ref, value: Option<Ref>) -> Ref {
    let arguments = match value {
        Some(made) if matches!(&*made, Object::Exception { .. }) => return made,
        Some(items) if matches!(&*items, Object::Tuple(_)) => items,
        Some(value) if !matches!(&*value, Object::None) => tuple(vec![value]),
        _ => tuple(Vec::new()),
    };
    let class = class.clone();
    Arc::new(Object::Exception { class, arguments })
}

pub fn as_str(object: &Object) -> &str {
    match object {
        Object::Str(text) => text,
        _ => "",
    }
}

pub fn as_int(object: &Object) -> i64 {
    match object {
        Object::Int(value) => *value,
        _ => 0,
    }
}

pub fn get(object: &Ref, name: &str) -> Res {
    let found = match &**object {
        Object::Module { names, .. } => lock(names).get(name).cloned(),
        _ => None,
    };
    let own = match &**object {
        Object::Module { name: own, .. } | Object::Class { name: own, .. } => Some(own),
        Object::Function(native) => Some(&native.name),
        _ => None,
    };
    match (found, own) {
        (Some(found), _) => Ok(found),
        (None, Some(own)) if name == "__name__" => Ok(text(own.clone())),
        _ => {
            let class = class_of(object);
            let message = format!("'{}' object has no attribute '{name}'", name_of(&class));
            Err(exception("AttributeError", &message))
        }
    }
}

pub fn set(object: &Ref, name: &str, value: Option<Ref>) -> Res {
    let Object::Module { names, .. } = &**object else {
        return Err(exception(
            "AttributeError",
            "only modules have attributes that can be set",
        ));
    };
    match value {
        Some(value) => lock(names).insert(name.to_owned(), value),
        None => lock(names).remove(name),
    };
    Ok(none())
}

fn equal(a: &Object, b: &Object) -> bool {
    match (a, b) {
        (Object::Str(a), Object::Str(b)) => a == b,
        (Object::Int(a), Object::Int(b)) => a == b,
        _ => std::ptr::eq(a, b),
    }
}

pub fn find(items: &[(Ref, Ref)], key: &Object) -> Option<usize> {
    items.iter().position(|(known, _)| equal(known, key))
}

pub fn repr(object: &Object) -> String {
    let all = |items: &[Ref]| items.iter().map(|item| repr(item)).collect::<Vec<_>>().join(", ");
    match object {
        Object::None => "None".into(),
        Object::Bool(value) => if *value { "True" } else { "False" }.into(),
        Object::Int(value) => value.to_string(),
        Object::Float(value) => format!("{value:?}"),
        Object::Str(text) => format!("{text:?}"),
        Object::Tuple(items) => format!("({})", all(items)),
        Object::List(items) => format!("[{}]", all(&lock(items))),
        Object::Dict(_) => "{...}".into(),
        Object::Exception { class, arguments } => format!("{}{}", name_of(class), repr(arguments)),
        other => format!("<{} object>", name_of(&class_of(other))),
    }
}
