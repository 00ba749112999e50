//! The structs of 3.11 that differ from other versions', or that pyo3-ffi keeps opaque.

use std::mem::{offset_of, size_of};

use gimbal_abi::*;

use crate::Layout;

/// Internal headers with their declarations.
pub const INTERNAL: &[&str] = &["pycore_moduleobject.h", "pycore_frame.h"];

/// Structs that no header declares.
pub const UNDECLARED: &[&str] = &[];

pub fn layouts() -> Vec<Layout> {
    let mut layouts = layouts! { true;
        PyGenObject { ob_base, gi_code, gi_weakreflist, gi_name, gi_qualname, gi_exc_state,
            gi_origin_or_finalizer, gi_hooks_inited, gi_closed, gi_running_async, gi_frame_state, gi_iframe }
        PyConfig { _config_init, isolated, use_environment, dev_mode, install_signal_handlers,
            use_hash_seed, hash_seed, faulthandler, tracemalloc, import_time, code_debug_ranges, show_ref_count,
            dump_refs, dump_refs_file, malloc_stats, filesystem_encoding, filesystem_errors, pycache_prefix,
            parse_argv, orig_argv, argv, xoptions, warnoptions, site_import, bytes_warning, warn_default_encoding,
            inspect, interactive, optimization_level, parser_debug, write_bytecode, verbose, quiet,
            user_site_directory, configure_c_stdio, buffered_stdio, stdio_encoding, stdio_errors,
            check_hash_pycs_mode, use_frozen_modules, safe_path, pathconfig_warnings, program_name, pythonpath_env,
            home, platlibdir, module_search_paths_set, module_search_paths, stdlib_dir, executable, base_executable,
            prefix, base_prefix, exec_prefix, base_exec_prefix, skip_source_first_line, run_command, run_module,
            run_filename, _install_importlib, _init_main, _isolated_interpreter, _is_python_build }
        LongObject = "PyLongObject" { ob_base, ob_digit }
        ModuleObject = "PyModuleObject" { ob_base, md_dict, md_def, md_state, md_weaklist, md_name }
        ErrStackItem = "_PyErr_StackItem" { exc_value, previous_item }
        CodeObject = "PyCodeObject" { ob_base, co_consts, co_names, co_exceptiontable, co_flags, co_warmup,
            _co_linearray_entry_size, co_argcount, co_posonlyargcount, co_kwonlyargcount, co_stacksize, co_firstlineno,
            co_nlocalsplus, co_nlocals, co_nplaincellvars, co_ncellvars, co_nfreevars, co_localsplusnames,
            co_localspluskinds, co_filename, co_name, co_qualname, co_linetable, co_weakreflist, _co_code,
            _co_linearray, _co_firsttraceable, co_extra, co_code_adaptive }
        InterpreterFrame = "_PyInterpreterFrame" { f_func, f_globals, f_builtins, f_locals, f_code, frame_obj,
            previous, prev_instr, stacktop, is_entry, owner, localsplus }
        CFrame = "_PyCFrame" { use_tracing, current_frame, previous }
    };
    layouts.extend(layouts! { false;
        FrameObject = "PyFrameObject" { ob_base, f_back, f_frame, f_trace, f_lineno, f_trace_lines, f_trace_opcodes,
            f_fast_as_locals, data = "_f_frame_data" }
        ThreadState = "PyThreadState" { prev, next, interp, initialized = "_initialized", is_static = "_static",
            recursion_remaining, recursion_limit, recursion_headroom, tracing, tracing_what, cframe, c_profilefunc,
            c_tracefunc, c_profileobj, c_traceobj, curexc_type, curexc_value, curexc_traceback, exc_info, dict,
            gilstate_counter, async_exc, thread_id, native_thread_id, trash_delete_nesting, trash_delete_later,
            on_delete, on_delete_data, coroutine_origin_tracking_depth, async_gen_firstiter, async_gen_finalizer,
            context, context_ver, id }
    });
    layouts
}
