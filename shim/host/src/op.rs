//! The operations that need no entry of their own: each is one function of the host, found by name at start-up.
//!
//! Arguments and results are plain objects; "int" and "bool" results come back as such. The Python adapter for PyPy
//! implements each under the same name in `ops_*.py`.

use core::ffi::CStr;

/// An operation of [`crate::HostTable::op`].
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    // --- handles and types ------------------------------------------------------------------------------------
    /// The handle of an interned `str`, as an int; kept open for good: `intern(name)`.
    InternName,
    /// The handle of the type of the object whose handle (an int) is given, as a `Handle` result.
    TypeOfHandle,
    /// Sends the object behind a handle (an int) again with everything that its proxy needs.
    Resend,
    /// What a type proxy needs: `(name, metaclass, base, bases, rest of the mro, mask 0, mask 1, qualname, is exception, exports buffers,
    /// struct, is on the heap, derives from an extension type)`, where the struct is 1 for `datetime.date`, 2 for `datetime`, 3 for
    /// `time`, 4 for `timedelta` (but not for what derives from them), 5 for `array.array`, else 0. Instances of the first four are sent
    /// with `fill_items`: the numbers as the constructor takes them, and for a time of day the fold and the zone or None behind them. C may use a class that is not
    /// on the heap, as builtin ones are not, without holding a reference.
    TypeInfo,
    /// Makes the host class of an extension type: `(pointer, spec tuple)`; the result is the class.
    MakeType,
    /// Makes the wrapper of an instance whose type derives from a builtin: `(class, base, args, kwargs)`; the result is
    /// `(what TieWrapper takes, the int, float, str, bytes or tuple that the wrapper is, or None)`.
    MakeWrapper,
    /// Ties the wrapper to its native instance: `(what MakeWrapper made, pointer)`.
    TieWrapper,
    /// A class made by calling the metaclass: `type(name, bases, namespace)`.
    NewClass,
    /// The writable view of a class's namespace that `tp_dict` points at.
    TypeDict,
    /// Looks `name` up along the MRO without binding; no result when it is absent.
    TypeLookup,

    // --- abstract object protocol -----------------------------------------------------------------------------
    /// `getattr(o, name)`
    GetAttr,
    /// `getattr(o, name)`, no result instead of `AttributeError`
    LookupAttr,
    /// `setattr(o, name, value)`; an absent value deletes
    SetAttr,
    /// `object.__getattribute__(o, name)`
    GenericGetAttr,
    /// `object.__setattr__(o, name, value)`; an absent value deletes
    GenericSetAttr,
    /// The instance dictionary of an object, no result when it has none.
    InstanceDict,
    /// `repr(o)`
    Repr,
    /// `str(o)`
    Str,
    /// `ascii(o)`
    Ascii,
    /// `bytes(o)`
    BytesOf,
    /// `hash(o)`
    Hash,
    /// `bool(o)`
    IsTrue,
    /// `len(o)`
    Len,
    /// `operator.length_hint(o, default)`
    LengthHint,
    /// `o[key]`
    GetItem,
    /// `o[key] = value`
    SetItem,
    /// `del o[key]`
    DelItem,
    /// `key in o`
    Contains,
    /// `a OP b` with OP one of `< <= == != > >=` by CPython's numbers 0-5
    RichCompare,
    /// `isinstance(o, c)`
    IsInstance,
    /// `issubclass(c, d)`
    IsSubclass,
    /// `dir(o)`, or `dir()` when absent
    Dir,
    /// `format(o, spec)`
    Format,
    /// `iter(o)`
    Iter,
    /// `next(o)`, no result at the end
    IterNext,
    /// Calls special method `name` of the type of the first argument with the rest: `(name, self, *args)`.
    CallSpecial,
    /// `getattr(o, name)(*args)`: `(o, name, *args)`
    CallMethod,
    /// `f(*args, **kwargs)`, kwargs may be absent
    CallObject,

    // --- numbers ----------------------------------------------------------------------------------------------
    /// Binary operator by name of the `operator` module's function: `(name, a, b)`
    Binary,
    /// Unary operator by name: `(name, a)`
    Unary,
    /// `pow(a, b, c)`, in place when the fourth is true
    Power,
    /// `operator.index(o)`
    Index,
    /// `int(o)`
    ToInt,
    /// `float(o)`
    ToFloat,
    /// `complex(o)`
    ToComplex,
    /// `int(text, base)`
    IntFromText,
    /// The text of an index in base 2, 8, 10 or 16 with its prefix.
    ToBase,

    // --- containers -------------------------------------------------------------------------------------------
    /// A new tuple of the items of an iterable
    TupleOf,
    /// `l.append(x)`; the result is the new length
    ListAppend,
    /// `l.insert(i, x)`; the result is the new length
    ListInsert,
    /// `l[i] = x` without adjusting `i`
    ListSetItem,
    /// `l[a:b] = x`; an absent `x` deletes
    ListSetSlice,
    /// `l.sort()`
    ListSort,
    /// `l.reverse()`
    ListReverse,
    /// Sends the list again, so that its mirror is refreshed
    ListRefresh,
    /// The handle, as an int, of the list that is lent under `a[0]`: see [`crate::GIMBAL_LENT`]
    LentList,
    /// How many of the lists at address `a[0]`, `a[1]` of them, hold what was sent of them last, counted from the first one on.
    /// Of each there is its handle and the number, from `d` of the cell, of the state that the shim has: one of
    /// another number than was sent last is not unchanged
    ListsUnchanged,
    /// `o[a:b]`
    GetSlice,
    /// `o[a:b] = x`; an absent `x` deletes
    SetSlice,
    /// A new slice object
    NewSlice,
    /// `d[k]` of a dict without `__missing__`, no result when absent
    DictGet,
    /// `d[k] = v` by dict's own method
    DictSet,
    /// `del d[k]` by dict's own method
    DictDel,
    /// `k in d`
    DictContains,
    /// `len(d)`
    DictLen,
    /// `d.clear()`
    DictClear,
    /// `d.copy()`
    DictCopy,
    /// `list(d)`
    DictKeys,
    /// `list(d.values())`
    DictValues,
    /// `list(d.items())`
    DictItems,
    /// All keys and values in turn, as one native tuple: `(d, ahead)`. When `ahead` is not 0, it is the address of words of 64 bits: a
    /// moment, the moment for which C has the dict already (or 0), a number, and the handles of so many dicts that C is likely to read
    /// next. A host may then answer with no result and fill the proxy of the dict instead, and those of the others, by
    /// `ShimTable::fill_tree` with the first moment; or with `True` when the dict is what it sent for the other one.
    DictSnapshot,
    /// `d.update(o)`, or only absent keys when override is 0, or `KeyError` for a common key when it is 2; from pairs when
    /// the fourth is true: `(d, o, override, pairs)`
    DictMerge,
    /// `d.pop(k)`, no result when absent
    DictPop,
    /// A read-only view of a mapping
    MappingProxy,
    /// `set(o)` or an empty set
    NewSet,
    /// `frozenset(o)` or an empty frozenset
    NewFrozenSet,
    /// `s.add(x)`, also of a frozenset that only C holds
    SetAdd,
    /// `s.discard(x)`: true when it was there
    SetDiscard,
    /// `s.pop()`
    SetPop,
    /// `s.clear()`
    SetClear,
    /// `bytearray(bytes)`
    NewByteArray,
    /// `bytearray + x`
    ByteArrayConcat,
    /// Resizes a bytearray
    ByteArrayResize,
    /// Address and length of a bytearray's bytes, which stay there until it is resized; of an `array.array` its items', and behind
    /// them the code of the type (an int) and the size of an item
    ByteArrayPlace,

    // --- strings ----------------------------------------------------------------------------------------------
    /// `getattr(str, name)(s, *args)`: `(name, s, *args)`
    StrMethod,
    /// `s.encode(encoding, errors)`
    Encode,
    /// `bytes.decode(encoding, errors)` of a bytes-like object
    Decode,

    // --- errors -----------------------------------------------------------------------------------------------
    /// A normalised exception: `(type, value or absent, traceback or absent)`; the result is the instance.
    MakeException,
    /// `(cls, target)`: does the exception (class or instance) match the class or tuple?
    ExceptionMatches,
    /// The traceback of an exception, no result when it has none
    GetTraceback,
    /// Sets `__traceback__`
    SetTraceback,
    /// `warnings.warn(message, category, stacklevel)`
    Warn,
    /// `warnings.warn_explicit(category, message, filename, lineno, module, registry)`
    WarnExplicit,
    /// Prints an exception as the interpreter would, to stderr; sets `sys.last_*` when the second is true.
    PrintException,
    /// `sys.unraisablehook` with the exception, the object or absent, and the message or absent
    WriteUnraisable,
    /// Prints an exception to stderr, whatever `sys.excepthook` is
    DisplayException,
    /// Lets the host run the handlers of signals that have arrived. The result, if there is one, is the address of a C `intptr_t` that is
    /// negative from when a signal arrives: while it is not the host need not be asked.
    CheckSignals,
    /// The exception that is being handled (`sys.exc_info()`), no result when there is none
    HandledException,
    /// Adds a traceback entry to an exception: `(exception, file name, function name, line, globals or absent)`; the
    /// result is the new traceback.
    AddTraceback,
    /// A code object that describes compiled code: `(file name, name, qualified name, line, flags, (arguments, positional
    /// only, keyword only), variables, free variables, cell variables)`
    NewCode,

    // --- modules and imports ----------------------------------------------------------------------------------
    /// `importlib.import_module(name)`, the module itself also for dotted names
    Import,
    /// `__import__(name, globals, locals, fromlist, level)`
    ImportLevel,
    /// `sys.modules[name]`, made when absent
    AddModule,
    /// `sys.modules.get(name)`
    GetModule,
    /// Makes the wrapper of a new, empty module: `(name, pointer)`
    NewModule,
    /// `sys.modules`
    ModuleDict,
    /// The dictionary of a module
    ModuleGetDict,
    /// `importlib.reload(m)`
    Reload,
    /// An attribute of `sys`, no result when absent
    SysGet,
    /// Sets (or, absent value, deletes) an attribute of `sys`
    SysSet,
    /// The dictionary of builtins
    Builtins,
    /// Globals of the running frame, no result when there is none
    Globals,
    /// Locals of the running frame
    Locals,
    /// The running frame, no result when there is none
    Frame,
    /// `compile(source, file, mode, flags, optimize)`
    Compile,
    /// `exec`/`eval` of a code object: `(code, globals, locals)`
    Eval,
    /// Runs a code object as the body of a module: `(name, code, file or absent, cached or absent)`; the module.
    ExecModule,
    /// Ends the process with this status as the end of a program does
    Exit,
    /// Makes a `contextvars.Context` the current one
    EnterContext,
    /// Goes back to the context before it
    ExitContext,
    /// `gc.collect()`; or switches the collector: -1 collect, 0 disable, 1 enable, 2 is enabled
    GcControl,

    // --- other objects ----------------------------------------------------------------------------------------
    /// A bound method
    NewMethod,
    /// A class method descriptor
    NewClassMethod,
    /// A static method descriptor
    NewStaticMethod,
    /// An object that binds any callable like a Python function
    NewInstanceMethod,
    /// The host function for a C function: `(PyMethodDef address, self address, module or absent, class or absent)`
    NewFunction,
    /// A descriptor for a C method, class method, member or getset of a type: `(class, entry tuple)`
    NewDescriptor,
    /// `weakref.ref(o, callback or absent)`
    NewWeakRef,
    /// `weakref.proxy(o, callback or absent)`
    NewWeakProxy,
    /// The referent, None when it died
    WeakRefGet,
    /// `memoryview(o)`
    NewMemoryView,
    /// A memory view of native memory: `(address, length, writable)`
    MemoryFromAddress,
    /// Opens the buffer of a host object: `(address, length, read-only, item size, format, shape, strides, key)`
    GetBuffer,
    /// Closes it by its key
    ReleaseBuffer,
    /// `iter(callable, sentinel)`
    CallIter,
    /// An iterator over `o[0]`, `o[1]` and so on, whatever `__iter__` says
    SeqIter,
    /// A closure cell, empty when absent
    NewCell,
    /// `types.GenericAlias(origin, args)`
    GenericAlias,
    /// An attribute of a module: `(module name, attribute)`
    ImportAttr,
    /// Makes the class of a struct sequence: `(name, doc, fields as (name, doc), number of fields that the tuple shows)`;
    /// the result is its handle, as an int
    NewStructSequence,
    /// A new object of a host class: `cls.__new__(cls, *args, **kwargs)`: `(provider, cls, args, kwargs)`
    HostNew,
    /// `provider.__init__(self, *args, **kwargs)`: `(provider, self, args, kwargs)`
    HostInit,
    /// Calls `provider.NAME(self, *args)` unbound: `(provider, name, self, *args)`
    CallUnbound,
    /// Has the calling thread tell a function of what Python code does, as `sys.setprofile` (true) or `sys.settrace` (false) do:
    /// `(function or None, profile)`. What the host itself is made of is not told of.
    SetTracer,
}

