//! Zero-filled objects for the data of 3.14t that is not defined yet, of CPython's size.
//!
//! DO NOT EDIT: generated from shim/symbols by `cargo run -p gimbal-codegen -- write`.

placeholders! {
    PY_TIMEOUT_MAX: [u64; 1];
    PyExc_InterpreterError: [u64; 1];
    PyExc_InterpreterNotFoundError: [u64; 1];
    PyExc_PythonFinalizationError: [u64; 1];
    PyFrameLocalsProxy_Type: [u64; 54];
    PyImport_FrozenModules: [u64; 1];
    PyImport_Inittab: [u64; 1];
    PyOS_InputHook: [u64; 1];
    PyOS_ReadlineFunctionPointer: [u64; 1];
    PyUnstable_ExecutableKinds: [u64; 6];
    _PyEval_BinaryOps: [u64; 27];
    _PyEval_ConversionFuncs: [u64; 4];
    _PyExc_IncompleteInputError: [u64; 54];
    _PyImport_FrozenBootstrap: [u64; 1];
    _PyImport_FrozenStdlib: [u64; 1];
    _PyImport_FrozenTest: [u64; 1];
    _PyIntrinsics_BinaryFunctions: [u64; 12];
    _PyIntrinsics_UnaryFunctions: [u64; 24];
    _PyOS_ReadlineTState: [u64; 1];
    _PyParser_TokenNames: [u64; 70];
    _PyRuntime: [u64; 45703];
    _PySet_Dummy: [u64; 1];
    _PyUnion_Type: [u64; 54];
    _Py_FunctionAttributeOffsets: [u64; 17];
    _Py_HashSecret: [u64; 3];
    _Py_InitCleanup: [u64; 27];
    _Py_SpecialMethods: [u64; 12];
    _Py_SwappedOp: [u64; 3];
}
