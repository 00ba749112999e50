//! Attributes: descriptors, instance dictionaries, and the default rules of objects and of classes.

use super::function::{How, Kind};
use super::{Builtin, function::Call};
use crate::heap::{Escapes, Obj, Payload, Res, Thread};

/// What a descriptor is, as far as binding goes.
#[derive(Clone, Copy)]
enum Binds {
    /// Called with the instance
    Method,
    /// Called with the class
    ClassMethod,
    /// A function that does not bind
    Nothing,
    /// A property of the object space
    Property,
    /// A getset or member of an extension type
    Accessor,
    /// By its class's `__get__`, if any
    Special,
}

impl Escapes for Binds {}

impl Thread {
    fn binds(&mut self, descriptor: &Obj) -> Binds {
        self.read(descriptor, |object, _| match &object.payload {
            Payload::Native(native) if native.me.is_some() => Binds::Nothing,
            Payload::Native(native) => match native.def.kind {
                Kind::Method => Binds::Method,
                Kind::Class => Binds::ClassMethod,
                Kind::Static => Binds::Nothing,
                Kind::Property(_) => Binds::Property,
            },
            Payload::Extension(function) => match function.how {
                How::Method | How::Slot(..) | How::Buffer => Binds::Method,
                How::ClassMethod | How::NoSubclass => Binds::ClassMethod,
                How::Function | How::New | How::NoNew => Binds::Nothing,
                How::GetSet(..) | How::Member => Binds::Accessor,
            },
            _ => Binds::Special,
        })
    }

    /// What a class attribute gives when it is read through an instance (or, `me` absent, through the class).
    pub fn bind(&mut self, descriptor: &Obj, me: Option<&Obj>, class: &Obj) -> Res {
        match (self.binds(descriptor), me) {
            (Binds::Method, Some(me)) => Ok(self.bound(descriptor, me)),
            (Binds::ClassMethod, _) => Ok(self.bound(descriptor, class)),
            (Binds::Property, Some(me)) => self.get_property(descriptor, me),
            (Binds::Accessor, Some(me)) => crate::interface::extension_types::get(self, descriptor, me),
            (Binds::Special, _) => {
                let own = self.class_of(descriptor);
                match self.lookup(&own, "__get__") {
                    None => Ok(descriptor.clone()),
                    Some(get) => {
                        let me = self.or_none(me.cloned());
                        self.call(&get, &[descriptor.clone(), me, class.clone()])
                    }
                }
            }
            _ => Ok(descriptor.clone()),
        }
    }

    /// A bound method.
    pub fn bound(&mut self, function: &Obj, me: &Obj) -> Obj {
        if self.read(function, |object, _| matches!(object.payload, Payload::Native(_))) {
            return self.bind_native(function, me);
        }
        let class = if self.read(function, |object, _| {
            matches!(object.payload, Payload::Extension(_))
        }) {
            Builtin::BuiltinFunction
        } else {
            Builtin::Method
        };
        self.alloc(class, |still| {
            Payload::Method([still.get(function), still.get(me)])
        })
    }

    fn get_property(&mut self, descriptor: &Obj, me: &Obj) -> Res {
        let (def, owner) = self.native_parts(descriptor);
        if let Some(owner) = owner
            && !self.is_a(me, &owner)
        {
            return Err(self.wrong_self(def.name, &owner, me));
        }
        match def.call {
            Call::Plain(f) => f(self, std::slice::from_ref(me)),
            Call::Keywords(f) => f(self, std::slice::from_ref(me), &[]),
        }
    }

    /// The row and the owner of a native function.
    fn native_parts(&mut self, function: &Obj) -> (&'static super::Def, Option<Obj>) {
        self.read(function, |object, still| match &object.payload {
            Payload::Native(native) => (native.def, native.owner.as_ref().map(|o| still.hold(o))),
            _ => unreachable!("a native function was found here"),
        })
    }

    /// Does the descriptor come before the instance dictionary?
    fn is_data(&mut self, descriptor: &Obj) -> bool {
        match self.binds(descriptor) {
            Binds::Property | Binds::Accessor => true,
            Binds::Special => {
                let class = self.class_of(descriptor);
                self.lookup(&class, "__set__").is_some() || self.lookup(&class, "__delete__").is_some()
            }
            _ => false,
        }
    }

