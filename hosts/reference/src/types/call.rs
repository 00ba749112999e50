//! Calling: functions, methods, classes, and whatever has `__call__`.

use super::{Builtin, Keywords};
use crate::heap::{Escapes, Obj, Payload, Res, Thread};

/// Nested calls of host code; one more is a `RecursionError`.
const DEPTH: u32 = 1000;

#[derive(Clone, Copy)]
enum Callee {
    Native,
    Extension,
    Method,
    Class,
    Other,
}

impl Escapes for Callee {}

impl Thread {
    /// `f(*args)`
    pub fn call(&mut self, f: &Obj, args: &[Obj]) -> Res {
        self.call_with(f, args, &[])
    }

    /// `f(*args, **keywords)`
    pub fn call_with(&mut self, f: &Obj, args: &[Obj], keywords: &Keywords) -> Res {
        self.deeper(|t| t.call_any(f, args, keywords))
    }

    /// Runs something that may nest, one level deeper.
    pub fn deeper<R>(&mut self, f: impl FnOnce(&mut Thread) -> Res<R>) -> Res<R> {
        let depth = &self.state.depth;
        if depth.get() >= DEPTH {
            return Err(self.raise(Builtin::RecursionError, "maximum recursion depth exceeded"));
        }
        depth.set(depth.get() + 1);
        let result = f(self);
        self.state.depth.set(self.state.depth.get() - 1);
        result
    }

    fn call_any(&mut self, f: &Obj, args: &[Obj], keywords: &Keywords) -> Res {
        let callee = self.read(f, |object, _| match &object.payload {
            Payload::Native(_) => Callee::Native,
            Payload::Extension(_) => Callee::Extension,
            Payload::Method(_) => Callee::Method,
            Payload::Class(_) => Callee::Class,
            _ => Callee::Other,
        });
        match callee {
            Callee::Native => self.call_native(f, args, keywords),
            Callee::Extension => crate::interface::functions::call(self, f, args, keywords),
            Callee::Method => {
                let (function, me) = self.method_parts(f);
                let mut all = vec![me];
                all.extend_from_slice(args);
                self.call_with(&function, &all, keywords)
            }
            Callee::Class => self.call_class(f, args, keywords),
            Callee::Other => {
                let class = self.class_of(f);
                let Some(special) = self.lookup(&class, "__call__") else {
                    let name = self.class_name(&class);
                    return Err(self.type_error(format!("'{name}' object is not callable")));
                };
                let bound = self.bind(&special, Some(f), &class)?;
                self.call_with(&bound, args, keywords)
            }
        }
    }

    /// Function and self of a bound method.
    pub fn method_parts(&mut self, method: &Obj) -> (Obj, Obj) {
        self.read(method, |object, still| match &object.payload {
            Payload::Method([function, me]) => (still.hold(function), still.hold(me)),
            _ => unreachable!("a bound method has two parts"),
        })
    }

    /// A class is called: by its metaclass's `__call__`, which usually is `type`'s.
    fn call_class(&mut self, class: &Obj, args: &[Obj], keywords: &Keywords) -> Res {
        let metaclass = self.class_of(class);
        if let Some((owner, special)) = self.lookup_where(&metaclass, "__call__")
            && self.traits(&owner).builtin.is_none()
        {
            let bound = self.bind(&special, Some(class), &metaclass)?;
            return self.call_with(&bound, args, keywords);
        }
        self.instantiate(class, args, keywords)
    }

    /// `type.__call__`: makes an instance and initialises it.
    pub fn instantiate(&mut self, class: &Obj, args: &[Obj], keywords: &Keywords) -> Res {
        let type_class = self.class(Builtin::Type);
        if class.is(&type_class) && args.len() == 1 && keywords.is_empty() {
            return Ok(self.class_of(&args[0]));
        }
        let made = self.new_of(class, class, args, keywords)?;
        if self.is_a(&made, class) {
            let own = self.class_of(&made);
            if let Some(init) = self.lookup(&own, "__init__") {
                let bound = self.bind(&init, Some(&made), &own)?;
                let result = self.call_with(&bound, args, keywords)?;
                if !self.is_none(&result) {
                    let given = self.type_name(&result);
                    return Err(self.type_error(format!("__init__() should return None, not '{given}'")));
                }
            }
        }
        Ok(made)
    }

    /// `provider.__new__(class, *args, **keywords)`
    pub fn new_of(&mut self, provider: &Obj, class: &Obj, args: &[Obj], keywords: &Keywords) -> Res {
        let Some(new) = self.lookup(provider, "__new__") else {
            let name = self.class_name(class);
            return Err(self.type_error(format!("cannot create '{name}' instances")));
        };
        let new = self.bind(&new, None, class)?;
        let mut all = vec![class.clone()];
        all.extend_from_slice(args);
        self.call_with(&new, &all, keywords)
    }

    /// Is it callable?
    pub fn callable(&mut self, obj: &Obj) -> bool {
        let known = self.read(obj, |object, _| {
            matches!(
                object.payload,
                Payload::Native(_) | Payload::Extension(_) | Payload::Method(_) | Payload::Class(_)
            )
        });
        let class = self.class_of(obj);
        known || self.lookup(&class, "__call__").is_some()
    }

    /// `getattr(o, name)(*args)`
    pub fn call_method(&mut self, obj: &Obj, name: &str, args: &[Obj]) -> Res {
        let method = self.getattr(obj, name)?;
        self.call(&method, args)
    }

    /// Calls a special method of the object's class; None when the class has none.
    pub fn call_special(&mut self, obj: &Obj, name: &str, args: &[Obj]) -> Res<Option<Obj>> {
        let class = self.class_of(obj);
        let Some(special) = self.lookup(&class, name) else {
            return Ok(None);
        };
        let bound = self.bind(&special, Some(obj), &class)?;
        self.call(&bound, args).map(Some)
    }
}
