//! The structs of 3.14 that differ from other versions', or that pyo3-ffi keeps opaque.

use std::mem::{offset_of, size_of};

use gimbal_abi::*;

use crate::Layout;

/// Internal headers with their declarations.
pub const INTERNAL: &[&str] = &[
    "pycore_moduleobject.h",
    "pycore_frame.h",
    "pycore_interpframe_structs.h",
];

/// Structs that the headers of this build do not declare.
pub const UNDECLARED: &[&str] = if cfg!(Py_GIL_DISABLED) {
    &[]
} else {
    &["CriticalSection", "CriticalSection2"]
};

pub fn layouts() -> Vec<Layout> {
    let mut layouts = layouts! { true;
        PyConfig { _config_init, isolated, use_environment, dev_mode, install_signal_handlers, use_hash_seed, hash_seed }
        LongObject = "PyLongObject" { ob_base, long_value }
        LongValue = "_PyLongValue" { lv_tag, ob_digit }
        ModuleObject = "PyModuleObject" { ob_base, md_dict, md_def, md_state, md_weaklist, md_name, #[cfg(Py_GIL_DISABLED)] md_gil }
        ErrStackItem = "_PyErr_StackItem" { exc_value, previous_item }
        CodeObject = "PyCodeObject" { ob_base, co_consts, co_names, co_exceptiontable, co_flags, co_argcount, co_posonlyargcount, co_kwonlyargcount, co_stacksize, co_firstlineno, co_nlocalsplus, co_framesize, co_nlocals, co_ncellvars, co_nfreevars, co_version, co_localsplusnames, co_localspluskinds, co_filename, co_name, co_qualname, co_linetable, co_weakreflist, co_executors, _co_cached, _co_instrumentation_version, _co_monitoring, _co_unique_id, _co_firsttraceable, co_extra, #[cfg(Py_GIL_DISABLED)] co_tlbc, co_code_adaptive }
        InterpreterFrame = "_PyInterpreterFrame" { f_executable, previous, f_funcobj, f_globals, f_builtins, f_locals, frame_obj, instr_ptr, stackpointer, #[cfg(Py_GIL_DISABLED)] tlbc_index, return_offset, owner, visited, localsplus }
    };
    layouts.extend(layouts! { false;
        ThreadState = "PyThreadState" { prev, next, interp, eval_breaker, status = "_status", holds_gil, whence = "_whence", state, py_recursion_remaining, py_recursion_limit, recursion_headroom, tracing, what_event, current_frame, c_profilefunc, c_tracefunc, c_profileobj, c_traceobj, current_exception, exc_info, dict, gilstate_counter, async_exc, thread_id, native_thread_id, delete_later, critical_section, coroutine_origin_tracking_depth, async_gen_firstiter, async_gen_finalizer, context, context_ver, id }
        FrameObject = "PyFrameObject" { ob_base, f_back, f_frame, f_trace, f_lineno, f_trace_lines, f_trace_opcodes, f_extra_locals, f_locals_cache, f_overwritten_fast_locals, data = "_f_frame_data" }
    });
    #[cfg(Py_GIL_DISABLED)]
    layouts.extend(layouts! { true;
        CriticalSection = "PyCriticalSection" { prev = "_cs_prev", mutex = "_cs_mutex" }
        CriticalSection2 = "PyCriticalSection2" { base = "_cs_base", mutex2 = "_cs_mutex2" }
    });
    layouts
}
