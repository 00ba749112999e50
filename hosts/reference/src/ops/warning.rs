//! Warnings: the filters of the module `warnings`, and what happens to a warning.

use super::error::write;
use crate::heap::{Obj, Raised, Res, Thread};
use crate::types::{Builtin, Def, Keywords, function, keyword_function};

/// What is done with these categories unless a filter says otherwise.
const IGNORED: [Builtin; 4] = [
    Builtin::DeprecationWarning,
    Builtin::PendingDeprecationWarning,
    Builtin::ImportWarning,
    Builtin::ResourceWarning,
];

pub(super) const MODULES: &[(&str, &[Def])] = &[(
    "warnings",
    &[
        keyword_function("warn", |t, a, keywords| {
            let names = ["message", "category", "stacklevel", "source"];
            let [message, category, ..] = t.arguments("warn", names, 1, a, keywords)?;
            let category = category.filter(|category| !t.is_none(category));
            let message = t.or_none(message);
            let user = t.class(Builtin::UserWarning);
            warn(t, &message, Some(&category.unwrap_or(user)), None)
        }),
        keyword_function("simplefilter", |t, a, keywords| {
            let names = ["action", "category", "lineno", "append"];
            let [action, category, _, append] = t.arguments("simplefilter", names, 1, a, keywords)?;
            add_filter(t, action, None, category, append)
        }),
        keyword_function("filterwarnings", |t, a, keywords: &Keywords| {
            let names = ["action", "message", "category", "module", "lineno", "append"];
            let [action, message, category, _, _, append] =
                t.arguments("filterwarnings", names, 1, a, keywords)?;
            add_filter(t, action, message, category, append)
        }),
        function("resetwarnings", 0, 0, |t, _| {
            let filters = filters(t)?;
            t.call_method(&filters, "clear", &[])
        }),
    ],
)];

/// The list of filters, the first that fits counts: action, start of the message or `None`, category.
fn filters(t: &mut Thread) -> Res {
    let module = t.import("warnings")?;
    if let Some(filters) = t.lookup_attr(&module, "filters")? {
        return Ok(filters);
    }
    let made = t.list(&[]);
    t.set_in_module(&module, "filters", &made);
    Ok(made)
}

fn add_filter(
    t: &mut Thread,
    action: Option<Obj>,
    message: Option<Obj>,
    category: Option<Obj>,
    append: Option<Obj>,
) -> Res {
    let (action, message) = (t.or_none(action), t.or_none(message));
    let warning = t.class(Builtin::Warning);
    let filter = t.tuple(&[action, message, category.unwrap_or(warning)]);
    let filters = filters(t)?;
    let at_end = match append {
        Some(append) => t.truth(&append)?,
        None => false,
    };
    let length = super::list::length(t, &filters) as isize;
    super::list::insert(t, &filters, if at_end { length } else { 0 }, &filter);
    Ok(t.none())
}

/// What is to be done with a warning.
fn action(t: &mut Thread, category: &Obj, text: &str) -> Res<String> {
    let filters = filters(t)?;
    for filter in t.collect_items(&filters)? {
        let parts = t.items(&filter).unwrap_or_default();
        let [action, message, class, ..] = &parts[..] else {
            continue;
        };
        let starts = match t.as_string(message) {
            Some(start) => text.to_lowercase().starts_with(&start.to_lowercase()),
            None => true,
        };
        if starts && t.is_class(class) && t.derives(category, class) {
            return t.str_string(action);
        }
    }
    for ignored in IGNORED {
        let class = t.class(ignored);
        if t.derives(category, &class) {
            return Ok("ignore".to_owned());
        }
    }
    Ok("default".to_owned())
}

/// Issues a warning; there is no frame to tell where from, so that is `sys:1` unless the caller knows.
pub(super) fn warn(
    t: &mut Thread,
    message: &Obj,
    category: Option<&Obj>,
    place: Option<(String, i64)>,
) -> Res {
    let is_warning = t.is_instance(message, Builtin::Warning);
    let category = match category {
        _ if is_warning => t.class_of(message),
        Some(category) => category.clone(),
        None => t.class(Builtin::RuntimeWarning),
    };
    let warning = t.class(Builtin::Warning);
    if !t.is_class(&category) || !t.derives(&category, &warning) {
        let given = t.type_name(&category);
        return Err(t.type_error(format!("category must be a Warning subclass, not '{given}'")));
    }
    let text = t.str_string(message)?;
    match action(t, &category, &text)?.as_str() {
        "ignore" => {}
        "error" => {
            let error = if is_warning {
                message.clone()
            } else {
                t.call(&category, std::slice::from_ref(message))?
            };
            return Err(Raised(error));
        }
        _ => {
            let name = t.class_name(&category);
            let (file, line) = place.unwrap_or_else(|| ("sys".to_owned(), 1));
            write(t, &format!("{file}:{line}: {name}: {text}\n"))?;
        }
    }
    Ok(t.none())
}
