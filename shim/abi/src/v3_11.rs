//! What pyo3-ffi keeps opaque of 3.11.

use core::ffi::{c_char, c_int, c_long, c_ulong, c_void};

use pyo3_ffi::{PyCodeObject, PyFrameObject, PyObject, PyVarObject};

/// `_PyErr_StackItem` of 3.11: one entry of the stack of exceptions being handled.
#[repr(C)]
pub struct ErrStackItem {
    /// The exception being handled, or NULL or None.
    pub exc_value: *mut PyObject,
    /// Next outer entry.
    pub previous_item: *mut ErrStackItem,
}

/// `_PyCFrame` of 3.11.
#[repr(C)]
pub struct CFrame {
    /// Non-zero while a trace or profile function is set; Cython reads it.
    pub use_tracing: u8,
    /// The running interpreter frame (always NULL here).
    pub current_frame: *mut c_void,
    /// Next outer frame.
    pub previous: *mut CFrame,
}

/// The head of `PyThreadState` of 3.11, down to what compiled code reads in place.
#[repr(C)]
pub struct ThreadState {
    /// Other threads' states; unused here.
    pub prev: *mut ThreadState,
    /// Other threads' states; unused here.
    pub next: *mut ThreadState,
    /// The one interpreter.
    pub interp: *mut c_void,
    /// CPython's `_initialized`.
    pub initialized: c_int,
    /// CPython's `_static`.
    pub is_static: c_int,
    /// Levels left before `RecursionError`.
    pub recursion_remaining: c_int,
    /// The limit.
    pub recursion_limit: c_int,
    /// Extra levels while an error is being handled.
    pub recursion_headroom: c_int,
    /// Tracing depth.
    pub tracing: c_int,
    /// Event being traced.
    pub tracing_what: c_int,
    /// Never NULL.
    pub cframe: *mut CFrame,
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
    /// Debugging data stack, unused; pads the struct to at least CPython's size.
    pub rest: [c_long; 64],
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
    /// Quickening counter.
    pub co_warmup: i16,
    /// Entry size of the line array.
    pub _co_linearray_entry_size: i16,
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
    /// Number of local variables.
    pub co_nlocals: c_int,
    /// Number of cell variables that are not arguments.
    pub co_nplaincellvars: c_int,
    /// Number of cell variables.
    pub co_ncellvars: c_int,
    /// Number of free variables.
    pub co_nfreevars: c_int,
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
    /// Cached bytecode.
    pub _co_code: *mut PyObject,
    /// Line array.
    pub _co_linearray: *mut c_char,
    /// First traceable instruction; Cython writes it.
    pub _co_firsttraceable: c_int,
    /// Extra data of extensions.
    pub co_extra: *mut c_void,
    /// Bytecode.
    pub co_code_adaptive: [c_char; 1],
}

/// `_PyInterpreterFrame` of 3.11.
#[repr(C)]
pub struct InterpreterFrame {
    /// Function.
    pub f_func: *mut PyObject,
    /// Globals.
    pub f_globals: *mut PyObject,
    /// Builtins.
    pub f_builtins: *mut PyObject,
    /// Locals.
    pub f_locals: *mut PyObject,
    /// Code.
    pub f_code: *mut PyCodeObject,
    /// Frame object.
    pub frame_obj: *mut PyFrameObject,
    /// Next outer frame.
    pub previous: *mut InterpreterFrame,
    /// Instruction before the next one.
    pub prev_instr: *mut u16,
    /// Stack top.
    pub stacktop: c_int,
    /// Entry frame of a C call?
    pub is_entry: bool,
    /// Owner.
    pub owner: c_char,
    /// Variables and stack, as many as the code asks for.
    pub localsplus: [*mut PyObject; 1],
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
    /// Fast locals copied?
    pub f_fast_as_locals: c_char,
    /// The frame data.
    pub data: InterpreterFrame,
}
