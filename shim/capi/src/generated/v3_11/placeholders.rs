//! Zero-filled objects for the data of 3.11 that is not defined yet, of CPython's size.
//!
//! DO NOT EDIT: generated from shim/symbols by `cargo run -p gimbal-codegen -- write`.

placeholders! {
    PyImport_FrozenModules: [u64; 1];
    PyImport_Inittab: [u64; 1];
    PyOS_InputHook: [u64; 1];
    PyOS_ReadlineFunctionPointer: [u64; 1];
    _PyImport_FrozenBootstrap: [u64; 1];
    _PyImport_FrozenStdlib: [u64; 1];
    _PyImport_FrozenTest: [u64; 1];
    _PyOS_ReadlineTState: [u64; 1];
    _PyParser_TokenNames: [u64; 65];
    _PyRuntime: [u64; 20836];
    _PySet_Dummy: [u64; 1];
    _Py_HashSecret: [u64; 3];
    _Py_SwappedOp: [u64; 3];
    _Py_tracemalloc_config: [u32; 3];
}