/// What is known of each operation. The enum stands by itself, because the header's generator cannot look into a macro;
/// the compiler holds the two together.
macro_rules! table {
    ($($name:ident / $arity:literal,)*) => {
        impl Op {
            /// Every operation, in the order of the codes.
            pub const ALL: &'static [Op] = &[$(Op::$name,)*];

            /// The name under which a host implements it, and the number of its arguments.
            const fn row(self) -> (&'static str, i32) {
                match self {
                    $(Op::$name => (concat!(stringify!($name), "\0"), $arity),)*
                }
            }
        }
    };
}

table! {
    // --- handles and types ------------------------------------------------------------------------------------
    InternName / 1,
    TypeOfHandle / 1,
    Resend / 1,
    TypeInfo / 1,
    MakeType / 2,
    MakeWrapper / 4,
    TieWrapper / 2,
    NewClass / 3,
    TypeDict / 1,
    TypeLookup / 2,
    // --- abstract object protocol -----------------------------------------------------------------------------
    GetAttr / 2,
    LookupAttr / 2,
    SetAttr / 3,
    GenericGetAttr / 2,
    GenericSetAttr / 3,
    InstanceDict / 1,
    Repr / 1,
    Str / 1,
    Ascii / 1,
    BytesOf / 1,
    Hash / 1,
    IsTrue / 1,
    Len / 1,
    LengthHint / 2,
    GetItem / 2,
    SetItem / 3,
    DelItem / 2,
    Contains / 2,
    RichCompare / 3,
    IsInstance / 2,
    IsSubclass / 2,
    Dir / 1,
    Format / 2,
    Iter / 1,
    IterNext / 1,
    CallSpecial / -1,
    CallMethod / -1,
    CallObject / 3,
    // --- numbers ----------------------------------------------------------------------------------------------
    Binary / 3,
    Unary / 2,
    Power / 4,
    Index / 1,
    ToInt / 1,
    ToFloat / 1,
    ToComplex / 1,
    IntFromText / 2,
    ToBase / 2,
    // --- containers -------------------------------------------------------------------------------------------
    TupleOf / 1,
    ListAppend / 2,
    ListInsert / 3,
    ListSetItem / 3,
    ListSetSlice / 4,
    ListSort / 1,
    ListReverse / 1,
    ListRefresh / 1,
    LentList / 1,
    ListsUnchanged / 2,
    GetSlice / 3,
    SetSlice / 4,
    NewSlice / 3,
    DictGet / 2,
    DictSet / 3,
    DictDel / 2,
    DictContains / 2,
    DictLen / 1,
    DictClear / 1,
    DictCopy / 1,
    DictKeys / 1,
    DictValues / 1,
    DictItems / 1,
    DictSnapshot / 2,
    DictMerge / 4,
    DictPop / 2,
    MappingProxy / 1,
    NewSet / 1,
    NewFrozenSet / 1,
    SetAdd / 2,
    SetDiscard / 2,
    SetPop / 1,
    SetClear / 1,
    NewByteArray / 1,
    ByteArrayConcat / 2,
    ByteArrayResize / 2,
    ByteArrayPlace / 1,
    // --- strings ----------------------------------------------------------------------------------------------
    StrMethod / -1,
    Encode / 3,
    Decode / 3,
    // --- errors -----------------------------------------------------------------------------------------------
    MakeException / 3,
    ExceptionMatches / 2,
    GetTraceback / 1,
    SetTraceback / 2,
    Warn / 3,
    WarnExplicit / 6,
    PrintException / 2,
    WriteUnraisable / 3,
    DisplayException / 1,
    CheckSignals / 0,
    HandledException / 0,
    AddTraceback / 5,
    NewCode / 9,
    // --- modules and imports ----------------------------------------------------------------------------------
    Import / 1,
    ImportLevel / 5,
    AddModule / 1,
    GetModule / 1,
    NewModule / 2,
    ModuleDict / 0,
    ModuleGetDict / 1,
    Reload / 1,
    SysGet / 1,
    SysSet / 2,
    Builtins / 0,
    Globals / 0,
    Locals / 0,
    Frame / 0,
    Compile / 5,
    Eval / 3,
    ExecModule / 4,
    Exit / 1,
    EnterContext / 1,
    ExitContext / 1,
    GcControl / 1,
    // --- other objects ----------------------------------------------------------------------------------------
    NewMethod / 2,
    NewClassMethod / 1,
    NewStaticMethod / 1,
    NewInstanceMethod / 1,
    NewFunction / 4,
    NewDescriptor / 2,
    NewWeakRef / 2,
    NewWeakProxy / 2,
    WeakRefGet / 1,
    NewMemoryView / 1,
    MemoryFromAddress / 3,
    GetBuffer / 2,
    ReleaseBuffer / 1,
    CallIter / 2,
    SeqIter / 1,
    NewCell / 1,
    GenericAlias / 2,
    ImportAttr / 2,
    NewStructSequence / 1,
    HostNew / 4,
    HostInit / 4,
    CallUnbound / -1,
    SetTracer / 2,
}

