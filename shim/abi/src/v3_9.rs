//! What pyo3-ffi keeps opaque of 3.9.

use core::ffi::{c_char, c_int, c_uchar, c_ulong, c_void};

use pyo3_ffi::{PyCodeObject, PyFrameObject, PyObject, PyVarObject};

/// `_PyErr_StackItem`: one entry of the stack of exceptions being handled.
#[repr(C)]
pub struct ErrStackItem {
    /// Class of the exception being handled, or NULL or None.
    pub exc_type: *mut PyObject,
    /// The exception being handled, or NULL or None.
    pub exc_value: *mut PyObject,
    /// Its traceback.
    pub exc_traceback: *mut PyObject,
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
    /// Always NULL here.
    pub frame: *mut PyFrameObject,
    /// Levels of recursion.
    pub recursion_depth: c_int,
    /// Unused here.
    pub overflowed: c_char,
    /// Unused here.
    pub recursion_critical: c_char,
    /// Unused here.
    pub stackcheck_counter: c_int,
    /// Tracing depth.
    pub tracing: c_int,
    /// Non-zero while a trace or profile function is set; Cython reads it.
    pub use_tracing: c_int,
    /// Always NULL here.
    pub c_profilefunc: *mut c_void,
    /// Always NULL here.
    pub c_tracefunc: *mut c_void,
    /// Always NULL here.
    pub c_profileobj: *mut PyObject,
    /// Always NULL here.
    pub c_traceobj: *mut PyObject,
    /// The error indicator.
    pub curexc_type: *mut PyObject,
    /// The error indicator.
    pub curexc_value: *mut PyObject,
    /// The error indicator.
    pub curexc_traceback: *mut PyObject,
    /// Bottom entry of the stack of exceptions being handled; another one is used here.
    pub exc_state: ErrStackItem,
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
    /// Depth of the trashcan.
    pub trash_delete_nesting: c_int,
    /// Objects put off by the trashcan.
    pub trash_delete_later: *mut PyObject,
    /// Unused here.
    pub on_delete: Option<unsafe extern "C" fn(*mut c_void)>,
    /// Unused here.
    pub on_delete_data: *mut c_void,
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
}

/// `PyCodeObject`.
#[repr(C)]
pub struct CodeObject {
    /// Head.
    pub ob_base: PyObject,
    /// Number of arguments.
    pub co_argcount: c_int,
    /// Number of positional-only arguments.
    pub co_posonlyargcount: c_int,
    /// Number of keyword-only arguments.
    pub co_kwonlyargcount: c_int,
    /// Number of local variables.
    pub co_nlocals: c_int,
    /// Stack size.
    pub co_stacksize: c_int,
    /// `CO_*` flags.
    pub co_flags: c_int,
    /// First line; Cython writes it.
    pub co_firstlineno: c_int,
    /// Bytecode.
    pub co_code: *mut PyObject,
    /// Constants.
    pub co_consts: *mut PyObject,
    /// Names.
    pub co_names: *mut PyObject,
    /// Local variables.
    pub co_varnames: *mut PyObject,
    /// Free variables.
    pub co_freevars: *mut PyObject,
    /// Cell variables.
    pub co_cellvars: *mut PyObject,
    /// Cell variables that are arguments.
    pub co_cell2arg: *mut isize,
    /// File.
    pub co_filename: *mut PyObject,
    /// Name.
    pub co_name: *mut PyObject,
    /// Line table.
    pub co_lnotab: *mut PyObject,
    /// Unused here.
    pub co_zombieframe: *mut c_void,
    /// Weak references.
    pub co_weakreflist: *mut PyObject,
    /// Extra data of extensions.
    pub co_extra: *mut c_void,
    /// Cache.
    pub co_opcache_map: *mut c_uchar,
    /// Cache.
    pub co_opcache: *mut c_void,
    /// Cache.
    pub co_opcache_flag: c_int,
    /// Cache.
    pub co_opcache_size: c_uchar,
}

/// `PyTryBlock`.
#[repr(C)]
pub struct TryBlock {
    /// Kind.
    pub b_type: c_int,
    /// Handler.
    pub b_handler: c_int,
    /// Stack level.
    pub b_level: c_int,
}

/// `PyFrameObject`.
#[repr(C)]
pub struct FrameObject {
    /// Head.
    pub ob_base: PyVarObject,
    /// Next outer frame.
    pub f_back: *mut PyFrameObject,
    /// Code.
    pub f_code: *mut PyCodeObject,
    /// Builtins.
    pub f_builtins: *mut PyObject,
    /// Globals.
    pub f_globals: *mut PyObject,
    /// Locals.
    pub f_locals: *mut PyObject,
    /// Stack.
    pub f_valuestack: *mut *mut PyObject,
    /// Stack.
    pub f_stacktop: *mut *mut PyObject,
    /// Trace function.
    pub f_trace: *mut PyObject,
    /// Trace lines?
    pub f_trace_lines: c_char,
    /// Trace opcodes?
    pub f_trace_opcodes: c_char,
    /// Generator.
    pub f_gen: *mut PyObject,
    /// Last instruction.
    pub f_lasti: c_int,
    /// Line; Cython writes it.
    pub f_lineno: c_int,
    /// Index of the block stack.
    pub f_iblock: c_int,
    /// Running?
    pub f_executing: c_char,
    /// Blocks.
    pub f_blockstack: [TryBlock; 20],
    /// Variables and stack, as many as the code asks for.
    pub f_localsplus: [*mut PyObject; 1],
}
