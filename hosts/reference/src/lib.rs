//! The reference host: a small object space over a collector that moves every object.
//!
//! It proves that the shim keeps no address of a host's object, it is the platform for tests of free threading, and it is
//! what the author of an interpreter copies. There is no parser: programs are C extensions, and Rust.
//!
//! * [`heap`]: objects, threads, the collector, and the rule that no address survives a safepoint.
//! * [`types`]: the object space: classes, values, attributes, calls. All of it is methods of [`heap::Thread`].
//! * [`ops`]: the operations of `gimbal_host::Op`, and the methods of the builtin classes.
//! * [`interface`]: the border: handles, cells, wrappers of native instances, extension types as classes.
//!
//! # How to write an operation
//! An operation is a row of the table `OPS` in the file of its section (`ops/number.rs`, `text.rs`, `container.rs`,
//! `object.rs`, `error.rs`, `runtime.rs`): its name and a function `fn(&mut Thread, &[Obj]) -> Res`. Arguments are what
//! `gimbal_host::Op` says; one that is absent is the *absent object* (`t.present(&a[1])` is `None` then), and "no result"
//! is `Ok(t.absent())`. Python exceptions are `Err`: `Err(t.type_error("..."))`, `Err(t.raise(Builtin::KeyError, "..."))`,
//! `?` passes them on. Words and types of messages are CPython 3.11's.
//!
//! A method of a builtin class is a row of `METHODS` in the same file: `method("append", 1, 1, list_append)`, with the
//! least and the largest number of arguments after self (`MANY` for any number); the caller has checked them, and that
//! `a[0]` is an instance. `keyword_method`, `class_method`, `function` (static methods), `getter` and `property` are the
//! others; `__new__` is a `keyword_function`, whose first argument is the class. Operations on any object (`len`, `+`,
//! `repr`) call special methods through [`heap::Thread::call_special`], so that a builtin needs its `__len__` in the table
//! and nothing else; a subclass, and an extension type that derives from the builtin, then works by itself. Functions of
//! modules (`builtins.len`) are in `MODULES` of `ops/runtime.rs`.
//!
//! # How to hold objects
//! [`heap::Obj`] is an object held: clone it, drop it, pass `&Obj`. It stays valid while everything moves. To look into
//! an object there is `t.read(&obj, |object, still| ...)` and `t.write(...)`: the closure sees the [`heap::Payload`], and
//! nothing moves and (free-threaded) nobody else looks into this object while it runs. It cannot use `t`, so copy out what you
//! need: `still.hold(&r)` makes an `Obj` of a reference, `still.get(&obj)` the reference to store. What changes in one
//! closure is atomic; between two closures anything may have happened, so check again. For the usual cases there are
//! methods: `t.as_int(&o)`, `t.as_text(&o)`, `t.items(&o)`, `t.dict_get(&d, &key)`, `t.list(&items)`, `t.str("...")` (all in
//! `types/values.rs`, `types/dict.rs`, `types/protocol.rs`).
//!
//! A new kind of object (an iterator, a `property`) is a struct with `contents!(Kind, field, ...)` naming the fields that
//! hold references, kept in `Payload::Other`; see `Iteration` in `ops/container.rs`. Its class is in `types/builtin.rs`.
//!
//! Whatever may nest (comparing, `repr` of containers) goes through [`heap::Thread::deeper`], which calls do by themselves.

pub mod checks;
pub mod heap;
pub mod interface;
pub mod ops;
pub mod types;

/// Makes the heap and the builtins. Once in a process.
pub fn start(options: heap::Options) {
    if heap::start(options) {
        let mut t = heap::Thread::enter();
        if let Err(error) = types::start(&mut t) {
            let text = t.str_string(&error.0).unwrap_or_default();
            panic!("the builtins cannot be made: {text}");
        }
    }
}