impl Op {
    /// The name under which a host implements it, NUL-terminated.
    pub const fn name(self) -> &'static CStr {
        match CStr::from_bytes_with_nul(self.row().0.as_bytes()) {
            Ok(name) => name,
            Err(_) => panic!("an identifier holds no NUL"),
        }
    }

    /// May it run Python code of the program (comparisons of dictionary keys aside)?
    pub const fn runs_code(self) -> bool {
        !matches!(
            self,
            Op::InternName
                | Op::TypeOfHandle
                | Op::Resend
                | Op::TypeInfo
                | Op::TieWrapper
                | Op::TypeDict
                | Op::TypeLookup
                | Op::IntFromText
                | Op::ToBase
                | Op::ListAppend
                | Op::ListInsert
                | Op::ListSetItem
                | Op::ListRefresh
                | Op::LentList
                | Op::ListsUnchanged
                | Op::NewSlice
                | Op::NewMethod
                | Op::NewCell
                | Op::DictGet
                | Op::DictSet
                | Op::DictContains
                | Op::DictLen
                | Op::DictCopy
                | Op::DictKeys
                | Op::DictValues
                | Op::DictItems
                | Op::DictSnapshot
                | Op::ByteArrayPlace
                | Op::ExceptionMatches
                | Op::GetTraceback
                | Op::HandledException
                | Op::NewStructSequence
        )
    }

    /// May it look at, or change, a list that native code holds? Sending one does not count: what native code has written into
    /// it is noticed when it arrives.
    pub const fn looks_at_lists(self) -> bool {
        self.runs_code()
            || matches!(
                self,
                Op::ListAppend
                    | Op::ListInsert
                    | Op::ListSetItem
                    | Op::ListRefresh
                    | Op::ListsUnchanged
                    | Op::ToBase
            )
    }

    /// Number of arguments; -1 when it varies.
    pub const fn arity(self) -> i32 {
        self.row().1
    }
}

// A host finds its functions by position, so the table must have the order of the enum.
const _: () = {
    let mut code = 0;
    while code < Op::ALL.len() {
        assert!(
            Op::ALL[code] as usize == code,
            "the table is not in the enum's order"
        );
        code += 1;
    }
};
