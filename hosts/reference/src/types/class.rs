//! Classes: bases, method resolution order, namespaces, and how one is made.

use super::Builtin;
use crate::heap::{Escapes, Obj, Payload, Ref, Res, Thread, Traced};

/// The state of a class.
pub struct Class {
    /// `__name__`
    pub name: String,
    /// `__qualname__`
    pub qualname: String,
    /// `__base__`
    pub base: Option<Ref>,
    /// `__bases__`
    pub bases: Vec<Ref>,
    /// `__mro__`, itself first
    pub mro: Vec<Ref>,
    /// The dict of its attributes
    pub namespace: Ref,
    /// Classes that derive from it directly
    pub subclasses: Vec<Ref>,
    /// What never changes
    pub traits: Traits,
}

/// What is known of a class once it is made.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// The builtin that it is
    pub builtin: Option<Builtin>,
    /// The builtin whose payload its instances have
    pub shape: Builtin,
    /// Do instances have a `__dict__`?
    pub has_dict: bool,
    /// Can there be weak references to instances?
    pub has_weakrefs: bool,
    /// May it have subclasses?
    pub is_base: bool,
    /// Is it the class of an extension type?
    pub is_extension: bool,
    /// Does it derive from the class of an extension type, so that instances are wrappers?
    pub is_native: bool,
}

impl Escapes for Traits {}

impl Class {
    pub(crate) fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        self.base.trace(visit);
        self.bases.trace(visit);
        self.mro.trace(visit);
        visit(&mut self.namespace);
        self.subclasses.trace(visit);
    }
}

/// What a class is made of.
pub struct NewClass<'a> {
    /// The metaclass
    pub metaclass: &'a Obj,
    /// `__name__`
    pub name: &'a str,
    /// `__qualname__`
    pub qualname: &'a str,
    /// At least one
    pub bases: &'a [Obj],
    /// A dict, which the class takes over
    pub namespace: &'a Obj,
    /// The builtin that it is
    pub builtin: Option<Builtin>,
    /// Is it the class of an extension type?
    pub is_extension: bool,
    /// Do instances have a dict, whatever the bases say?
    pub has_dict: bool,
    /// Can there be weak references to instances, whatever the bases say?
    pub has_weakrefs: bool,
    /// May it have subclasses?
    pub is_base: bool,
}

/// Builtins without state of their own in instances, which may be mixed with any other.
fn is_plain(shape: Builtin) -> bool {
    shape == Builtin::Object
}

impl Thread {
    /// Reads the state of a class.
    pub fn with_class<R: Escapes>(
        &mut self,
        class: &Obj,
        f: impl FnOnce(&Class, &crate::heap::Still) -> R,
    ) -> R {
        self.read(class, |object, still| match &object.payload {
            Payload::Class(class) => f(class, still),
            _ => unreachable!("a class has a class's payload"),
        })
    }

    /// Is it a class?
    pub fn is_class(&mut self, obj: &Obj) -> bool {
        self.read(obj, |object, _| matches!(object.payload, Payload::Class(_)))
    }

    /// What never changes about a class.
    pub fn traits(&mut self, class: &Obj) -> Traits {
        self.with_class(class, |class, _| class.traits)
    }

    /// `type(o)`
    pub fn class_of(&mut self, obj: &Obj) -> Obj {
        self.read(obj, |object, still| still.hold(&object.class))
    }

    /// The builtin that is exactly the object's class.
    pub fn builtin_of(&mut self, obj: &Obj) -> Option<Builtin> {
        let class = self.class_of(obj);
        self.traits(&class).builtin
    }

    /// The builtin whose contents the object has.
    pub fn shape_of(&mut self, obj: &Obj) -> Builtin {
        let class = self.class_of(obj);
        self.traits(&class).shape
    }

    /// `cls.__name__`
    pub fn class_name(&mut self, class: &Obj) -> String {
        self.with_class(class, |class, _| class.name.clone())
    }

    /// `type(o).__name__`
    pub fn type_name(&mut self, obj: &Obj) -> String {
        let class = self.class_of(obj);
        self.class_name(&class)
    }

    /// `cls.__mro__`
    pub fn mro(&mut self, class: &Obj) -> Vec<Obj> {
        self.with_class(class, |class, still| still.hold_all(&class.mro))
    }

    /// Does a class derive from another, or is it the same?
    pub fn derives(&mut self, class: &Obj, base: &Obj) -> bool {
        let base = base.clone();
        self.with_class(class, |class, _| class.mro.iter().any(|r| r.is_obj(&base)))
    }

    /// Is the object an instance of the class, by its real type?
    pub fn is_a(&mut self, obj: &Obj, class: &Obj) -> bool {
        let own = self.class_of(obj);
        own.is(class) || self.derives(&own, class)
    }

    /// Is the object an instance of a builtin or of a subclass, by its real type?
    pub fn is_instance(&mut self, obj: &Obj, class: Builtin) -> bool {
        let class = self.class(class);
        self.is_a(obj, &class)
    }

    /// The namespace of a class, a dict.
    pub fn namespace(&mut self, class: &Obj) -> Obj {
        self.with_class(class, |class, still| still.hold(&class.namespace))
    }

    /// An attribute of a class along its MRO, not bound.
    pub fn lookup(&mut self, class: &Obj, name: &str) -> Option<Obj> {
        Some(self.lookup_where(class, name)?.1)
    }

    /// The same, with the class in whose namespace it is.
    pub fn lookup_where(&mut self, class: &Obj, name: &str) -> Option<(Obj, Obj)> {
        self.mro(class).into_iter().find_map(|class| {
            let namespace = self.namespace(&class);
            let found = self.dict_get_str(&namespace, name)?;
            Some((class, found))
        })
    }

