//! The builtin classes: names, bases, and the names under which the shim exports them.

macro_rules! builtins {
    ($($(#[$doc:meta])* $variant:ident $name:literal $base:ident $exported:literal;)*) => {
        /// A builtin class.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Builtin {
            $(#[doc = $name] $(#[$doc])* $variant,)*
        }

        impl Builtin {
            /// All of them; a base comes before its subclasses.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$variant,)*];

            const fn row(self) -> (&'static str, Builtin, &'static str) {
                match self {
                    $(Builtin::$variant => ($name, Builtin::$base, $exported),)*
                }
            }
        }
    };
}

impl Builtin {
    /// Its `__name__`.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// Its base; `object` is its own.
    pub const fn base(self) -> Builtin {
        self.row().1
    }

    /// The name under which the shim exports it; empty when it does not, or for an exception.
    pub const fn exported(self) -> &'static str {
        self.row().2
    }

    /// Is it an exception?
    pub fn is_exception(self) -> bool {
        self.derives_from(Builtin::BaseException)
    }

    /// Is it `other` or derived from it?
    pub fn derives_from(self, other: Builtin) -> bool {
        self == other || self != Builtin::Object && self.base().derives_from(other)
    }

    /// The builtin for a name that the shim exports, `PyLong_Type` or `PyExc_ValueError`.
    pub fn by_exported_name(name: &str) -> Option<Builtin> {
        let mut all = Builtin::ALL.iter().copied();
        if name.is_empty() {
            return None;
        }
        match name.strip_prefix("PyExc_") {
            Some("IOError" | "EnvironmentError") => Some(Builtin::OSError),
            Some(exception) => all.find(|b| b.is_exception() && b.name() == exception),
            None => all.find(|b| b.exported() == name),
        }
    }
}

builtins! {
    Object "object" Object "PyBaseObject_Type";
    Type "type" Object "PyType_Type";
    NoneType "NoneType" Object "_PyNone_Type";
    NotImplementedType "NotImplementedType" Object "_PyNotImplemented_Type";
    EllipsisType "ellipsis" Object "PyEllipsis_Type";
    Absent "absent" Object "";
    Int "int" Object "PyLong_Type";
    Bool "bool" Int "PyBool_Type";
    Float "float" Object "PyFloat_Type";
    Complex "complex" Object "PyComplex_Type";
    Str "str" Object "PyUnicode_Type";
    Bytes "bytes" Object "PyBytes_Type";
    ByteArray "bytearray" Object "PyByteArray_Type";
    List "list" Object "PyList_Type";
    Tuple "tuple" Object "PyTuple_Type";
    Dict "dict" Object "PyDict_Type";
    Set "set" Object "PySet_Type";
    FrozenSet "frozenset" Object "PyFrozenSet_Type";
    Slice "slice" Object "PySlice_Type";
    Range "range" Object "PyRange_Type";
    Module "module" Object "PyModule_Type";
    Super "super" Object "PySuper_Type";
    Property "property" Object "PyProperty_Type";
    ClassMethod "classmethod" Object "PyClassMethod_Type";
    StaticMethod "staticmethod" Object "PyStaticMethod_Type";
    InstanceMethod "instancemethod" Object "PyInstanceMethod_Type";
    Enumerate "enumerate" Object "PyEnum_Type";
    Reversed "reversed" Object "PyReversed_Type";
    Map "map" Object "PyMap_Type";
    Filter "filter" Object "PyFilter_Type";
    Zip "zip" Object "PyZip_Type";
    MemoryView "memoryview" Object "PyMemoryView_Type";
    BuiltinFunction "builtin_function_or_method" Object "PyCFunction_Type";
    MethodDescriptor "method_descriptor" Object "";
    WrapperDescriptor "wrapper_descriptor" Object "";
    ClassMethodDescriptor "classmethod_descriptor" Object "";
    GetSetDescriptor "getset_descriptor" Object "";
    MemberDescriptor "member_descriptor" Object "";
    Function "function" Object "PyFunction_Type";
    Method "method" Object "PyMethod_Type";
    Generator "generator" Object "PyGen_Type";
    Coroutine "coroutine" Object "PyCoro_Type";
    AsyncGenerator "async_generator" Object "PyAsyncGen_Type";
    Cell "cell" Object "PyCell_Type";
    Code "code" Object "PyCode_Type";
    Frame "frame" Object "PyFrame_Type";
    Traceback "traceback" Object "PyTraceBack_Type";
    MappingProxy "mappingproxy" Object "PyDictProxy_Type";
    DictKeys "dict_keys" Object "PyDictKeys_Type";
    DictValues "dict_values" Object "PyDictValues_Type";
    DictItems "dict_items" Object "PyDictItems_Type";
    DictKeyIterator "dict_keyiterator" Object "PyDictIterKey_Type";
    DictValueIterator "dict_valueiterator" Object "PyDictIterValue_Type";
    DictItemIterator "dict_itemiterator" Object "PyDictIterItem_Type";
    DictReverseKeyIterator "dict_reversekeyiterator" Object "PyDictRevIterKey_Type";
    DictReverseValueIterator "dict_reversevalueiterator" Object "PyDictRevIterValue_Type";
    DictReverseItemIterator "dict_reverseitemiterator" Object "PyDictRevIterItem_Type";
    ListIterator "list_iterator" Object "PyListIter_Type";
    ListReverseIterator "list_reverseiterator" Object "PyListRevIter_Type";
    TupleIterator "tuple_iterator" Object "PyTupleIter_Type";
    StrIterator "str_ascii_iterator" Object "PyUnicodeIter_Type";
    BytesIterator "bytes_iterator" Object "PyBytesIter_Type";
    ByteArrayIterator "bytearray_iterator" Object "PyByteArrayIter_Type";
    SetIterator "set_iterator" Object "PySetIter_Type";
    RangeIterator "range_iterator" Object "PyRangeIter_Type";
    CallIterator "callable_iterator" Object "PyCallIter_Type";
    SeqIterator "iterator" Object "PySeqIter_Type";
    OrderedDict "OrderedDict" Dict "PyODict_Type";
    GenericAlias "GenericAlias" Object "Py_GenericAliasType";
    SimpleNamespace "SimpleNamespace" Object "_PyNamespace_Type";
    WeakReference "ReferenceType" Object "_PyWeakref_RefType";
    WeakProxy "ProxyType" Object "_PyWeakref_ProxyType";
    WeakCallableProxy "CallableProxyType" Object "_PyWeakref_CallableProxyType";
    Context "Context" Object "PyContext_Type";
    ContextVar "ContextVar" Object "PyContextVar_Type";
    ContextToken "Token" Object "PyContextToken_Type";
    ModuleSpec "ModuleSpec" Object "";
    BaseException "BaseException" Object "";
    BaseExceptionGroup "BaseExceptionGroup" BaseException "";
    GeneratorExit "GeneratorExit" BaseException "";
    KeyboardInterrupt "KeyboardInterrupt" BaseException "";
    SystemExit "SystemExit" BaseException "";
    Exception "Exception" BaseException "";
    ArithmeticError "ArithmeticError" Exception "";
    FloatingPointError "FloatingPointError" ArithmeticError "";
    OverflowError "OverflowError" ArithmeticError "";
    ZeroDivisionError "ZeroDivisionError" ArithmeticError "";
    AssertionError "AssertionError" Exception "";
    AttributeError "AttributeError" Exception "";
    BufferError "BufferError" Exception "";
    EOFError "EOFError" Exception "";
    ImportError "ImportError" Exception "";
    ModuleNotFoundError "ModuleNotFoundError" ImportError "";
    LookupError "LookupError" Exception "";
    IndexError "IndexError" LookupError "";
    KeyError "KeyError" LookupError "";
    MemoryError "MemoryError" Exception "";
    NameError "NameError" Exception "";
    UnboundLocalError "UnboundLocalError" NameError "";
    OSError "OSError" Exception "";
    BlockingIOError "BlockingIOError" OSError "";
    ChildProcessError "ChildProcessError" OSError "";
    ConnectionError "ConnectionError" OSError "";
    BrokenPipeError "BrokenPipeError" ConnectionError "";
    ConnectionAbortedError "ConnectionAbortedError" ConnectionError "";
    ConnectionRefusedError "ConnectionRefusedError" ConnectionError "";
    ConnectionResetError "ConnectionResetError" ConnectionError "";
    FileExistsError "FileExistsError" OSError "";
    FileNotFoundError "FileNotFoundError" OSError "";
    InterruptedError "InterruptedError" OSError "";
    IsADirectoryError "IsADirectoryError" OSError "";
    NotADirectoryError "NotADirectoryError" OSError "";
    PermissionError "PermissionError" OSError "";
    ProcessLookupError "ProcessLookupError" OSError "";
    TimeoutError "TimeoutError" OSError "";
    ReferenceError "ReferenceError" Exception "";
    RuntimeError "RuntimeError" Exception "";
    NotImplementedError "NotImplementedError" RuntimeError "";
    RecursionError "RecursionError" RuntimeError "";
    StopAsyncIteration "StopAsyncIteration" Exception "";
    StopIteration "StopIteration" Exception "";
    SyntaxError "SyntaxError" Exception "";
    IndentationError "IndentationError" SyntaxError "";
    TabError "TabError" IndentationError "";
    SystemError "SystemError" Exception "";
    TypeError "TypeError" Exception "";
    ValueError "ValueError" Exception "";
    UnicodeError "UnicodeError" ValueError "";
    UnicodeDecodeError "UnicodeDecodeError" UnicodeError "";
    UnicodeEncodeError "UnicodeEncodeError" UnicodeError "";
    UnicodeTranslateError "UnicodeTranslateError" UnicodeError "";
    Warning "Warning" Exception "";
    BytesWarning "BytesWarning" Warning "";
    DeprecationWarning "DeprecationWarning" Warning "";
    EncodingWarning "EncodingWarning" Warning "";
    FutureWarning "FutureWarning" Warning "";
    ImportWarning "ImportWarning" Warning "";
    PendingDeprecationWarning "PendingDeprecationWarning" Warning "";
    ResourceWarning "ResourceWarning" Warning "";
    RuntimeWarning "RuntimeWarning" Warning "";
    SyntaxWarning "SyntaxWarning" Warning "";
    UnicodeWarning "UnicodeWarning" Warning "";
    UserWarning "UserWarning" Warning "";
}

/// The objects of which there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Single {
    /// `None`
    None,
    /// `False`
    False,
    /// `True`
    True,
    /// `NotImplemented`
    NotImplemented,
    /// `Ellipsis`
    Ellipsis,
    /// "No object"
    Absent,
    /// `sys.modules`
    Modules,
    /// The module `builtins`
    Builtins,
    /// The module `sys`
    Sys,
}

impl Single {
    /// How many there are.
    pub const COUNT: usize = 9;
}
