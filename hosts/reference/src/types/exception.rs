//! Exceptions: how they are made, and their state.

use super::Builtin;
use crate::heap::{Obj, Payload, Raised, Ref, Thread, Traced};

/// The state of an exception.
pub struct Exception {
    /// `args`, a tuple
    pub args: Ref,
    /// `__traceback__`
    pub traceback: Option<Ref>,
    /// `__cause__`
    pub cause: Option<Ref>,
    /// `__context__`
    pub context: Option<Ref>,
    /// `__suppress_context__`
    pub suppress_context: bool,
    /// What some exceptions have beside: `errno`, `name`, `value` and the like.
    pub fields: Vec<(&'static str, Ref)>,
}

impl Exception {
    /// An exception with arguments and nothing else.
    pub fn new(args: Ref) -> Self {
        Exception {
            args,
            traceback: None,
            cause: None,
            context: None,
            suppress_context: false,
            fields: Vec::new(),
        }
    }

    pub(crate) fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        visit(&mut self.args);
        self.traceback.trace(visit);
        self.cause.trace(visit);
        self.context.trace(visit);
        self.fields.iter_mut().for_each(|(_, r)| visit(r));
    }
}

macro_rules! raisers {
    ($($name:ident $class:ident;)*) => {
        impl Thread {
            $(
                #[doc = concat!("A `", stringify!($class), "` with a message.")]
                pub fn $name(&mut self, message: impl AsRef<str>) -> Raised {
                    self.raise(Builtin::$class, message)
                }
            )*
        }
    };
}

raisers! {
    type_error TypeError;
    value_error ValueError;
    index_error IndexError;
    overflow_error OverflowError;
    system_error SystemError;
    runtime_error RuntimeError;
    attribute_error AttributeError;
    buffer_error BufferError;
    import_error ImportError;
}

impl Thread {
    /// A builtin exception with a message: `Err(t.raise(...))`.
    pub fn raise(&mut self, class: Builtin, message: impl AsRef<str>) -> Raised {
        let message = self.str(message.as_ref());
        self.raise_with(class, &[message])
    }

    /// A builtin exception with these arguments.
    pub fn raise_with(&mut self, class: Builtin, args: &[Obj]) -> Raised {
        let class = self.class(class);
        Raised(self.exception_of(&class, args))
    }

    /// A `KeyError` for a key.
    pub fn key_error(&mut self, key: &Obj) -> Raised {
        self.raise_with(Builtin::KeyError, std::slice::from_ref(key))
    }

    /// A new instance of an exception class, without calling anything.
    pub fn exception_of(&mut self, class: &Obj, args: &[Obj]) -> Obj {
        let args = self.tuple(args);
        self.alloc_of(class, |still| {
            Payload::Exception(Box::new(Exception::new(still.get(&args))))
        })
    }

    /// Is the exception an instance of this builtin class?
    pub fn raised(&mut self, error: &Raised, class: Builtin) -> bool {
        self.is_instance(&error.0, class)
    }

    /// One of the fields that some exceptions have beside their arguments.
    pub fn exception_field(&mut self, exception: &Obj, name: &str) -> Option<Obj> {
        self.read(exception, |object, still| match &object.payload {
            Payload::Exception(state) => state
                .fields
                .iter()
                .find(|f| f.0 == name)
                .map(|f| still.hold(&f.1)),
            _ => None,
        })
    }

    /// Sets one of them.
    pub fn set_exception_field(&mut self, exception: &Obj, name: &'static str, value: &Obj) {
        self.write(exception, |object, still| {
            if let Payload::Exception(state) = &mut object.payload {
                state.fields.retain(|f| f.0 != name);
                state.fields.push((name, still.get(value)));
            }
        });
    }
}
