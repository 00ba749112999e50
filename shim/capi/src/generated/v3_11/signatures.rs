//! Checks at compile time that the functions written for 3.11 have CPython's signatures.
//!
//! DO NOT EDIT: generated from shim/symbols by `cargo run -p gimbal-codegen -- write`.

// Not checked:
//   PyArg_VaParse: `va_list` has no Rust name in types.toml
//   PyArg_VaParseTupleAndKeywords: `va_list` has no Rust name in types.toml
//   PyBytes_FromFormatV: `va_list` has no Rust name in types.toml
//   PyErr_FormatV: `va_list` has no Rust name in types.toml
//   PyOS_vsnprintf: `va_list` has no Rust name in types.toml
//   PyUnicode_FromFormatV: `va_list` has no Rust name in types.toml
//   Py_VaBuildValue: `va_list` has no Rust name in types.toml
//   _PyArg_UnpackKeywords: `struct _PyArg_Parser` has no Rust name in types.toml
//   _PyArg_UnpackKeywordsWithVararg: `struct _PyArg_Parser` has no Rust name in types.toml
//   _PyArg_VaParseTupleAndKeywordsFast: `struct _PyArg_Parser` has no Rust name in types.toml
//   _PyArg_VaParseTupleAndKeywordsFast_SizeT: `struct _PyArg_Parser` has no Rust name in types.toml
//   _PyArg_VaParseTupleAndKeywords_SizeT: `va_list` has no Rust name in types.toml
//   _PyArg_VaParse_SizeT: `va_list` has no Rust name in types.toml
//   _PyErr_GetTopmostException: `_PyErr_StackItem` has no Rust name in types.toml
//   _Py_VaBuildStack: `va_list` has no Rust name in types.toml
//   _Py_VaBuildStack_SizeT: `va_list` has no Rust name in types.toml
//   _Py_VaBuildValue_SizeT: `va_list` has no Rust name in types.toml

use std::ffi::*;

use gimbal_abi::*;

