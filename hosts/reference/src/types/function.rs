//! Functions: those of the object space ([`Native`], described by a [`Def`]) and those of extensions ([`Extension`]).

use super::Builtin;
use crate::heap::{Death, Escapes, Obj, Payload, Ref, Res, Thread, Traced, heap};

/// Keyword arguments in the order in which they were given.
pub type Keywords = [(String, Obj)];

/// A function that takes no keywords.
pub type Plain = fn(&mut Thread, &[Obj]) -> Res;

/// A function that takes keywords.
pub type WithKeywords = fn(&mut Thread, &[Obj], &Keywords) -> Res;

/// What a [`Def`] calls.
#[derive(Clone, Copy)]
pub enum Call {
    /// Without keywords
    Plain(Plain),
    /// With keywords
    Keywords(WithKeywords),
}

/// How a function becomes an attribute of its class.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Called with the instance first
    Method,
    /// Called with the class first
    Class,
    /// Called as it is (`__new__` too: its class is the first argument)
    Static,
    /// Read like a field; the setter gets the value, or the absent object to delete
    Property(Option<Plain>),
}

/// As many arguments as there are.
pub const MANY: u8 = u8::MAX;

/// A function of the object space: a row of a class's or module's table.
pub struct Def {
    /// Its name
    pub name: &'static str,
    /// How it becomes an attribute
    pub kind: Kind,
    /// Arguments at least, self or the class not counted
    pub min: u8,
    /// Arguments at most; [`MANY`] for any number
    pub max: u8,
    /// The function
    pub call: Call,
}

/// A method with `min` to `max` arguments.
pub const fn method(name: &'static str, min: u8, max: u8, f: Plain) -> Def {
    Def {
        name,
        kind: Kind::Method,
        min,
        max,
        call: Call::Plain(f),
    }
}

/// A method that takes keywords and counts its arguments itself.
pub const fn keyword_method(name: &'static str, f: WithKeywords) -> Def {
    Def {
        name,
        kind: Kind::Method,
        min: 0,
        max: MANY,
        call: Call::Keywords(f),
    }
}

/// A class method.
pub const fn class_method(name: &'static str, min: u8, max: u8, f: Plain) -> Def {
    Def {
        name,
        kind: Kind::Class,
        min,
        max,
        call: Call::Plain(f),
    }
}

/// A static method, or a function of a module.
pub const fn function(name: &'static str, min: u8, max: u8, f: Plain) -> Def {
    Def {
        name,
        kind: Kind::Static,
        min,
        max,
        call: Call::Plain(f),
    }
}

/// A function of a module, or `__new__`, that takes keywords and counts its arguments itself.
pub const fn keyword_function(name: &'static str, f: WithKeywords) -> Def {
    Def {
        name,
        kind: Kind::Static,
        min: 0,
        max: MANY,
        call: Call::Keywords(f),
    }
}

/// A read-only field.
pub const fn getter(name: &'static str, f: Plain) -> Def {
    Def {
        name,
        kind: Kind::Property(None),
        min: 0,
        max: 0,
        call: Call::Plain(f),
    }
}

/// A field that can be set.
pub const fn property(name: &'static str, get: Plain, set: Plain) -> Def {
    Def {
        name,
        kind: Kind::Property(Some(set)),
        min: 0,
        max: 0,
        call: Call::Plain(get),
    }
}

/// A function object of the object space.
pub struct Native {
    /// What it does
    pub def: &'static Def,
    /// The class that it is a method of
    pub owner: Option<Ref>,
    /// What it is bound to
    pub me: Option<Ref>,
}

impl Native {
    pub(crate) fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        self.owner.trace(visit);
        self.me.trace(visit);
    }
}

/// How a function of an extension is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// With the `self` that it holds
    Function,
    /// With an instance of its owner
    Method,
    /// With a class
    ClassMethod,
    /// As a special method: slot kind and what tells apart the methods of one slot
    Slot(i32, i64),
    /// `tp_new`
    New,
    /// A type that cannot be instantiated
    NoNew,
    /// A type that cannot be subclassed: `__init_subclass__` refuses
    NoSubclass,
    /// A getter, with setter and closure
    GetSet(usize, i64),
    /// A member, by its definition
    Member,
    /// `bf_getbuffer`
    Buffer,
}

impl Escapes for How {}

/// A C function, whatever it is for.
pub struct Extension {
    /// How it is called
    pub how: How,
    /// A `CallKind`
    pub convention: i32,
    /// The C function, or the definition of a member
    pub function: usize,
    /// The native `self`, or 0
    pub me: usize,
    /// The wrapper of `me`, or the module that a function belongs to
    pub held: Option<Ref>,
    /// Instead of a wrapper, a count on `me`
    pub counted: bool,
    /// The class that it is an attribute of
    pub owner: Option<Ref>,
    /// `__name__`
    pub name: String,
    /// `__qualname__`
    pub qualname: String,
    /// `__module__`
    pub module: Option<String>,
    /// `__doc__`
    pub doc: Option<String>,
    /// `__text_signature__`
    pub signature: Option<String>,
}

impl Extension {
    pub(crate) fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        self.held.trace(visit);
        self.owner.trace(visit);
    }
}

impl Drop for Extension {
    fn drop(&mut self) {
        if self.counted {
            heap().mourn(Death::Count(self.me));
        }
    }
}

