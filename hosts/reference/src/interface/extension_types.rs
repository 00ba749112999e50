//! Extension types as classes: methods, getsets, members and special methods are functions of C.

use super::functions::{Entry, change, how_of, slot, split_doc, wrong_self};
use super::{cells, extension, handles, wrappers};
use crate::contents;
use crate::heap::{Obj, Payload, Ref, Res, Thread};
use crate::types::function::{Extension, How};
use crate::types::{Builtin, NewClass};
use gimbal_host::SlotKind;

const BASETYPE: i64 = 1 << 10;
const DISALLOW_INSTANTIATION: i64 = 1 << 7;

/// The name of a getset or member and its owner's, for messages.
fn title(t: &mut Thread, descriptor: &Obj) -> (String, String) {
    let (name, owner) = extension(t, descriptor, |f, still| {
        (f.name.clone(), f.owner.as_ref().map(|o| still.hold(o)))
    });
    let owner = owner.map_or_else(String::new, |owner| t.class_name(&owner));
    (name, owner)
}

/// Reads a getset or member.
pub fn get(t: &mut Thread, descriptor: &Obj, me: &Obj) -> Res {
    if let Some(error) = wrong_self(t, descriptor, me) {
        return Err(error);
    }
    let (how, address) = extension(t, descriptor, |f, _| (f.how, f.function));
    let result = match how {
        How::GetSet(..) if address == 0 => {
            let (name, owner) = title(t, descriptor);
            let message = format!("attribute '{name}' of '{owner}' objects is not readable");
            return Err(t.attribute_error(message));
        }
        How::GetSet(_, closure) => {
            let closure = t.int(closure);
            slot(t, SlotKind::Getter, address, &[me.clone(), closure])?
        }
        _ => slot(t, SlotKind::MemberGet, address, std::slice::from_ref(me))?,
    };
    Ok(t.or_none(result))
}

/// Writes a getset or member, or deletes it.
pub fn set(t: &mut Thread, descriptor: &Obj, me: &Obj, value: Option<&Obj>) -> Res<()> {
    if let Some(error) = wrong_self(t, descriptor, me) {
        return Err(error);
    }
    let (how, address) = extension(t, descriptor, |f, _| (f.how, f.function));
    let value = t.or_absent(value.cloned());
    match how {
        How::GetSet(0, _) => {
            let (name, owner) = title(t, descriptor);
            let message = format!("attribute '{name}' of '{owner}' objects is not writable");
            return Err(t.attribute_error(message));
        }
        How::GetSet(setter, closure) => {
            let closure = t.int(closure);
            slot(t, SlotKind::Setter, setter, &[me.clone(), value, closure])?;
        }
        _ => drop(slot(t, SlotKind::MemberSet, address, &[me.clone(), value])?),
    }
    Ok(())
}

/// A C function object without more than its name.
fn plain(t: &mut Thread, class: Builtin, name: &str, how: How, function: usize) -> Obj {
    let made = Extension {
        how,
        convention: 0,
        function,
        me: 0,
        held: None,
        counted: false,
        owner: None,
        name: name.to_owned(),
        qualname: name.to_owned(),
        module: None,
        doc: None,
        signature: None,
    };
    t.alloc(class, |_| Payload::Extension(Box::new(made)))
}

