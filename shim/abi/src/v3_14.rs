//! What pyo3-ffi keeps opaque of 3.14.

use core::ffi::{c_char, c_int, c_uint, c_ulong, c_void};

#[cfg(Py_GIL_DISABLED)]
use pyo3_ffi::PyMutex;
use pyo3_ffi::{PyFrameObject, PyObject, PyVarObject};

/// `_PyErr_StackItem`: one entry of the stack of exceptions being handled.
#[repr(C)]
pub struct ErrStackItem {
    /// The exception being handled, or NULL or None.
    pub exc_value: *mut PyObject,
    /// Next outer entry.
    pub previous_item: *mut ErrStackItem,
}

/// The head of `PyThreadState`, down to what compiled code reads in place.
#[repr(C)]
pub struct ThreadState {
    /// Other threads' states; unused here.
    pub prev: *mut ThreadState,
    /// Other threads' states; unused here.
    pub next: *mut ThreadState,
    /// The one interpreter.
    pub interp: *mut c_void,
    /// Unused here.
    pub eval_breaker: usize,
    /// CPython's stages of life, as bits.
    pub status: c_uint,
    /// Unused here.
    pub holds_gil: c_int,
    /// Unused here.
    pub whence: c_int,
    /// CPython's attached or detached.
    pub state: c_int,
    /// Levels left before `RecursionError`.
    pub py_recursion_remaining: c_int,
    /// The limit.
    pub py_recursion_limit: c_int,
    /// Extra levels while an error is being handled.
    pub recursion_headroom: c_int,
    /// Tracing depth.
    pub tracing: c_int,
    /// Unused here.
    pub what_event: c_int,
    /// Always NULL here.
    pub current_frame: *mut c_void,
    /// Always NULL here.
    pub c_profilefunc: *mut c_void,
    /// Always NULL here.
    pub c_tracefunc: *mut c_void,
    /// Always NULL here.
    pub c_profileobj: *mut PyObject,
    /// Always NULL here.
    pub c_traceobj: *mut PyObject,
    /// The error indicator.
    pub current_exception: *mut PyObject,
    /// Top of the stack of exceptions being handled; never NULL.
    pub exc_info: *mut ErrStackItem,
    /// `PyThreadState_GetDict`.
    pub dict: *mut PyObject,
    /// Depth of `PyGILState_Ensure`.
    pub gilstate_counter: c_int,
    /// Unused here.
    pub async_exc: *mut PyObject,
    /// `PyThread_get_thread_ident` of the thread.
    pub thread_id: c_ulong,
    /// The kernel's thread id.
    pub native_thread_id: c_ulong,
    /// Objects put off by the trashcan.
    pub delete_later: *mut PyObject,
    /// The innermost critical section, its kind in the low bits.
    pub critical_section: usize,
    /// Unused here.
    pub coroutine_origin_tracking_depth: c_int,
    /// Unused here.
    pub async_gen_firstiter: *mut PyObject,
    /// Unused here.
    pub async_gen_finalizer: *mut PyObject,
    /// `PyContext_CopyCurrent`.
    pub context: *mut PyObject,
    /// Changes with the context.
    pub context_ver: u64,
    /// Number of the thread.
    pub id: u64,
    /// CPython's stack and caches, unused; pads the struct to at least CPython's size.
    pub rest: [usize; 128],
}