    /// The instance dictionary, made when it is missing; None when the object has none.
    pub fn instance_dict(&mut self, obj: &Obj) -> Option<Obj> {
        if let Some(dict) = self.read(obj, |object, still| object.dict.as_ref().map(|d| still.hold(d))) {
            return Some(dict);
        }
        let class = self.class_of(obj);
        if !self.traits(&class).has_dict || self.is_class(obj) {
            return None;
        }
        let dict = self.dict();
        Some(self.write(obj, |object, still| {
            let dict = object.dict.get_or_insert_with(|| still.get(&dict));
            still.hold(dict)
        }))
    }

    /// Sets the instance dictionary.
    pub fn set_instance_dict(&mut self, obj: &Obj, dict: &Obj) {
        self.write(obj, |object, still| object.dict = Some(still.get(dict)));
    }

    /// `object.__getattribute__`; None when there is no such attribute.
    pub fn generic_get(&mut self, obj: &Obj, name: &str) -> Res<Option<Obj>> {
        let class = self.class_of(obj);
        let found = self.lookup(&class, name);
        if let Some(descriptor) = &found
            && self.is_data(descriptor)
        {
            return self.bind(descriptor, Some(obj), &class).map(Some);
        }
        let dict = self.read(obj, |object, still| object.dict.as_ref().map(|d| still.hold(d)));
        if let Some(dict) = dict
            && let Some(value) = self.dict_get_str(&dict, name)
        {
            return Ok(Some(value));
        }
        match found {
            Some(descriptor) => self.bind(&descriptor, Some(obj), &class).map(Some),
            None => Ok(None),
        }
    }

    /// `type.__getattribute__`; None when there is no such attribute.
    pub fn type_get(&mut self, class: &Obj, name: &str) -> Res<Option<Obj>> {
        let metaclass = self.class_of(class);
        let meta = self.lookup(&metaclass, name);
        if let Some(descriptor) = &meta
            && self.is_data(descriptor)
        {
            return self.bind(descriptor, Some(class), &metaclass).map(Some);
        }
        if let Some(found) = self.lookup(class, name) {
            return self.bind(&found, None, class).map(Some);
        }
        match meta {
            Some(descriptor) => self.bind(&descriptor, Some(class), &metaclass).map(Some),
            None => Ok(None),
        }
    }

    /// Are the attributes that this class gets and sets those of `object`, `type` or a module?
    fn has_default_rules(&mut self, class: &Obj) -> bool {
        matches!(
            self.traits(class).builtin,
            Some(Builtin::Object | Builtin::Type | Builtin::Module)
        )
    }