impl Thread {
    /// A function object for a row of a table.
    pub fn native(&mut self, def: &'static Def, owner: Option<&Obj>) -> Obj {
        let class = match def.kind {
            Kind::Method if def.name.starts_with("__") => Builtin::WrapperDescriptor,
            Kind::Method => Builtin::MethodDescriptor,
            Kind::Class => Builtin::ClassMethodDescriptor,
            Kind::Static => Builtin::BuiltinFunction,
            Kind::Property(_) => Builtin::GetSetDescriptor,
        };
        self.alloc(class, |still| {
            Payload::Native(Native {
                def,
                owner: owner.map(|o| still.get(o)),
                me: None,
            })
        })
    }

    /// The same function, bound.
    pub(crate) fn bind_native(&mut self, function: &Obj, me: &Obj) -> Obj {
        let (def, owner) = self
            .read(function, |object, still| match &object.payload {
                Payload::Native(native) => Some((native.def, native.owner.as_ref().map(|o| still.hold(o)))),
                _ => None,
            })
            .unwrap_or_else(|| unreachable!("only native functions are bound here"));
        self.alloc(Builtin::BuiltinFunction, |still| {
            Payload::Native(Native {
                def,
                owner: owner.as_ref().map(|o| still.get(o)),
                me: Some(still.get(me)),
            })
        })
    }

    /// Calls a native function object.
    pub(crate) fn call_native(&mut self, function: &Obj, args: &[Obj], keywords: &Keywords) -> Res {
        let (def, owner, me) = self
            .read(function, |object, still| match &object.payload {
                Payload::Native(native) => Some((
                    native.def,
                    native.owner.as_ref().map(|o| still.hold(o)),
                    native.me.as_ref().map(|o| still.hold(o)),
                )),
                _ => None,
            })
            .unwrap_or_else(|| unreachable!("only native functions are called here"));
        let full = match &owner {
            Some(owner) => format!("{}.{}", self.class_name(owner), def.name),
            None => def.name.to_owned(),
        };
        match def.kind {
            Kind::Method if me.is_none() => {
                let (Some(first), Some(owner)) = (args.first(), &owner) else {
                    return Err(self.type_error(format!("unbound method {full}() needs an argument")));
                };
                if !self.is_a(first, owner) {
                    if def.name.starts_with("__") {
                        let (wanted, given) = (self.class_name(owner), self.type_name(first));
                        return Err(self.type_error(format!(
                            "descriptor '{}' requires a '{wanted}' object but received a '{given}'",
                            def.name
                        )));
                    }
                    return Err(self.wrong_self(def.name, owner, first));
                }
                self.run(def, &full, args, 1, keywords)
            }
            Kind::Class | Kind::Method => {
                let mut all: Vec<Obj> = me.into_iter().collect();
                all.extend_from_slice(args);
                self.run(def, &full, &all, 1, keywords)
            }
            Kind::Static if def.name == "__new__" => {
                if let Some(owner) = &owner {
                    self.check_new(owner, args)?;
                }
                self.run(def, &full, args, 1, keywords)
            }
            Kind::Static => self.run(def, &full, args, 0, keywords),
            Kind::Property(_) => Err(self.type_error("'getset_descriptor' object is not callable")),
        }
    }

    fn run(&mut self, def: &Def, full: &str, args: &[Obj], own: usize, keywords: &Keywords) -> Res {
        match def.call {
            Call::Keywords(f) => f(self, args, keywords),
            Call::Plain(_) if !keywords.is_empty() => {
                Err(self.type_error(format!("{full}() takes no keyword arguments")))
            }
            Call::Plain(f) => {
                let given = args.len().saturating_sub(own);
                let (min, max) = (usize::from(def.min), usize::from(def.max));
                if args.len() < own || given < min || given > max && def.max != MANY {
                    let plural = |n: usize| if n == 1 { "" } else { "s" };
                    let message = match (min, max) {
                        (0, 0) => format!("{full}() takes no arguments ({given} given)"),
                        (1, 1) => format!("{full}() takes exactly one argument ({given} given)"),
                        _ if min == max => format!("{} expected {min} arguments, got {given}", def.name),
                        _ if given < min => {
                            format!(
                                "{} expected at least {min} argument{}, got {given}",
                                def.name,
                                plural(min)
                            )
                        }
                        _ => format!(
                            "{} expected at most {max} argument{}, got {given}",
                            def.name,
                            plural(max)
                        ),
                    };
                    return Err(self.type_error(message));
                }
                f(self, args)
            }
        }
    }

    /// The first argument of a builtin's `__new__` is a class that derives from it.
    fn check_new(&mut self, owner: &Obj, args: &[Obj]) -> Res<()> {
        let name = self.class_name(owner);
        let Some(class) = args.first() else {
            return Err(self.type_error(format!("{name}.__new__(): not enough arguments")));
        };
        if !self.is_class(class) {
            let given = self.type_name(class);
            return Err(self.type_error(format!("{name}.__new__(X): X is not a type object ({given})")));
        }
        if !class.is(owner) && !self.derives(class, owner) {
            let given = self.class_name(class);
            return Err(self.type_error(format!(
                "{name}.__new__({given}): {given} is not a subtype of {name}"
            )));
        }
        Ok(())
    }

    /// A method was called on an object that it is not for.
    pub fn wrong_self(&mut self, name: &str, owner: &Obj, me: &Obj) -> crate::heap::Raised {
        let (owner, me) = (self.class_name(owner), self.type_name(me));
        self.type_error(format!(
            "descriptor '{name}' for '{owner}' objects doesn't apply to a '{me}' object"
        ))
    }
}