/// `PyCodeObject`: the head that compiled code reads and writes.
#[repr(C)]
pub struct CodeObject {
    /// Head.
    pub ob_base: PyVarObject,
    /// Constants.
    pub co_consts: *mut PyObject,
    /// Names.
    pub co_names: *mut PyObject,
    /// Exception table.
    pub co_exceptiontable: *mut PyObject,
    /// `CO_*` flags.
    pub co_flags: c_int,
    /// Number of arguments.
    pub co_argcount: c_int,
    /// Number of positional-only arguments.
    pub co_posonlyargcount: c_int,
    /// Number of keyword-only arguments.
    pub co_kwonlyargcount: c_int,
    /// Stack size.
    pub co_stacksize: c_int,
    /// First line.
    pub co_firstlineno: c_int,
    /// Number of local, cell and free variables.
    pub co_nlocalsplus: c_int,
    /// Size of a frame.
    pub co_framesize: c_int,
    /// Number of local variables.
    pub co_nlocals: c_int,
    /// Number of cell variables.
    pub co_ncellvars: c_int,
    /// Number of free variables.
    pub co_nfreevars: c_int,
    /// Version.
    pub co_version: u32,
    /// Names of all variables.
    pub co_localsplusnames: *mut PyObject,
    /// Their kinds.
    pub co_localspluskinds: *mut PyObject,
    /// File.
    pub co_filename: *mut PyObject,
    /// Name.
    pub co_name: *mut PyObject,
    /// Qualified name.
    pub co_qualname: *mut PyObject,
    /// Line table.
    pub co_linetable: *mut PyObject,
    /// Weak references.
    pub co_weakreflist: *mut PyObject,
    /// Unused here.
    pub co_executors: *mut c_void,
    /// Unused here.
    pub _co_cached: *mut c_void,
    /// Unused here.
    pub _co_instrumentation_version: usize,
    /// Unused here.
    pub _co_monitoring: *mut c_void,
    /// Unused here.
    pub _co_unique_id: isize,
    /// First traceable instruction; Cython writes it.
    pub _co_firsttraceable: c_int,
    /// Extra data of extensions.
    pub co_extra: *mut c_void,
    /// Bytecode of each thread.
    #[cfg(Py_GIL_DISABLED)]
    pub co_tlbc: *mut c_void,
    /// Bytecode.
    pub co_code_adaptive: [c_char; 1],
}

/// `_PyInterpreterFrame`.
#[repr(C)]
pub struct InterpreterFrame {
    /// Code, tagged.
    pub f_executable: usize,
    /// Next outer frame.
    pub previous: *mut InterpreterFrame,
    /// Function, tagged.
    pub f_funcobj: usize,
    /// Globals.
    pub f_globals: *mut PyObject,
    /// Builtins.
    pub f_builtins: *mut PyObject,
    /// Locals.
    pub f_locals: *mut PyObject,
    /// Frame object.
    pub frame_obj: *mut PyFrameObject,
    /// Instruction.
    pub instr_ptr: *mut c_void,
    /// Stack top.
    pub stackpointer: *mut usize,
    /// Which bytecode.
    #[cfg(Py_GIL_DISABLED)]
    pub tlbc_index: i32,
    /// Unused here.
    pub return_offset: u16,
    /// Owner.
    pub owner: c_char,
    /// Unused here.
    pub visited: u8,
    /// Variables and stack, as many as the code asks for.
    pub localsplus: [usize; 1],
}

/// `PyFrameObject` that owns its interpreter frame.
#[repr(C)]
pub struct FrameObject {
    /// Head.
    pub ob_base: PyObject,
    /// Next outer frame.
    pub f_back: *mut PyFrameObject,
    /// Frame data.
    pub f_frame: *mut InterpreterFrame,
    /// Trace function.
    pub f_trace: *mut PyObject,
    /// Line; Cython writes it.
    pub f_lineno: c_int,
    /// Trace lines?
    pub f_trace_lines: c_char,
    /// Trace opcodes?
    pub f_trace_opcodes: c_char,
    /// Unused here.
    pub f_extra_locals: *mut PyObject,
    /// Unused here.
    pub f_locals_cache: *mut PyObject,
    /// Unused here.
    pub f_overwritten_fast_locals: *mut PyObject,
    /// The frame data.
    pub data: InterpreterFrame,
}

/// `PyCriticalSection`.
#[cfg(Py_GIL_DISABLED)]
#[repr(C)]
pub struct CriticalSection {
    /// The section around it, its kind in the low bits.
    pub prev: usize,
    /// The lock it holds.
    pub mutex: *mut PyMutex,
}

/// `PyCriticalSection2`.
#[cfg(Py_GIL_DISABLED)]
#[repr(C)]
pub struct CriticalSection2 {
    /// With the first lock.
    pub base: CriticalSection,
    /// The second lock.
    pub mutex2: *mut PyMutex,
}