/// The name and the class attribute for one entry of a type.
pub(super) fn attribute(t: &mut Thread, entry: &Obj, owner: Option<&Obj>) -> Res<(String, Obj)> {
    let fields = t.items(entry).unwrap_or_default();
    let kind = t.as_string(&fields[0]).unwrap_or_default();
    let name = t.as_string(&fields[1]).unwrap_or_default();
    let number = |t: &mut Thread, i: usize| t.as_i64(&fields[i]).unwrap_or(0);
    let made = match kind.as_str() {
        "slot" => {
            let (kind, address, extra) = (number(t, 2) as i32, number(t, 3) as usize, number(t, 4));
            plain(
                t,
                Builtin::WrapperDescriptor,
                &name,
                How::Slot(kind, extra),
                address,
            )
        }
        "method" | "classmethod" => {
            let entry = Entry::read(t, entry);
            let (how, class) = if kind == "classmethod" {
                (How::ClassMethod, Builtin::ClassMethodDescriptor)
            } else {
                how_of(entry.flags)
            };
            let function = entry.make(t, how, class)?.0;
            if how == How::Function {
                let class = t.class(Builtin::StaticMethod);
                t.call(&class, &[function])?
            } else {
                function
            }
        }
        "getset" => {
            let (getter, setter, closure) = (number(t, 2), number(t, 3), number(t, 4));
            let doc = t.as_string(&fields[5]);
            let how = How::GetSet(setter as usize, closure);
            let made = plain(t, Builtin::GetSetDescriptor, &name, how, getter as usize);
            change(t, &made, |f, _| f.doc = split_doc(&f.name, doc).0);
            made
        }
        "member" => {
            let (definition, doc) = (number(t, 2), t.as_string(&fields[4]));
            let made = plain(
                t,
                Builtin::MemberDescriptor,
                &name,
                How::Member,
                definition as usize,
            );
            change(t, &made, |f, _| f.doc = doc);
            made
        }
        "buffer" => {
            let address = number(t, 2) as usize;
            plain(t, Builtin::WrapperDescriptor, &name, How::Buffer, address)
        }
        other => return Err(t.system_error(format!("Gimbal: unknown attribute kind {other}"))),
    };
    if let Some(owner) = owner {
        own(t, &made, owner);
    }
    Ok((name, made))
}

/// Tells an attribute which class it is of.
fn own(t: &mut Thread, made: &Obj, owner: &Obj) {
    let qualname = t.with_class(owner, |class, _| class.qualname.clone());
    t.write(made, |object, still| {
        if let Payload::Extension(function) = &mut object.payload {
            function.owner = Some(still.get(owner));
            function.qualname = format!("{qualname}.{}", function.name);
        }
    });
}