    /// `getattr(o, name)`, None instead of `AttributeError`.
    pub fn lookup_attr(&mut self, obj: &Obj, name: &str) -> Res<Option<Obj>> {
        let class = self.class_of(obj);
        let default = match self.lookup_where(&class, "__getattribute__") {
            Some((owner, function)) if !self.has_default_rules(&owner) => Some(function),
            _ => None,
        };
        let found = match default {
            None if self.is_class(obj) => self.type_get(obj, name)?,
            None => self.generic_get(obj, name)?,
            Some(function) => {
                let key = self.intern(name);
                let bound = self.bind(&function, Some(obj), &class)?;
                match self.call(&bound, &[key]) {
                    Ok(found) => Some(found),
                    Err(error) if self.raised(&error, Builtin::AttributeError) => None,
                    Err(error) => return Err(error),
                }
            }
        };
        if found.is_some() {
            return Ok(found);
        }
        match self.lookup(&class, "__getattr__") {
            None => Ok(None),
            Some(function) => {
                let key = self.intern(name);
                let bound = self.bind(&function, Some(obj), &class)?;
                match self.call(&bound, &[key]) {
                    Ok(found) => Ok(Some(found)),
                    Err(error) if self.raised(&error, Builtin::AttributeError) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// `getattr(o, name)`
    pub fn getattr(&mut self, obj: &Obj, name: &str) -> Res {
        match self.lookup_attr(obj, name)? {
            Some(found) => Ok(found),
            None => Err(self.no_attribute(obj, name)),
        }
    }

    /// The `AttributeError` for an attribute that is not there.
    pub fn no_attribute(&mut self, obj: &Obj, name: &str) -> crate::heap::Raised {
        let message = if self.is_class(obj) {
            format!("type object '{}' has no attribute '{name}'", self.class_name(obj))
        } else if self.is_instance(obj, Builtin::Module) {
            let title = self.generic_get(obj, "__name__").ok().flatten();
            match title.and_then(|title| self.as_string(&title)) {
                Some(title) => format!("module '{title}' has no attribute '{name}'"),
                None => format!("module has no attribute '{name}'"),
            }
        } else {
            format!("'{}' object has no attribute '{name}'", self.type_name(obj))
        };
        self.attribute_error(message)
    }

    /// `object.__setattr__` (or `__delattr__`, without a value).
    pub fn generic_set(&mut self, obj: &Obj, name: &str, value: Option<&Obj>) -> Res<()> {
        let class = self.class_of(obj);
        let found = self.lookup(&class, name);
        if let Some(descriptor) = &found
            && self.is_data(descriptor)
        {
            return self.set_by_descriptor(descriptor, obj, value);
        }
        let Some(dict) = self.instance_dict(obj) else {
            let owner = self.type_name(obj);
            return Err(if found.is_some() {
                self.attribute_error(format!("'{owner}' object attribute '{name}' is read-only"))
            } else {
                self.attribute_error(format!("'{owner}' object has no attribute '{name}'"))
            });
        };
        match value {
            Some(value) => self.dict_set_str(&dict, name, value),
            None if self.dict_remove_str(&dict, name) => {}
            None => {
                let owner = self.type_name(obj);
                return Err(self.attribute_error(format!("'{owner}' object has no attribute '{name}'")));
            }
        }
        if self.is_instance(obj, Builtin::Module) {
            crate::interface::globals_changed(self, &dict);
        }
        Ok(())
    }

    /// Sets (or, without a value, deletes) through a data descriptor.
    pub(crate) fn set_by_descriptor(&mut self, descriptor: &Obj, obj: &Obj, value: Option<&Obj>) -> Res<()> {
        match self.binds(descriptor) {
            Binds::Property => self.set_property(descriptor, obj, value),
            Binds::Accessor => crate::interface::extension_types::set(self, descriptor, obj, value),
            _ => {
                let special = if value.is_some() { "__set__" } else { "__delete__" };
                let args: Vec<Obj> = [Some(obj), value].into_iter().flatten().cloned().collect();
                match self.call_special(descriptor, special, &args)? {
                    Some(_) => Ok(()),
                    None => Err(self.attribute_error(special)),
                }
            }
        }
    }

    fn set_property(&mut self, descriptor: &Obj, me: &Obj, value: Option<&Obj>) -> Res<()> {
        let (def, owner) = self.native_parts(descriptor);
        let class = match &owner {
            Some(owner) => self.class_name(owner),
            None => self.type_name(me),
        };
        match def.kind {
            Kind::Property(Some(set)) => {
                let value = self.or_absent(value.cloned());
                set(self, &[me.clone(), value]).map(drop)
            }
            _ => Err(self.attribute_error(format!(
                "attribute '{}' of '{class}' objects is not writable",
                def.name
            ))),
        }
    }

    /// `type.__setattr__` (or `__delattr__`, without a value).
    pub fn type_set(&mut self, class: &Obj, name: &str, value: Option<&Obj>) -> Res<()> {
        let traits = self.traits(class);
        if traits.builtin.is_some() {
            let owner = self.class_name(class);
            return Err(self.type_error(format!(
                "cannot set '{name}' attribute of immutable type '{owner}'"
            )));
        }
        let metaclass = self.class_of(class);
        if let Some(descriptor) = self.lookup(&metaclass, name)
            && self.is_data(&descriptor)
        {
            return self.set_by_descriptor(&descriptor, class, value);
        }
        let namespace = self.namespace(class);
        match value {
            Some(value) => self.dict_set_str(&namespace, name, value),
            None if self.dict_remove_str(&namespace, name) => {}
            None => {
                let owner = self.class_name(class);
                return Err(self.attribute_error(format!("type object '{owner}' has no attribute '{name}'")));
            }
        }
        Ok(())
    }

    /// `setattr(o, name, value)` (or `delattr`, without a value).
    pub fn setattr(&mut self, obj: &Obj, name: &str, value: Option<&Obj>) -> Res<()> {
        let class = self.class_of(obj);
        let special = if value.is_some() {
            "__setattr__"
        } else {
            "__delattr__"
        };
        if let Some((owner, function)) = self.lookup_where(&class, special)
            && !self.has_default_rules(&owner)
        {
            let key = self.intern(name);
            let bound = self.bind(&function, Some(obj), &class)?;
            let args: Vec<Obj> = std::iter::once(key).chain(value.cloned()).collect();
            return self.call(&bound, &args).map(drop);
        }
        if self.is_class(obj) {
            return self.type_set(obj, name, value);
        }
        self.generic_set(obj, name, value)
    }

    /// The text of an attribute's name.
    pub fn attribute_name(&mut self, name: &Obj) -> Res<String> {
        match self.as_string(name) {
            Some(name) => Ok(name),
            None => {
                let given = self.type_name(name);
                Err(self.type_error(format!("attribute name must be string, not '{given}'")))
            }
        }
    }
}
