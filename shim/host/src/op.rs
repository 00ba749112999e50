//! The operations that need no entry of their own: each is one function of the host, found by name at start-up.
//!
//! Arguments and results are plain objects; "int" and "bool" results come back as such. The Python adapter for PyPy
//! implements each under the same name in `ops.py`.

macro_rules! ops {
    ($($(#[doc = $doc:literal])+ $name:ident / $arity:literal,)*) => {
        /// An operation of [`crate::HostTable::op`].
        #[repr(i32)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Op { $($(#[doc = $doc])+ $name,)* }

        impl Op {
            /// Every operation, in the order of the codes.
            pub const ALL: &'static [Op] = &[$(Op::$name,)*];

            /// The name under which a host implements it, NUL-terminated.
            pub const fn name(self) -> &'static core::ffi::CStr {
                const NAMES: &[&str] = &[$(concat!(stringify!($name), "\0"),)*];
                match core::ffi::CStr::from_bytes_with_nul(NAMES[self as usize].as_bytes()) {
                    Ok(name) => name,
                    Err(_) => panic!("an identifier holds no NUL"),
                }
            }

            /// Number of arguments; -1 when it varies.
            pub const fn arity(self) -> i32 {
                const ARITY: &[i32] = &[$($arity,)*];
                ARITY[self as usize]
            }
        }
    };
}

ops! {
    // --- handles and types ------------------------------------------------------------------------------------
    /// The handle of an interned `str`, as an int; kept open for good: `intern(name)`.
    InternName / 1,
    /// The handle of the type of the object whose handle (an int) is given, as a `Handle` result.
    TypeOfHandle / 1,
    /// Sends the object behind a handle (an int) again with everything that its proxy needs.
    Resend / 1,
    /// What a type proxy needs: `(name, metaclass, base, bases, rest of the mro, mask 0, mask 1, qualname, is exception, exports buffers)`.
    TypeInfo / 1,
    /// Makes the host class of an extension type: `(pointer, spec tuple)`; the result is the class.
    MakeType / 2,
    /// Makes the wrapper of a native instance whose type derives from a builtin: `(pointer, class, base, args, kwargs)`.
    MakeWrapper / 5,
    /// A class made by calling the metaclass: `type(name, bases, namespace)`.
    NewClass / 3,
    /// The writable view of a class's namespace that `tp_dict` points at.
    TypeDict / 1,
    /// Looks `name` up along the MRO without binding; no result when it is absent.
    TypeLookup / 2,
    /// Tells the host that a type's dictionary was changed behind its back.
    TypeModified / 1,

    // --- abstract object protocol -----------------------------------------------------------------------------
    /// `getattr(o, name)`
    GetAttr / 2,
    /// `getattr(o, name)`, no result instead of `AttributeError`
    LookupAttr / 2,
    /// `setattr(o, name, value)`; an absent value deletes
    SetAttr / 3,
    /// `object.__getattribute__(o, name)`
    GenericGetAttr / 2,
    /// `object.__setattr__(o, name, value)`; an absent value deletes
    GenericSetAttr / 3,
    /// The instance dictionary of an object, no result when it has none.
    InstanceDict / 1,
    /// `repr(o)`
    Repr / 1,
    /// `str(o)`
    Str / 1,
    /// `ascii(o)`
    Ascii / 1,
    /// `bytes(o)`
    BytesOf / 1,
    /// `hash(o)`
    Hash / 1,
    /// `bool(o)`
    IsTrue / 1,
    /// `type(o)`
    TypeOf / 1,
    /// `len(o)`
    Len / 1,
    /// `operator.length_hint(o, default)`
    LengthHint / 2,
    /// `o[key]`
    GetItem / 2,
    /// `o[key] = value`
    SetItem / 3,
    /// `del o[key]`
    DelItem / 2,
    /// `key in o`
    Contains / 2,
    /// `a OP b` with OP one of `< <= == != > >=` by CPython's numbers 0-5
    RichCompare / 3,
    /// `isinstance(o, c)`
    IsInstance / 2,
    /// `issubclass(c, d)`
    IsSubclass / 2,
    /// `callable(o)`
    Callable / 1,
    /// `dir(o)`, or `dir()` when absent
    Dir / 1,
    /// `format(o, spec)`
    Format / 2,
    /// `iter(o)`
    Iter / 1,
    /// `next(o)`, no result at the end
    IterNext / 1,
    /// True when the type of `o` has `__next__`
    IsIterator / 1,
    /// Calls special method `name` of the type of the first argument with the rest: `(name, self, *args)`.
    CallSpecial / -1,
    /// `getattr(o, name)(*args)`: `(o, name, *args)`
    CallMethod / -1,
    /// `f(*args, **kwargs)`, kwargs may be absent
    CallObject / 3,
    /// `print(repr(o) or str(o))` to a file descriptor's stream: `(o, fd, raw)`
    PrintTo / 3,

    // --- numbers ----------------------------------------------------------------------------------------------
    /// Binary operator by name of the `operator` module's function: `(name, a, b)`
    Binary / 3,
    /// Unary operator by name: `(name, a)`
    Unary / 2,
    /// `pow(a, b, c)`, in place when the fourth is true
    Power / 4,
    /// `operator.index(o)`
    Index / 1,
    /// `int(o)`
    ToInt / 1,
    /// `float(o)`
    ToFloat / 1,
    /// `complex(o)`
    ToComplex / 1,
    /// `int(text, base)`
    IntFromText / 2,
    /// The text of an index in base 2, 8, 10 or 16 with its prefix.
    ToBase / 2,
    /// The value of an instance of a subclass of int, as an exact int.
    IntValue / 1,
    /// `n.bit_length()`
    BitLength / 1,

    // --- containers -------------------------------------------------------------------------------------------
    /// A new list of the items of an iterable
    ListOf / 1,
    /// A new tuple of the items of an iterable
    TupleOf / 1,
    /// `l.append(x)`; the result is the new length
    ListAppend / 2,
    /// `l.insert(i, x)`; the result is the new length
    ListInsert / 3,
    /// `l[i] = x` without adjusting `i`
    ListSetItem / 3,
    /// `l[a:b] = x`; an absent `x` deletes
    ListSetSlice / 4,
    /// `l.sort()`
    ListSort / 1,
    /// `l.reverse()`
    ListReverse / 1,
    /// Sends the list again, so that its mirror is refreshed
    ListRefresh / 1,
    /// `o[a:b]`
    GetSlice / 3,
    /// `o[a:b] = x`; an absent `x` deletes
    SetSlice / 4,
    /// A new slice object
    NewSlice / 3,
    /// `d[k]` of a dict without `__missing__`, no result when absent
    DictGet / 2,
    /// `d[k] = v` by dict's own method
    DictSet / 3,
    /// `del d[k]` by dict's own method
    DictDel / 2,
    /// `k in d`
    DictContains / 2,
    /// `len(d)`
    DictLen / 1,
    /// `d.clear()`
    DictClear / 1,
    /// `d.copy()`
    DictCopy / 1,
    /// `list(d)`
    DictKeys / 1,
    /// `list(d.values())`
    DictValues / 1,
    /// `list(d.items())`
    DictItems / 1,
    /// All keys and values in turn, as one native tuple
    DictSnapshot / 1,
    /// `d.setdefault(k, v)`
    DictSetDefault / 3,
    /// `d.update(o)`, or only absent keys when override is 0, or `KeyError` for a common key when it is 2; from pairs when
    /// the fourth is true: `(d, o, override, pairs)`
    DictMerge / 4,
    /// `d.pop(k)`, no result when absent
    DictPop / 2,
    /// A read-only view of a mapping
    MappingProxy / 1,
    /// `set(o)` or an empty set
    NewSet / 1,
    /// `frozenset(o)` or an empty frozenset
    NewFrozenSet / 1,
    /// `s.add(x)`, also of a frozenset that only C holds
    SetAdd / 2,
    /// `s.discard(x)`: true when it was there
    SetDiscard / 2,
    /// `s.pop()`
    SetPop / 1,
    /// `s.clear()`
    SetClear / 1,
    /// `bytearray(bytes)`
    NewByteArray / 1,
    /// `bytearray + x`
    ByteArrayConcat / 2,
    /// Resizes a bytearray
    ByteArrayResize / 2,
    /// Address and length of a bytearray's bytes, which stay there until it is resized
    ByteArrayPlace / 1,

    // --- strings ----------------------------------------------------------------------------------------------
    /// `getattr(str, name)(s, *args)`: `(name, s, *args)`
    StrMethod / -1,
    /// `s.encode(encoding, errors)`
    Encode / 3,
    /// `bytes.decode(encoding, errors)` of a bytes-like object
    Decode / 3,

    // --- errors -----------------------------------------------------------------------------------------------
    /// A normalised exception: `(type, value or absent, traceback or absent)`; the result is the instance.
    MakeException / 3,
    /// `(cls, target)`: does the exception (class or instance) match the class or tuple?
    ExceptionMatches / 2,
    /// The traceback of an exception, no result when it has none
    GetTraceback / 1,
    /// Sets `__traceback__`
    SetTraceback / 2,
    /// `warnings.warn(message, category, stacklevel)`
    Warn / 3,
    /// `warnings.warn_explicit(category, message, filename, lineno, module, registry)`
    WarnExplicit / 6,
    /// Prints an exception as the interpreter would, to stderr; sets `sys.last_*` when the second is true.
    PrintException / 2,
    /// `sys.unraisablehook` with the exception, the object or absent, and the message or absent
    WriteUnraisable / 3,
    /// Prints an exception to stderr, whatever `sys.excepthook` is
    DisplayException / 1,
    /// Lets the host run the handlers of signals that have arrived
    CheckSignals / 0,
    /// The exception that is being handled (`sys.exc_info()`), no result when there is none
    HandledException / 0,
    /// Adds a traceback entry to an exception: `(exception, file name, function name, line, globals or absent)`; the
    /// result is the new traceback.
    AddTraceback / 5,
    /// A code object that describes compiled code: `(file name, name, qualified name, line, flags, (arguments, positional
    /// only, keyword only), variables, free variables, cell variables)`
    NewCode / 9,

    // --- modules and imports ----------------------------------------------------------------------------------
    /// `importlib.import_module(name)`, the module itself also for dotted names
    Import / 1,
    /// `__import__(name, globals, locals, fromlist, level)`
    ImportLevel / 5,
    /// `sys.modules[name]`, made when absent
    AddModule / 1,
    /// `sys.modules.get(name)`
    GetModule / 1,
    /// A new, empty module of this name
    NewModule / 1,
    /// `sys.modules`
    ModuleDict / 0,
    /// The dictionary of a module
    ModuleGetDict / 1,
    /// `importlib.reload(m)`
    Reload / 1,
    /// An attribute of `sys`, no result when absent
    SysGet / 1,
    /// Sets (or, absent value, deletes) an attribute of `sys`
    SysSet / 2,
    /// The dictionary of builtins
    Builtins / 0,
    /// Globals of the running frame, no result when there is none
    Globals / 0,
    /// Locals of the running frame
    Locals / 0,
    /// The running frame, no result when there is none
    Frame / 0,
    /// `compile(source, file, mode, flags, optimize)`
    Compile / 5,
    /// `exec`/`eval` of a code object: `(code, globals, locals)`
    Eval / 3,
    /// Runs a code object as the body of a module: `(name, code, file or absent, cached or absent)`; the module.
    ExecModule / 4,
    /// Ends the process with this status as the end of a program does
    Exit / 1,
    /// Makes a `contextvars.Context` the current one
    EnterContext / 1,
    /// Goes back to the context before it
    ExitContext / 1,
    /// `gc.collect()`; or switches the collector: -1 collect, 0 disable, 1 enable, 2 is enabled
    GcControl / 1,

    // --- other objects ----------------------------------------------------------------------------------------
    /// A bound method
    NewMethod / 2,
    /// A class method descriptor
    NewClassMethod / 1,
    /// A static method descriptor
    NewStaticMethod / 1,
    /// An object that binds any callable like a Python function
    NewInstanceMethod / 1,
    /// The host function for a C function: `(PyMethodDef address, self address, module or absent, class or absent)`
    NewFunction / 4,
    /// A descriptor for a C method, class method, member or getset of a type: `(class, entry tuple)`
    NewDescriptor / 2,
    /// `weakref.ref(o, callback or absent)`
    NewWeakRef / 2,
    /// `weakref.proxy(o, callback or absent)`
    NewWeakProxy / 2,
    /// The referent, None when it died
    WeakRefGet / 1,
    /// `memoryview(o)`
    NewMemoryView / 1,
    /// A memory view of native memory: `(address, length, writable)`
    MemoryFromAddress / 3,
    /// Opens the buffer of a host object: `(address, length, read-only, item size, format, shape, strides, key)`
    GetBuffer / 2,
    /// Closes it by its key
    ReleaseBuffer / 1,
    /// `iter(callable, sentinel)`
    CallIter / 2,
    /// An iterator over `o[0]`, `o[1]` and so on, whatever `__iter__` says
    SeqIter / 1,
    /// A closure cell, empty when absent
    NewCell / 1,
    /// `types.GenericAlias(origin, args)`
    GenericAlias / 2,
    /// An attribute of a module: `(module name, attribute)`
    ImportAttr / 2,
    /// Makes the class of a struct sequence: `(name, doc, fields as (name, doc), number of fields that the tuple shows)`;
    /// the result is its handle, as an int
    NewStructSequence / 1,
    /// A new object of a host class: `cls.__new__(cls, *args, **kwargs)`: `(provider, cls, args, kwargs)`
    HostNew / 4,
    /// `provider.__init__(self, *args, **kwargs)`: `(provider, self, args, kwargs)`
    HostInit / 4,
    /// Calls `provider.NAME(self, *args)` unbound: `(provider, name, self, *args)`
    CallUnbound / -1,
}
