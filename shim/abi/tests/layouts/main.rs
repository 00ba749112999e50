//! Every struct that the shim lays out, asserted against CPython's headers: Rust's sizes and offsets become
//! `_Static_assert`s in C, which must compile with the flavour's real `Python.h`.

#![allow(deprecated, reason = "a deprecated field has its place all the same")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::mem::{offset_of, size_of};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use gimbal_abi::*;

/// `RustType = "C type" { field, #[cfg(Py_3_11)] field, field = "C field" }`; a C name that equals the Rust name is left out.
macro_rules! layouts {
    ($whole:literal; $($ty:ident $(= $c:literal)? {
        $($(#[$since:meta])? $field:ident $(= $c_field:literal)?),* $(,)?
    })*) => {
        vec![$($crate::Layout {
            rust: stringify!($ty),
            c: layouts!(@name $ty $($c)?),
            size: size_of::<$ty>(),
            fields: Vec::from([$($(#[$since])? (layouts!(@name $field $($c_field)?), offset_of!($ty, $field))),*]),
            whole: $whole,
        }),*]
    };
    (@name $own:ident) => { stringify!($own) };
    (@name $own:ident $c:literal) => { $c };
}

#[cfg(all(Py_3_11, not(Py_3_12)))]
#[path = "v3_11.rs"]
mod version;
#[cfg(Py_3_14)]
#[path = "v3_14.rs"]
mod version;
#[cfg(not(Py_3_10))]
#[path = "v3_9.rs"]
mod version;

/// The files of the structs that are ours, besides `lib.rs`.
const LONG: &str = if cfg!(Py_3_12) {
    "long_tagged.rs"
} else {
    "long_signed.rs"
};
const VERSION: &str = match (cfg!(Py_3_14), cfg!(Py_3_11)) {
    (true, _) => "v3_14.rs",
    (_, true) => "v3_11.rs",
    _ => "v3_9.rs",
};

/// One struct as Rust lays it out, under its C name.
struct Layout {
    rust: &'static str,
    c: &'static str,
    size: usize,
    fields: Vec<(&'static str, usize)>,
    /// Whether we declare all of it; otherwise only the head, in at least CPython's size.
    whole: bool,
}

fn layouts() -> Vec<Layout> {
    let mut layouts = layouts! { true;
        PyObject { #[cfg(not(Py_GIL_DISABLED))] ob_refcnt, #[cfg(Py_GIL_DISABLED)] ob_tid, #[cfg(Py_GIL_DISABLED)] ob_flags, #[cfg(Py_GIL_DISABLED)] ob_mutex,
            #[cfg(Py_GIL_DISABLED)] ob_gc_bits, #[cfg(Py_GIL_DISABLED)] ob_ref_local, #[cfg(Py_GIL_DISABLED)] ob_ref_shared, ob_type }
        PyVarObject { ob_base, ob_size }
        PyTypeObject { ob_base, tp_name, tp_basicsize, tp_itemsize, tp_dealloc, tp_vectorcall_offset,
            tp_getattr, tp_setattr, tp_as_async, tp_repr, tp_as_number, tp_as_sequence, tp_as_mapping, tp_hash,
            tp_call, tp_str, tp_getattro, tp_setattro, tp_as_buffer, tp_flags, tp_doc, tp_traverse, tp_clear,
            tp_richcompare, tp_weaklistoffset, tp_iter, tp_iternext, tp_methods, tp_members, tp_getset, tp_base,
            tp_dict, tp_descr_get, tp_descr_set, tp_dictoffset, tp_init, tp_alloc, tp_new, tp_free, tp_is_gc,
            tp_bases, tp_mro, tp_cache, tp_subclasses, tp_weaklist, tp_del, tp_version_tag, tp_finalize, tp_vectorcall,
            #[cfg(Py_3_12)] tp_watched, #[cfg(Py_3_13)] tp_versions_used }
        PyHeapTypeObject { ht_type, as_async, as_number, as_mapping, as_sequence, as_buffer,
            ht_name, ht_slots, ht_qualname, ht_cached_keys, ht_module }
        PyAsyncMethods { am_await, am_aiter, am_anext, #[cfg(Py_3_10)] am_send }
        PyNumberMethods { nb_add, nb_subtract, nb_multiply, nb_remainder, nb_divmod, nb_power,
            nb_negative, nb_positive, nb_absolute, nb_bool, nb_invert, nb_lshift, nb_rshift, nb_and, nb_xor, nb_or,
            nb_int, nb_reserved, nb_float, nb_inplace_add, nb_inplace_subtract, nb_inplace_multiply,
            nb_inplace_remainder, nb_inplace_power, nb_inplace_lshift, nb_inplace_rshift, nb_inplace_and,
            nb_inplace_xor, nb_inplace_or, nb_floor_divide, nb_true_divide, nb_inplace_floor_divide,
            nb_inplace_true_divide, nb_index, nb_matrix_multiply, nb_inplace_matrix_multiply }
        PySequenceMethods { sq_length, sq_concat, sq_repeat, sq_item, was_sq_slice, sq_ass_item,
            was_sq_ass_slice, sq_contains, sq_inplace_concat, sq_inplace_repeat }
        PyMappingMethods { mp_length, mp_subscript, mp_ass_subscript }
        PyBufferProcs { bf_getbuffer, bf_releasebuffer }
        PyFloatObject { ob_base, ob_fval }
        PyComplexObject { ob_base, cval }
        Py_complex { real, imag }
        PyBytesObject { ob_base, ob_shash, ob_sval }
        PyByteArrayObject { ob_base, ob_alloc, ob_bytes, ob_start, ob_exports }
        PyASCIIObject { ob_base, length, hash, state, #[cfg(not(Py_3_12))] wstr }
        PyCompactUnicodeObject { _base, utf8_length, utf8, #[cfg(not(Py_3_12))] wstr_length }
        PyUnicodeObject { _base, data }
        PyTupleObject { ob_base, #[cfg(Py_3_14)] ob_hash, ob_item }
        PyListObject { ob_base, ob_item, allocated }
        PyDictObject { ob_base, ma_used, #[cfg(not(Py_3_12))] ma_version_tag, ma_keys, ma_values }
        PySetObject { ob_base, fill, used, mask, table, hash, finger, smalltable, weakreflist }
        setentry { key, hash }
        PySliceObject { ob_base, start, stop, step }
        PyCellObject { ob_base, ob_ref }
        PyWeakReference { ob_base, wr_object, wr_callback, hash, wr_prev, wr_next, #[cfg(Py_3_11)] vectorcall }
        PyCFunctionObject { ob_base, m_ml, m_self, m_module, m_weakreflist, vectorcall }
        PyCMethodObject { func, mm_class }
        PyFunctionObject { ob_base, func_globals, #[cfg(Py_3_10)] func_builtins, func_name, func_qualname,
            func_code, func_defaults, func_kwdefaults, func_closure, func_doc, func_dict, func_weakreflist,
            func_module, func_annotations, vectorcall,
            #[cfg(Py_3_11)] func_version }
        PyDescrObject { ob_base, d_type, d_name, d_qualname }
        PyMethodDescrObject { d_common, d_method, vectorcall }
        PyMemberDescrObject { d_common, d_member }
        PyGetSetDescrObject { d_common, d_getset }
        PyWrapperDescrObject { d_common, d_base, d_wrapped }
        wrapperbase = "struct wrapperbase" { name, offset, function, wrapper, doc, flags, name_strobj }
        PyTracebackObject { ob_base, tb_next, tb_frame, tb_lasti, tb_lineno }
        PyBaseExceptionObject { ob_base, dict, args, #[cfg(Py_3_11)] notes, traceback, context, cause,
            suppress_context }
        PySyntaxErrorObject { ob_base, dict, args, #[cfg(Py_3_11)] notes, traceback, context, cause,
            suppress_context, msg, filename, lineno, offset, #[cfg(Py_3_10)] end_lineno,
            #[cfg(Py_3_10)] end_offset, text, print_file_and_line }
        PyImportErrorObject { ob_base, dict, args, #[cfg(Py_3_11)] notes, traceback, context, cause,
            suppress_context, msg, name, path }
        PyUnicodeErrorObject { ob_base, dict, args, #[cfg(Py_3_11)] notes, traceback, context, cause,
            suppress_context, encoding, object, start, end, reason }
        PySystemExitObject { ob_base, dict, args, #[cfg(Py_3_11)] notes, traceback, context, cause,
            suppress_context, code }
        PyOSErrorObject { ob_base, dict, args, #[cfg(Py_3_11)] notes, traceback, context, cause, suppress_context,
            myerrno, strerror, filename, filename2, written }
        PyStopIterationObject { ob_base, dict, args, #[cfg(Py_3_11)] notes, traceback, context, cause,
            suppress_context, value }
        PyModuleDef { m_base, m_name, m_doc, m_size, m_methods, m_slots, m_traverse, m_clear, m_free }
        PyModuleDef_Base { ob_base, m_init, m_index, m_copy }
        PyModuleDef_Slot { slot, value }
        PyMethodDef { ml_name, ml_meth, ml_flags, ml_doc }
        PyMemberDef { name, type_code = "type", offset, flags, doc }
        PyGetSetDef { name, get, set, doc, closure }
        PyType_Spec { name, basicsize, itemsize, flags, slots }
        PyType_Slot { slot, pfunc }
        Py_buffer {  }
        PyStructSequence_Desc { name, doc, fields, n_in_sequence }
        PyStructSequence_Field { name, doc }
        PyDateTime_CAPI { DateType, DateTimeType, TimeType, DeltaType, TZInfoType, TimeZone_UTC,
            Date_FromDate, DateTime_FromDateAndTime, Time_FromTime, Delta_FromDelta, TimeZone_FromTimeZone,
            DateTime_FromTimestamp, Date_FromTimestamp, DateTime_FromDateAndTimeAndFold, Time_FromTimeAndFold }
        PyDateTime_Date { ob_base, hashcode, hastzinfo, data }
        PyDateTime_DateTime { ob_base, hashcode, hastzinfo, data, fold, tzinfo }
        PyDateTime_Delta { ob_base, hashcode, days, seconds, microseconds }
        PyDateTime_TZInfo { ob_base }
        PyDateTime_Time { ob_base, hashcode, hastzinfo, data, fold, tzinfo }
        _PyDateTime_BaseDateTime { ob_base, hashcode, hastzinfo, data }
        _PyDateTime_BaseTime { ob_base, hashcode, hastzinfo, data }
        PyPreConfig { _config_init, parse_argv, isolated, use_environment, configure_locale,
            coerce_c_locale, coerce_c_locale_warn, utf8_mode, dev_mode, allocator }
        PyStatus { _type, func, err_msg, exitcode }
        PyWideStringList { length, items }
        PyCompilerFlags { cf_flags, cf_feature_version }
        Py_tss_t {  }
        PyMemAllocatorEx { ctx, malloc, calloc, realloc, free }
        PyObjectArenaAllocator { ctx, alloc, free }
        _inittab = "struct _inittab" { name, initfunc }
        _frozen = "struct _frozen" { name, code, size, #[cfg(Py_3_11)] is_package, #[cfg(all(Py_3_11, not(Py_3_13)))] get_code }
        PyHash_FuncDef { hash, name, hash_bits, seed_bits }
        MethodObject = "PyMethodObject" { ob_base, im_func, im_self, im_weakreflist, vectorcall }
    };
    layouts.extend(version::layouts());
    layouts
}

impl Layout {
    /// The C conditions that must hold.
    fn conditions(&self) -> impl Iterator<Item = String> {
        let relation = if self.whole { "==" } else { "<=" };
        let size = format!("sizeof({}) {relation} {}", self.c, self.size);
        let fields = self
            .fields
            .iter()
            .map(|(field, offset)| format!("offsetof({}, {field}) == {offset}", self.c));
        std::iter::once(size).chain(fields)
    }
}

fn c_source(conditions: &[String]) -> String {
    // The layouts of modules and frames are in internal headers.
    let mut source = String::from(
        "#define Py_BUILD_CORE 1\n#include <Python.h>\n#include <structmember.h>\n#include <frameobject.h>\n\
         #include <datetime.h>\n#include <stddef.h>\n",
    );
    for header in version::INTERNAL {
        let _ = writeln!(source, "#include <internal/{header}>");
    }
    for condition in conditions {
        let _ = writeln!(source, "_Static_assert({condition}, \"{condition}\");");
    }
    source
}

/// Where the flavour's CPython is installed: `GIMBAL_CPYTHON_ROOT`, which `cargo xtask test` sets, or the machine itself.
fn include() -> Option<(PathBuf, PathBuf)> {
    let version = env!("GIMBAL_FLAVOUR").trim_end_matches('t');
    let root = std::env::var_os("GIMBAL_CPYTHON_ROOT").map_or_else(|| "/".into(), PathBuf::from);
    let folder = root.join(format!("usr/include/python{version}"));
    if folder.join("Python.h").exists() {
        return Some((folder, root.join("usr/include")));
    }
    println!("skipped: no Python.h in {}", folder.display());
    None
}

/// Compiles against the flavour's headers; None without them.
fn compile(source: &str) -> Option<Output> {
    let (include, others) = include()?;
    let mut cc = Command::new("cc");
    if cfg!(Py_GIL_DISABLED) {
        cc.arg("-DPy_GIL_DISABLED=1");
    }
    let mut cc = cc
        .args(["-fsyntax-only", "-x", "c", "-I"])
        .arg(include)
        .arg("-idirafter")
        .arg(others)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("cannot run cc");
    cc.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    Some(cc.wait_with_output().unwrap())
}

#[test]
fn sizes_and_offsets_are_cpythons() {
    let conditions: Vec<String> = layouts().iter().flat_map(Layout::conditions).collect();
    let Some(output) = compile(&c_source(&conditions)) else {
        return;
    };
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn every_struct_of_gimbal_abi_is_asserted() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let source: String = ["lib.rs", LONG, VERSION]
        .map(|name| std::fs::read_to_string(sources.join(name)).unwrap())
        .concat();
    let layouts = layouts();
    let declared = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub struct ")?.split([' ', '<', '(']).next());
    let missing: Vec<&str> = declared
        .filter(|name| !version::UNDECLARED.contains(name))
        .filter(|name| !layouts.iter().any(|layout| layout.rust == *name))
        .collect();
    assert!(missing.is_empty(), "no row in this file: {missing:?}");
}

#[test]
fn one_wrong_offset_is_found() {
    let mut layouts = layouts();
    layouts[0].fields.last_mut().unwrap().1 += 1;
    let conditions: Vec<String> = layouts.iter().flat_map(Layout::conditions).collect();
    let Some(output) = compile(&c_source(&conditions)) else {
        return;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert_eq!(errors.matches("static assertion failed").count(), 1, "{errors}");
    assert!(errors.contains("offsetof(PyObject, ob_type)"), "{errors}");
}
