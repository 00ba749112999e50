//! Zero-filled objects for the data of 3.9 that is not defined yet, of CPython's size.
//!
//! DO NOT EDIT: generated from shim/symbols by `cargo run -p gimbal-codegen -- write`.

placeholders! {
    PyImport_FrozenModules: [u64; 1];
    PyImport_Inittab: [u64; 1];
    PyOS_InputHook: [u64; 1];
    PyOS_ReadlineFunctionPointer: [u64; 1];
    PySTEntry_Type: [u64; 51];
    _PyHamtItems_Type: [u64; 51];
    _PyHamtKeys_Type: [u64; 51];
    _PyHamtValues_Type: [u64; 51];
    _PyHamt_ArrayNode_Type: [u64; 51];
    _PyHamt_BitmapNode_Type: [u64; 51];
    _PyHamt_CollisionNode_Type: [u64; 51];
    _PyHamt_Type: [u64; 51];
    _PyLong_One: [u64; 1];
    _PyLong_Zero: [u64; 1];
    _PyOS_ReadlineTState: [u64; 1];
    _PyParser_Grammar: [u64; 5];
    _PyParser_TokenNames: [u64; 64];
    _PyRuntime: [u64; 82];
    _PySet_Dummy: [u64; 1];
    _Py_CheckRecursionLimit: [u32; 1];
    _Py_HashSecret: [u64; 3];
    _Py_SwappedOp: [u64; 3];
    _Py_path_config: [u64; 6];
    _Py_tracemalloc_config: [u32; 3];
}