signatures! {
    crate::varargs::parse::PyArg_ValidateKeywordArguments: (*mut PyObject) -> c_int;
    crate::methodobject::PyCFunction_Call: (*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::methodobject::PyCFunction_GetFlags: (*mut PyObject) -> c_int;
    crate::methodobject::PyCFunction_GetFunction: (*mut PyObject) -> Option<PyCFunction>;
    crate::methodobject::PyCFunction_GetSelf: (*mut PyObject) -> *mut PyObject;
    crate::methodobject::PyCFunction_New: (*mut PyMethodDef, *mut PyObject) -> *mut PyObject;
    crate::methodobject::PyCFunction_NewEx: (*mut PyMethodDef, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::methodobject::PyCMethod_New: (*mut PyMethodDef, *mut PyObject, *mut PyObject, *mut PyTypeObject) -> *mut PyObject;
    crate::pycapsule::PyCapsule_GetContext: (*mut PyObject) -> *mut c_void;
    crate::pycapsule::PyCapsule_GetDestructor: (*mut PyObject) -> Option<PyCapsule_Destructor>;
    crate::pycapsule::PyCapsule_GetName: (*mut PyObject) -> *const c_char;
    crate::pycapsule::PyCapsule_GetPointer: (*mut PyObject, *const c_char) -> *mut c_void;
    crate::pycapsule::PyCapsule_Import: (*const c_char, c_int) -> *mut c_void;
    crate::pycapsule::PyCapsule_IsValid: (*mut PyObject, *const c_char) -> c_int;
    crate::pycapsule::PyCapsule_New: (*mut c_void, *const c_char, Option<PyCapsule_Destructor>) -> *mut PyObject;
    crate::pycapsule::PyCapsule_SetContext: (*mut PyObject, *mut c_void) -> c_int;
    crate::pycapsule::PyCapsule_SetDestructor: (*mut PyObject, Option<PyCapsule_Destructor>) -> c_int;
    crate::pycapsule::PyCapsule_SetName: (*mut PyObject, *const c_char) -> c_int;
    crate::pycapsule::PyCapsule_SetPointer: (*mut PyObject, *mut c_void) -> c_int;
    crate::code::PyCode_Addr2Line: (*mut PyCodeObject, c_int) -> c_int;
    crate::code::PyCode_GetCellvars: (*mut PyCodeObject) -> *mut PyObject;
    crate::code::PyCode_GetCode: (*mut PyCodeObject) -> *mut PyObject;
    crate::code::PyCode_GetFreevars: (*mut PyCodeObject) -> *mut PyObject;
    crate::code::PyCode_GetVarnames: (*mut PyCodeObject) -> *mut PyObject;
    crate::code::PyCode_New: (c_int, c_int, c_int, c_int, c_int, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, c_int, *mut PyObject, *mut PyObject) -> *mut PyCodeObject;
    crate::code::PyCode_NewEmpty: (*const c_char, *const c_char, c_int) -> *mut PyCodeObject;
    crate::code::PyCode_NewWithPosOnlyArgs: (c_int, c_int, c_int, c_int, c_int, c_int, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, c_int, *mut PyObject, *mut PyObject) -> *mut PyCodeObject;
    crate::descrobject::PyDescr_NewClassMethod: (*mut PyTypeObject, *mut PyMethodDef) -> *mut PyObject;
    crate::descrobject::PyDescr_NewGetSet: (*mut PyTypeObject, *mut PyGetSetDef) -> *mut PyObject;
    crate::descrobject::PyDescr_NewMember: (*mut PyTypeObject, *mut PyMemberDef) -> *mut PyObject;
    crate::descrobject::PyDescr_NewMethod: (*mut PyTypeObject, *mut PyMethodDef) -> *mut PyObject;
    crate::pyerrors::PyErr_BadArgument: () -> c_int;
    crate::pyerrors::PyErr_BadInternalCall: () -> ();
    crate::pyerrors::PyErr_CheckSignals: () -> c_int;
    crate::pyerrors::PyErr_Clear: () -> ();
    crate::pyerrors::PyErr_ExceptionMatches: (*mut PyObject) -> c_int;
    crate::pyerrors::PyErr_Fetch: (*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject) -> ();
    crate::pyerrors::PyErr_GetExcInfo: (*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject) -> ();
    crate::pyerrors::PyErr_GetHandledException: () -> *mut PyObject;
    crate::pyerrors::PyErr_GivenExceptionMatches: (*mut PyObject, *mut PyObject) -> c_int;
    crate::pyerrors::PyErr_NewException: (*const c_char, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::pyerrors::PyErr_NewExceptionWithDoc: (*const c_char, *const c_char, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::pyerrors::PyErr_NoMemory: () -> *mut PyObject;
    crate::pyerrors::PyErr_NormalizeException: (*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject) -> ();
    crate::pyerrors::PyErr_Occurred: () -> *mut PyObject;
    crate::pyerrors::PyErr_ProgramText: (*const c_char, c_int) -> *mut PyObject;
    crate::pyerrors::PyErr_ProgramTextObject: (*mut PyObject, c_int) -> *mut PyObject;
    crate::pyerrors::PyErr_RangedSyntaxLocationObject: (*mut PyObject, c_int, c_int, c_int, c_int) -> ();
    crate::pyerrors::PyErr_Restore: (*mut PyObject, *mut PyObject, *mut PyObject) -> ();
    crate::pyerrors::PyErr_SetExcInfo: (*mut PyObject, *mut PyObject, *mut PyObject) -> ();
    crate::pyerrors::PyErr_SetFromErrno: (*mut PyObject) -> *mut PyObject;
    crate::pyerrors::PyErr_SetFromErrnoWithFilename: (*mut PyObject, *const c_char) -> *mut PyObject;
    crate::pyerrors::PyErr_SetFromErrnoWithFilenameObject: (*mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::pyerrors::PyErr_SetFromErrnoWithFilenameObjects: (*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::pyerrors::PyErr_SetHandledException: (*mut PyObject) -> ();
    crate::pyerrors::PyErr_SetImportError: (*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::pyerrors::PyErr_SetImportErrorSubclass: (*mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::pyerrors::PyErr_SetInterrupt: () -> ();
    crate::pyerrors::PyErr_SetInterruptEx: (c_int) -> c_int;
    crate::pyerrors::PyErr_SetNone: (*mut PyObject) -> ();
    crate::pyerrors::PyErr_SetObject: (*mut PyObject, *mut PyObject) -> ();
    crate::pyerrors::PyErr_SetString: (*mut PyObject, *const c_char) -> ();
    crate::pyerrors::PyErr_SyntaxLocation: (*const c_char, c_int) -> ();
    crate::pyerrors::PyErr_SyntaxLocationEx: (*const c_char, c_int, c_int) -> ();
    crate::pyerrors::PyErr_SyntaxLocationObject: (*mut PyObject, c_int, c_int) -> ();
    crate::warnings::PyErr_WarnEx: (*mut PyObject, *const c_char, Py_ssize_t) -> c_int;
    crate::warnings::PyErr_WarnExplicit: (*mut PyObject, *const c_char, *const c_char, c_int, *const c_char, *mut PyObject) -> c_int;
    crate::warnings::PyErr_WarnExplicitObject: (*mut PyObject, *mut PyObject, *mut PyObject, c_int, *mut PyObject, *mut PyObject) -> c_int;
    crate::pyerrors::PyErr_WriteUnraisable: (*mut PyObject) -> ();
    crate::ceval::PyEval_AcquireLock: () -> ();
    crate::ceval::PyEval_AcquireThread: (*mut PyThreadState) -> ();
    crate::ceval::PyEval_CallObjectWithKeywords: (*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::ceval::PyEval_EvalCode: (*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::ceval::PyEval_GetBuiltins: () -> *mut PyObject;
    crate::ceval::PyEval_GetFrame: () -> *mut PyFrameObject;
    crate::ceval::PyEval_GetFuncDesc: (*mut PyObject) -> *const c_char;
    crate::ceval::PyEval_GetFuncName: (*mut PyObject) -> *const c_char;
    crate::ceval::PyEval_GetGlobals: () -> *mut PyObject;
    crate::ceval::PyEval_GetLocals: () -> *mut PyObject;
    crate::ceval::PyEval_InitThreads: () -> ();
    crate::ceval::PyEval_MergeCompilerFlags: (*mut PyCompilerFlags) -> c_int;
    crate::ceval::PyEval_ReleaseLock: () -> ();
    crate::ceval::PyEval_ReleaseThread: (*mut PyThreadState) -> ();
    crate::ceval::PyEval_RestoreThread: (*mut PyThreadState) -> ();
    crate::ceval::PyEval_SaveThread: () -> *mut PyThreadState;
    crate::ceval::PyEval_ThreadsInitialized: () -> c_int;
    crate::exceptions::PyExceptionClass_Name: (*mut PyObject) -> *const c_char;
    crate::exceptions::PyException_GetCause: (*mut PyObject) -> *mut PyObject;
    crate::exceptions::PyException_GetContext: (*mut PyObject) -> *mut PyObject;
    crate::exceptions::PyException_GetTraceback: (*mut PyObject) -> *mut PyObject;
    crate::exceptions::PyException_SetCause: (*mut PyObject, *mut PyObject) -> ();
    crate::exceptions::PyException_SetContext: (*mut PyObject, *mut PyObject) -> ();
    crate::exceptions::PyException_SetTraceback: (*mut PyObject, *mut PyObject) -> c_int;
    crate::frameobject::PyFrame_FastToLocals: (*mut PyFrameObject) -> ();
    crate::frameobject::PyFrame_FastToLocalsWithError: (*mut PyFrameObject) -> c_int;
    crate::frameobject::PyFrame_GetBack: (*mut PyFrameObject) -> *mut PyFrameObject;
    crate::frameobject::PyFrame_GetBuiltins: (*mut PyFrameObject) -> *mut PyObject;
    crate::frameobject::PyFrame_GetCode: (*mut PyFrameObject) -> *mut PyCodeObject;
    crate::frameobject::PyFrame_GetGenerator: (*mut PyFrameObject) -> *mut PyObject;
    crate::frameobject::PyFrame_GetGlobals: (*mut PyFrameObject) -> *mut PyObject;
    crate::frameobject::PyFrame_GetLasti: (*mut PyFrameObject) -> c_int;
    crate::frameobject::PyFrame_GetLineNumber: (*mut PyFrameObject) -> c_int;
    crate::frameobject::PyFrame_GetLocals: (*mut PyFrameObject) -> *mut PyObject;
    crate::frameobject::PyFrame_LocalsToFast: (*mut PyFrameObject, c_int) -> ();
    crate::frameobject::PyFrame_New: (*mut PyThreadState, *mut PyCodeObject, *mut PyObject, *mut PyObject) -> *mut PyFrameObject;
    crate::pystate::PyGILState_Check: () -> c_int;
    crate::pystate::PyGILState_Ensure: () -> PyGILState_STATE;
    crate::pystate::PyGILState_GetThisThreadState: () -> *mut PyThreadState;
    crate::pystate::PyGILState_Release: (PyGILState_STATE) -> ();
    crate::import::PyImport_AddModule: (*const c_char) -> *mut PyObject;
    crate::import::PyImport_AddModuleObject: (*mut PyObject) -> *mut PyObject;
    crate::import::PyImport_ExecCodeModule: (*const c_char, *mut PyObject) -> *mut PyObject;
    crate::import::PyImport_ExecCodeModuleEx: (*const c_char, *mut PyObject, *const c_char) -> *mut PyObject;
    crate::import::PyImport_ExecCodeModuleObject: (*mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::import::PyImport_ExecCodeModuleWithPathnames: (*const c_char, *mut PyObject, *const c_char, *const c_char) -> *mut PyObject;
    crate::import::PyImport_GetImporter: (*mut PyObject) -> *mut PyObject;
    crate::import::PyImport_GetMagicNumber: () -> c_long;
    crate::import::PyImport_GetMagicTag: () -> *const c_char;
    crate::import::PyImport_GetModule: (*mut PyObject) -> *mut PyObject;
    crate::import::PyImport_GetModuleDict: () -> *mut PyObject;
    crate::import::PyImport_Import: (*mut PyObject) -> *mut PyObject;
    crate::import::PyImport_ImportModule: (*const c_char) -> *mut PyObject;
    crate::import::PyImport_ImportModuleLevel: (*const c_char, *mut PyObject, *mut PyObject, *mut PyObject, c_int) -> *mut PyObject;
    crate::import::PyImport_ImportModuleLevelObject: (*mut PyObject, *mut PyObject, *mut PyObject, *mut PyObject, c_int) -> *mut PyObject;
    crate::import::PyImport_ImportModuleNoBlock: (*const c_char) -> *mut PyObject;
    crate::import::PyImport_ReloadModule: (*mut PyObject) -> *mut PyObject;
    crate::pystate::PyInterpreterState_Get: () -> *mut PyInterpreterState;
    crate::pystate::PyInterpreterState_GetDict: (*mut PyInterpreterState) -> *mut PyObject;
    crate::pystate::PyInterpreterState_GetID: (*mut PyInterpreterState) -> i64;
    crate::pystate::PyInterpreterState_Head: () -> *mut PyInterpreterState;
    crate::pystate::PyInterpreterState_Main: () -> *mut PyInterpreterState;
    crate::pystate::PyInterpreterState_Next: (*mut PyInterpreterState) -> *mut PyInterpreterState;
    crate::pystate::PyInterpreterState_ThreadHead: (*mut PyInterpreterState) -> *mut PyThreadState;
    crate::structmember::PyMember_GetOne: (*const c_char, *mut PyMemberDef) -> *mut PyObject;
    crate::structmember::PyMember_SetOne: (*mut c_char, *mut PyMemberDef, *mut PyObject) -> c_int;
    crate::moduleobject::PyModuleDef_Init: (*mut PyModuleDef) -> *mut PyObject;
    crate::moduleobject::PyModule_AddFunctions: (*mut PyObject, *mut PyMethodDef) -> c_int;
    crate::moduleobject::PyModule_AddIntConstant: (*mut PyObject, *const c_char, c_long) -> c_int;
    crate::moduleobject::PyModule_AddObject: (*mut PyObject, *const c_char, *mut PyObject) -> c_int;
    crate::moduleobject::PyModule_AddObjectRef: (*mut PyObject, *const c_char, *mut PyObject) -> c_int;
    crate::moduleobject::PyModule_AddStringConstant: (*mut PyObject, *const c_char, *const c_char) -> c_int;
    crate::moduleobject::PyModule_AddType: (*mut PyObject, *mut PyTypeObject) -> c_int;
    crate::moduleobject::PyModule_Create2: (*mut PyModuleDef, c_int) -> *mut PyObject;
    crate::moduleobject::PyModule_ExecDef: (*mut PyObject, *mut PyModuleDef) -> c_int;
    crate::moduleobject::PyModule_FromDefAndSpec2: (*mut PyModuleDef, *mut PyObject, c_int) -> *mut PyObject;
    crate::moduleobject::PyModule_GetDef: (*mut PyObject) -> *mut PyModuleDef;
    crate::moduleobject::PyModule_GetDict: (*mut PyObject) -> *mut PyObject;
    crate::moduleobject::PyModule_GetFilename: (*mut PyObject) -> *const c_char;
    crate::moduleobject::PyModule_GetFilenameObject: (*mut PyObject) -> *mut PyObject;
    crate::moduleobject::PyModule_GetName: (*mut PyObject) -> *const c_char;
    crate::moduleobject::PyModule_GetNameObject: (*mut PyObject) -> *mut PyObject;
    crate::moduleobject::PyModule_GetState: (*mut PyObject) -> *mut c_void;
    crate::moduleobject::PyModule_New: (*const c_char) -> *mut PyObject;
    crate::moduleobject::PyModule_NewObject: (*mut PyObject) -> *mut PyObject;
    crate::moduleobject::PyModule_SetDocString: (*mut PyObject, *const c_char) -> c_int;
    crate::pystate::PyState_AddModule: (*mut PyObject, *mut PyModuleDef) -> c_int;
    crate::pystate::PyState_FindModule: (*mut PyModuleDef) -> *mut PyObject;
    crate::pystate::PyState_RemoveModule: (*mut PyModuleDef) -> c_int;
    crate::pystate::PyThreadState_Clear: (*mut PyThreadState) -> ();
    crate::pystate::PyThreadState_Delete: (*mut PyThreadState) -> ();
    crate::pystate::PyThreadState_DeleteCurrent: () -> ();
    crate::pystate::PyThreadState_EnterTracing: (*mut PyThreadState) -> ();
    crate::pystate::PyThreadState_Get: () -> *mut PyThreadState;
    crate::pystate::PyThreadState_GetDict: () -> *mut PyObject;
    crate::pystate::PyThreadState_GetFrame: (*mut PyThreadState) -> *mut PyFrameObject;
    crate::pystate::PyThreadState_GetID: (*mut PyThreadState) -> u64;
    crate::pystate::PyThreadState_GetInterpreter: (*mut PyThreadState) -> *mut PyInterpreterState;
    crate::pystate::PyThreadState_LeaveTracing: (*mut PyThreadState) -> ();
    crate::pystate::PyThreadState_New: (*mut PyInterpreterState) -> *mut PyThreadState;
    crate::pystate::PyThreadState_Next: (*mut PyThreadState) -> *mut PyThreadState;
    crate::pystate::PyThreadState_SetAsyncExc: (c_ulong, *mut PyObject) -> c_int;
    crate::pystate::PyThreadState_Swap: (*mut PyThreadState) -> *mut PyThreadState;
    crate::traceback::PyTraceBack_Here: (*mut PyFrameObject) -> c_int;
    crate::traceback::PyTraceBack_Print: (*mut PyObject, *mut PyObject) -> c_int;
    crate::typeobject::PyType_ClearCache: () -> c_uint;
    crate::typeobject::PyType_FromModuleAndSpec: (*mut PyObject, *mut PyType_Spec, *mut PyObject) -> *mut PyObject;
    crate::typeobject::PyType_FromSpec: (*mut PyType_Spec) -> *mut PyObject;
    crate::typeobject::PyType_FromSpecWithBases: (*mut PyType_Spec, *mut PyObject) -> *mut PyObject;
    crate::typeobject::PyType_GenericAlloc: (*mut PyTypeObject, Py_ssize_t) -> *mut PyObject;
    crate::typeobject::PyType_GenericNew: (*mut PyTypeObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::typeobject::PyType_GetFlags: (*mut PyTypeObject) -> c_ulong;
    crate::typeobject::PyType_GetModule: (*mut PyTypeObject) -> *mut PyObject;
    crate::typeobject::PyType_GetModuleByDef: (*mut PyTypeObject, *mut PyModuleDef) -> *mut PyObject;
    crate::typeobject::PyType_GetModuleState: (*mut PyTypeObject) -> *mut c_void;
    crate::typeobject::PyType_GetName: (*mut PyTypeObject) -> *mut PyObject;
    crate::typeobject::PyType_GetQualName: (*mut PyTypeObject) -> *mut PyObject;
    crate::typeobject::PyType_GetSlot: (*mut PyTypeObject, c_int) -> *mut c_void;
    crate::typeobject::PyType_IsSubtype: (*mut PyTypeObject, *mut PyTypeObject) -> c_int;
    crate::typeobject::PyType_Modified: (*mut PyTypeObject) -> ();
    crate::typeobject::PyType_Ready: (*mut PyTypeObject) -> c_int;
    crate::exceptions::PyUnicodeDecodeError_Create: (*const c_char, *const c_char, Py_ssize_t, Py_ssize_t, Py_ssize_t, *const c_char) -> *mut PyObject;
    crate::exceptions::PyUnicodeDecodeError_GetEncoding: (*mut PyObject) -> *mut PyObject;
    crate::exceptions::PyUnicodeEncodeError_GetEncoding: (*mut PyObject) -> *mut PyObject;
    crate::ceval::Py_AddPendingCall: (Option<unsafe extern "C" fn(*mut c_void) -> c_int>, *mut c_void) -> c_int;
    crate::ceval::Py_EnterRecursiveCall: (*const c_char) -> c_int;
    crate::pyerrors::Py_FatalError: (*const c_char) -> !;
    crate::ceval::Py_GetRecursionLimit: () -> c_int;
    crate::ceval::Py_LeaveRecursiveCall: () -> ();
    crate::ceval::Py_MakePendingCalls: () -> c_int;
    crate::ceval::Py_SetRecursionLimit: (c_int) -> ();
    crate::varargs::parse::_PyArg_BadArgument: (*const c_char, *const c_char, *const c_char, *mut PyObject) -> ();
    crate::varargs::parse::_PyArg_CheckPositional: (*const c_char, Py_ssize_t, Py_ssize_t, Py_ssize_t) -> c_int;
    crate::varargs::parse::_PyArg_NoKeywords: (*const c_char, *mut PyObject) -> c_int;
    crate::varargs::parse::_PyArg_NoKwnames: (*const c_char, *mut PyObject) -> c_int;
    crate::varargs::parse::_PyArg_NoPositional: (*const c_char, *mut PyObject) -> c_int;
    crate::pyerrors::_PyErr_BadInternalCall: (*const c_char, c_int) -> ();
    crate::pyerrors::_PyErr_ChainExceptions: (*mut PyObject, *mut PyObject, *mut PyObject) -> ();
    crate::pyerrors::_PyErr_CheckSignals: () -> c_int;
    crate::pyerrors::_PyErr_CheckSignalsTstate: (*mut PyThreadState) -> c_int;
    crate::pyerrors::_PyErr_Clear: (*mut PyThreadState) -> ();
    crate::pyerrors::_PyErr_ExceptionMatches: (*mut PyThreadState, *mut PyObject) -> c_int;
    crate::pyerrors::_PyErr_Fetch: (*mut PyThreadState, *mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject) -> ();
    crate::pyerrors::_PyErr_GetExcInfo: (*mut PyThreadState, *mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject) -> ();
    crate::pyerrors::_PyErr_GetHandledException: (*mut PyThreadState) -> *mut PyObject;
    crate::pyerrors::_PyErr_NoMemory: (*mut PyThreadState) -> *mut PyObject;
    crate::pyerrors::_PyErr_NormalizeException: (*mut PyThreadState, *mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject) -> ();
    crate::pyerrors::_PyErr_ProgramDecodedTextObject: (*mut PyObject, c_int, *const c_char) -> *mut PyObject;
    crate::pyerrors::_PyErr_Restore: (*mut PyThreadState, *mut PyObject, *mut PyObject, *mut PyObject) -> ();
    crate::pyerrors::_PyErr_SetHandledException: (*mut PyThreadState, *mut PyObject) -> ();
    crate::pyerrors::_PyErr_SetKeyError: (*mut PyObject) -> ();
    crate::pyerrors::_PyErr_SetNone: (*mut PyThreadState, *mut PyObject) -> ();
    crate::pyerrors::_PyErr_SetObject: (*mut PyThreadState, *mut PyObject, *mut PyObject) -> ();
    crate::pyerrors::_PyErr_SetString: (*mut PyThreadState, *mut PyObject, *const c_char) -> ();
    crate::pyerrors::_PyErr_WriteUnraisableMsg: (*const c_char, *mut PyObject) -> ();
    crate::ceval::_PyEval_GetBuiltin: (*mut PyObject) -> *mut PyObject;
    crate::ceval::_PyEval_GetSwitchInterval: () -> c_ulong;
    crate::ceval::_PyEval_SetSwitchInterval: (c_ulong) -> ();
    crate::ceval::_PyEval_SliceIndex: (*mut PyObject, *mut Py_ssize_t) -> c_int;
    crate::ceval::_PyEval_SliceIndexNotNone: (*mut PyObject, *mut Py_ssize_t) -> c_int;
    crate::frameobject::_PyFrame_IsEntryFrame: (*mut PyFrameObject) -> c_int;
    crate::pystate::_PyGILState_GetInterpreterStateUnsafe: () -> *mut PyInterpreterState;
    crate::import::_PyImport_GetModuleAttr: (*mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::import::_PyImport_GetModuleAttrString: (*const c_char, *const c_char) -> *mut PyObject;
    crate::import::_PyImport_IsInitialized: (*mut PyInterpreterState) -> c_int;
    crate::import::_PyImport_SetModule: (*mut PyObject, *mut PyObject) -> c_int;
    crate::import::_PyImport_SetModuleString: (*const c_char, *mut PyObject) -> c_int;
    crate::moduleobject::_PyModuleSpec_IsInitializing: (*mut PyObject) -> c_int;
    crate::moduleobject::_PyModule_CreateInitialized: (*mut PyModuleDef, c_int) -> *mut PyObject;
    crate::pystate::_PyThreadState_DeleteCurrent: (*mut PyThreadState) -> ();
    crate::pystate::_PyThreadState_GetDict: (*mut PyThreadState) -> *mut PyObject;
    crate::pystate::_PyThreadState_Prealloc: (*mut PyInterpreterState) -> *mut PyThreadState;
    crate::pystate::_PyThreadState_UncheckedGet: () -> *mut PyThreadState;
    crate::traceback::_PyTraceback_Add: (*const c_char, *const c_char, c_int) -> ();
    crate::typeobject::_PyType_CalculateMetaclass: (*mut PyTypeObject, *mut PyObject) -> *mut PyTypeObject;
    crate::typeobject::_PyType_Lookup: (*mut PyTypeObject, *mut PyObject) -> *mut PyObject;
    crate::typeobject::_PyType_Name: (*mut PyTypeObject) -> *const c_char;
    crate::ceval::_Py_CheckRecursiveCall: (*mut PyThreadState, *const c_char) -> c_int;
    crate::pyerrors::_Py_FatalErrorFunc: (*const c_char, *const c_char) -> !;
    crate::pyerrors::_Py_FatalError_TstateNULL: (*const c_char) -> !;
}
