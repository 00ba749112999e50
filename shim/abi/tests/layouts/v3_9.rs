//! The structs of 3.9 that differ from other versions', or that pyo3-ffi keeps opaque.

use std::mem::{offset_of, size_of};

use gimbal_abi::*;

use crate::Layout;

/// Internal headers with their declarations.
pub const INTERNAL: &[&str] = &[];

/// Structs that no header declares.
pub const UNDECLARED: &[&str] = &["ModuleObject"];

pub fn layouts() -> Vec<Layout> {
    layouts! { true;
        PyConfig { _config_init, isolated, use_environment, dev_mode, install_signal_handlers, use_hash_seed, hash_seed }
        LongObject = "PyLongObject" { ob_base, ob_digit }
        ErrStackItem = "_PyErr_StackItem" { exc_type, exc_value, exc_traceback, previous_item }
        ThreadState = "PyThreadState" { prev, next, interp, frame, recursion_depth, overflowed, recursion_critical, stackcheck_counter, tracing, use_tracing, c_profilefunc, c_tracefunc, c_profileobj, c_traceobj, curexc_type, curexc_value, curexc_traceback, exc_state, exc_info, dict, gilstate_counter, async_exc, thread_id, trash_delete_nesting, trash_delete_later, on_delete, on_delete_data, coroutine_origin_tracking_depth, async_gen_firstiter, async_gen_finalizer, context, context_ver, id }
        CodeObject = "PyCodeObject" { ob_base, co_argcount, co_posonlyargcount, co_kwonlyargcount, co_nlocals, co_stacksize, co_flags, co_firstlineno, co_code, co_consts, co_names, co_varnames, co_freevars, co_cellvars, co_cell2arg, co_filename, co_name, co_lnotab, co_zombieframe, co_weakreflist, co_extra, co_opcache_map, co_opcache, co_opcache_flag, co_opcache_size }
        TryBlock = "PyTryBlock" { b_type, b_handler, b_level }
        FrameObject = "PyFrameObject" { ob_base, f_back, f_code, f_builtins, f_globals, f_locals, f_valuestack, f_stacktop, f_trace, f_trace_lines, f_trace_opcodes, f_gen, f_lasti, f_lineno, f_iblock, f_executing, f_blockstack, f_localsplus }
    }
}