/// `Op::MakeType`: the class of an extension type; the result is its handle, as an int.
pub(super) fn make(t: &mut Thread, a: &[Obj]) -> Res {
    let spec = t.items(&a[1]).unwrap_or_default();
    let [
        name,
        qualname,
        module,
        bases,
        metaclass,
        flags,
        doc,
        entries,
        new,
        own_new,
        dict_offset,
        given,
        weak_offset,
        _own_struct,
    ] = &spec[..]
    else {
        return Err(t.system_error("Gimbal: the description of a type has another size"));
    };
    let text = |t: &mut Thread, obj: &Obj| t.as_string(obj).unwrap_or_default();
    let (name, qualname) = (text(t, name), text(t, qualname));
    let module_name = t.as_string(module);
    let full = match &module_name {
        Some(module) => format!("{module}.{name}"),
        None => name.clone(),
    };
    let flags = t.as_i64(flags).unwrap_or(0);
    let new = t.as_i64(new).unwrap_or(0) as usize;
    let (own_new, dict_offset) = (t.as_i64(own_new) != Some(0), t.as_i64(dict_offset) != Some(0));
    let bases = t.items(bases).unwrap_or_default();
    let namespace = t.dict();
    if module_name.is_some() {
        t.dict_set_str(&namespace, "__module__", module);
    }
    let doc = t.as_string(doc);
    let (doc, signature) = split_doc(&name, doc);
    let made_doc = match doc {
        Some(doc) => t.str(&doc),
        None => t.none(),
    };
    t.dict_set_str(&namespace, "__doc__", &made_doc);
    if let Some(signature) = signature {
        let signature = t.str(&signature);
        t.dict_set_str(&namespace, "__text_signature__", &signature);
    }
    let mut attributes = Vec::new();
    for entry in t.items(entries).unwrap_or_default() {
        let kind = t.items(&entry).unwrap_or_default();
        let kind = t.as_string(&kind[0]);
        if kind.as_deref() == Some("inherited") {
            continue; // found in the base
        }
        let is_slot = kind.as_deref() == Some("slot");
        let (key, value) = attribute(t, &entry, None)?;
        if is_slot && t.dict_get_str(&namespace, &key).is_some() {
            continue;
        }
        if key == "__weakref__" || key == "__dict__" && dict_offset {
            continue;
        }
        t.dict_set_str(&namespace, &key, &value);
        attributes.push(value);
    }
    let mut root = true;
    for base in &bases {
        root &= !t.is_class(base) || !t.traits(base).is_native;
    }
    let how = if flags & DISALLOW_INSTANTIATION != 0 || new == 0 {
        Some(How::NoNew)
    } else if root || own_new {
        Some(How::New)
    } else {
        None
    };
    if let Some(how) = how {
        let made = plain(t, Builtin::BuiltinFunction, "__new__", how, new);
        change(t, &made, |f, _| f.module = Some(full.clone()));
        t.dict_set_str(&namespace, "__new__", &made);
        attributes.push(made);
    }
    if t.is_instance(given, Builtin::Dict) {
        for (key, value) in t.dict_items(given) {
            t.dict_set(&namespace, &key, &value)?;
        }
    }
    if t.dict_get_str(&namespace, "__eq__").is_some() && t.dict_get_str(&namespace, "__hash__").is_none() {
        let none = t.none();
        t.dict_set_str(&namespace, "__hash__", &none);
    }
    let has_weakrefs = t.as_i64(weak_offset) != Some(0);
    let class = t.make_class(&NewClass {
        metaclass,
        name: &name,
        qualname: &qualname,
        bases: &bases,
        namespace: &namespace,
        builtin: None,
        is_extension: true,
        has_dict: dict_offset,
        has_weakrefs,
        is_base: flags & BASETYPE != 0,
    })?;
    for attribute in &attributes {
        own(t, attribute, &class);
    }
    let wire = handles::send(t, &class).0;
    Ok(t.int(wire))
}

/// `Op::MakeWrapper`: the wrapper of an instance whose class derives from a builtin, and the value that the native part
/// needs, if any: `(class, base, args, kwargs)`.
pub(super) fn make_wrapper(t: &mut Thread, a: &[Obj]) -> Res {
    let object = t.class(Builtin::Object);
    let wrapper = if a[1].is(&object) {
        wrappers::empty(t, &a[0])
    } else {
        let args = match t.present(&a[2]) {
            Some(args) => t.items(&args).unwrap_or_default(),
            None => Vec::new(),
        };
        let keywords = crate::ops::keywords(t, &a[3])?;
        t.new_of(&a[1], &a[0], &args, &keywords)?
    };
    let value = cells::plain_value(t, &wrapper);
    let making = making(t, &wrapper);
    Ok(t.tuple(&[making, value]))
}

/// A wrapper whose native instance is not there yet: it cannot cross itself.
struct Making {
    wrapper: Ref,
}

contents!(Making, wrapper);

fn making(t: &mut Thread, wrapper: &Obj) -> Obj {
    t.alloc(Builtin::Object, |still| {
        let wrapper = still.get(wrapper);
        Payload::Other(Box::new(Making { wrapper }))
    })
}

/// `Op::TieWrapper`: `(what MakeWrapper made, pointer)`.
pub(super) fn tie_wrapper(t: &mut Thread, a: &[Obj]) -> Res {
    let wrapper = t.read(&a[0], |object, still| {
        object.payload.other::<Making>().map(|m| still.hold(&m.wrapper))
    });
    let Some(wrapper) = wrapper else {
        return Err(t.system_error("Gimbal: what MakeWrapper made was expected"));
    };
    let address = t.as_i64(&a[1]).unwrap_or(0) as usize;
    wrappers::tie(t, &wrapper, address);
    wrappers::pin_if_stateful(t, &wrapper, address);
    Ok(t.none())
}