    /// Makes a class.
    pub fn make_class(&mut self, new: &NewClass<'_>) -> Res {
        let mut base: Option<(Obj, Traits)> = None;
        for candidate in new.bases {
            if !self.is_class(candidate) {
                return Err(self.type_error("bases must be types"));
            }
            let traits = self.traits(candidate);
            // `PyType_Ready` asks neither whether a base is one nor whether layouts go together: the author of a type knows.
            if !traits.is_base && !new.is_extension {
                let name = self.class_name(candidate);
                return Err(self.type_error(format!("type '{name}' is not an acceptable base type")));
            }
            base = match base.take() {
                None => Some((candidate.clone(), traits)),
                Some((best, known)) => {
                    let (a, b) = (self.solid(&best), self.solid(candidate));
                    if self.derives(&a, &b) {
                        Some((best, known))
                    } else if self.derives(&b, &a) {
                        Some((candidate.clone(), traits))
                    } else if new.is_extension {
                        let shape = if is_plain(known.shape) {
                            traits.shape
                        } else {
                            known.shape
                        };
                        Some((best, Traits { shape, ..known }))
                    } else {
                        return Err(self.type_error("multiple bases have instance lay-out conflict"));
                    }
                }
            };
        }
        let Some((base, inherited)) = base else {
            return Err(self.type_error("a class needs a base"));
        };
        let lines: Vec<Vec<Obj>> = new.bases.iter().map(|base| self.mro(base)).collect();
        let Some(rest) = merge(lines, new.bases) else {
            let names: Vec<String> = new.bases.iter().map(|base| self.class_name(base)).collect();
            return Err(self.type_error(format!(
                "Cannot create a consistent method resolution\norder (MRO) for bases {}",
                names.join(", ")
            )));
        };
        let mut all = Vec::new();
        for base in new.bases {
            all.push(self.traits(base));
        }
        let traits = Traits {
            builtin: new.builtin,
            shape: match new.builtin {
                Some(builtin) if is_plain(inherited.shape) => builtin,
                _ => inherited.shape,
            },
            has_dict: new.has_dict || all.iter().any(|t| t.has_dict),
            has_weakrefs: new.has_weakrefs || all.iter().any(|t| t.has_weakrefs),
            is_base: new.is_base,
            is_extension: new.is_extension,
            is_native: new.is_extension || all.iter().any(|t| t.is_native),
        };
        let class = self.alloc_of(new.metaclass, |still| {
            Payload::Class(Box::new(Class {
                name: new.name.to_owned(),
                qualname: new.qualname.to_owned(),
                base: Some(still.get(&base)),
                bases: still.get_all(new.bases),
                mro: still.get_all(&rest),
                namespace: still.get(new.namespace),
                subclasses: Vec::new(),
                traits,
            }))
        });
        self.write(&class, |object, still| {
            if let Payload::Class(state) = &mut object.payload {
                state.mro.insert(0, still.get(&class));
            }
        });
        if new.builtin.is_none() && traits.has_dict && !all.iter().any(|t| t.has_dict) {
            self.add_instance_dict(&class);
        }
        for base in new.bases {
            self.write(base, |object, still| {
                if let Payload::Class(state) = &mut object.payload {
                    state.subclasses.push(still.get(&class));
                }
            });
        }
        Ok(class)
    }

    /// Gives a class the attribute `__dict__`.
    pub(crate) fn add_instance_dict(&mut self, class: &Obj) {
        let descriptor = self.native(&super::methods::INSTANCE_DICT, Some(class));
        let namespace = self.namespace(class);
        self.dict_set_str(&namespace, "__dict__", &descriptor);
    }

    /// The class among its bases that decides what instances contain.
    fn solid(&mut self, class: &Obj) -> Obj {
        let shape = self.traits(class).shape;
        for candidate in self.mro(class) {
            let traits = self.traits(&candidate);
            if traits.is_extension || traits.builtin == Some(shape) {
                return candidate;
            }
        }
        self.class(Builtin::Object)
    }

    /// The first class, before there are others: without bases and of its own class until it is told.
    pub(crate) fn first_class(&mut self, builtin: Builtin) -> Obj {
        let namespace = self.alloc_first(Payload::Dict(Box::default()));
        let state = |namespace: Ref| Class {
            name: builtin.name().to_owned(),
            qualname: builtin.name().to_owned(),
            base: None,
            bases: Vec::new(),
            mro: Vec::new(),
            namespace,
            subclasses: Vec::new(),
            traits: Traits {
                builtin: Some(builtin),
                shape: builtin,
                has_dict: builtin == Builtin::Type,
                has_weakrefs: builtin == Builtin::Type,
                is_base: true,
                is_extension: false,
                is_native: false,
            },
        };
        let class = self.alloc_first(Payload::None);
        self.write(&class, |object, still| {
            object.payload = Payload::Class(Box::new(state(still.get(&namespace))));
            if let Payload::Class(state) = &mut object.payload {
                state.mro.push(still.get(&class));
            }
        });
        class
    }
}

/// Python's method resolution order for the bases' orders and the bases themselves.
fn merge(mut lines: Vec<Vec<Obj>>, bases: &[Obj]) -> Option<Vec<Obj>> {
    lines.push(bases.to_vec());
    let mut order = Vec::new();
    loop {
        lines.retain(|line| !line.is_empty());
        if lines.is_empty() {
            return Some(order);
        }
        let next = lines.iter().map(|line| line[0].clone()).find(|head| {
            lines
                .iter()
                .all(|line| line[1..].iter().all(|later| !later.is(head)))
        })?;
        for line in &mut lines {
            if line[0].is(&next) {
                line.remove(0);
            }
        }
        order.push(next);
    }
}
