//! `object.h`: text forms, truth, hash and comparison of any object.
//!
//! Values whose contents are native are answered here; instances of extension types through their slots, as CPython
//! does; everything else in one crossing.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::cmp::Ordering;
use std::ffi::c_int;
use std::ptr::null_mut;

/// Checks that `result` is a string, as `name` promised.
unsafe fn expect_str(result: Obj, name: &str) -> Obj {
    // SAFETY: `result` is an object or NULL, ours.
    unsafe {
        if result.is_null() || has_flag(result, Py_TPFLAGS_UNICODE_SUBCLASS) {
            return result;
        }
        let message = format!("{name} returned non-string (type {})", type_name(result));
        decref(result);
        type_error(&message)
    }
}

/// The decimal digits of an exact int that fits a word.
unsafe fn short_int(object: Obj) -> Option<Obj> {
    // SAFETY: `object` is an object.
    unsafe {
        if !exactly(object, &raw const PyLong_Type) {
            return None;
        }
        int::as_i64(object).map(|value| text::from_ascii(value.to_string().as_bytes()))
    }
}

/// `repr(object)`.
#[entry]
pub unsafe fn PyObject_Repr(object: Obj) -> Obj {
    if object.is_null() {
        return text::from_str("<NULL>");
    }
    if let Some(text) = short_int(object) {
        return text;
    }
    if !is_native(object) {
        return op(Op::Repr, &[object]);
    }
    match (*(*object).ob_type).tp_repr {
        Some(repr) => {
            let place = " while getting the repr of an object";
            expect_str(
                recursion::deeper(place, || gimbal_proxies::outside(|| repr(object))),
                "__repr__",
            )
        }
        None => text::from_str(&format!("<{} object at {object:p}>", type_name(object))),
    }
}

/// `str(object)`.
#[entry]
pub unsafe fn PyObject_Str(object: Obj) -> Obj {
    if object.is_null() {
        return text::from_str("<NULL>");
    }
    if exactly(object, &raw const PyUnicode_Type) {
        return new_ref(object);
    }
    if let Some(text) = short_int(object) {
        return text;
    }
    if !is_native(object) {
        return op(Op::Str, &[object]);
    }
    match (*(*object).ob_type).tp_str {
        Some(str) => {
            let place = " while getting the str of an object";
            expect_str(
                recursion::deeper(place, || gimbal_proxies::outside(|| str(object))),
                "__str__",
            )
        }
        None => PyObject_Repr(object),
    }
}

/// `ascii(object)`.
#[entry]
pub unsafe fn PyObject_ASCII(object: Obj) -> Obj {
    if object.is_null() {
        return text::from_str("<NULL>");
    }
    op(Op::Ascii, &[object])
}

/// `bytes(object)`, but not of an int.
#[entry]
pub unsafe fn PyObject_Bytes(object: Obj) -> Obj {
    if object.is_null() {
        return text::bytes_from(b"<NULL>");
    }
    if exactly(object, &raw const PyBytes_Type) {
        return new_ref(object);
    }
    op(Op::BytesOf, &[object])
}

/// `bool(object)`.
#[entry]
pub unsafe fn PyObject_IsTrue(object: Obj) -> c_int {
    if object == true_object() {
        return 1;
    }
    if object == false_object() || object == none() {
        return 0;
    }
    if let Some(len) = native_len(object) {
        return c_int::from(len > 0);
    }
    if exactly(object, &raw const PyLong_Type) {
        return c_int::from(!int::digits(object).0.is_empty());
    }
    if exactly(object, &raw const PyFloat_Type) {
        return c_int::from((*object.cast::<PyFloatObject>()).ob_fval != 0.0);
    }
    if !is_native(object) {
        return truth(op_bool(Op::IsTrue, &[object]));
    }
    let answer = if let Some(f) = slot!(object, tp_as_number, nb_bool) {
        gimbal_proxies::outside(|| f(object)) as isize
    } else if let Some(f) = slot!(object, tp_as_mapping, mp_length) {
        gimbal_proxies::outside(|| f(object))
    } else if let Some(f) = slot!(object, tp_as_sequence, sq_length) {
        gimbal_proxies::outside(|| f(object))
    } else {
        1
    };
    answer.signum() as c_int
}

/// The length of a builtin container whose length is in its block.
pub unsafe fn native_len(object: Obj) -> Option<usize> {
    // SAFETY: each type has the struct that is read.
    unsafe {
        let ty: *const PyTypeObject = (*object).ob_type;
        if ty == &raw const PyUnicode_Type {
            Some(text::len(object))
        } else if [
            &raw const PyTuple_Type,
            &raw const PyList_Type,
            &raw const PyBytes_Type,
        ]
        .contains(&ty)
        {
            Some(seq::size(object))
        } else if dict::is_native(object) {
            usize::try_from(dict::len(object)).ok()
        } else {
            None
        }
    }
}

/// `not object`.
#[entry]
pub unsafe fn PyObject_Not(object: Obj) -> c_int {
    match PyObject_IsTrue(object) {
        1 => 0,
        0 => 1,
        error => error,
    }
}

/// `hash(object)`.
#[entry]
pub unsafe fn PyObject_Hash(object: Obj) -> Py_hash_t {
    if exactly(object, &raw const PyLong_Type) {
        return int::hash(object);
    }
    if is_native(object) {
        return match (*(*object).ob_type).tp_hash {
            Some(hash) => gimbal_proxies::outside(|| hash(object)),
            None => PyObject_HashNotImplemented(object),
        };
    }
    let Some(cache) = text::hash_cache(object) else {
        return op_int(Op::Hash, &[object]) as Py_hash_t;
    };
    if *cache == -1 {
        *cache = op_int(Op::Hash, &[object]) as Py_hash_t;
    }
    *cache
}

/// The `tp_hash` of what has no hash.
#[entry]
pub unsafe fn PyObject_HashNotImplemented(object: Obj) -> Py_hash_t {
    type_error(&format!("unhashable type: '{}'", type_name(object)))
}

fn decide(order: Ordering, operator: c_int) -> bool {
    match operator {
        Py_LT => order.is_lt(),
        Py_LE => order.is_le(),
        Py_EQ => order.is_eq(),
        Py_NE => order.is_ne(),
        Py_GT => order.is_gt(),
        _ => order.is_ge(),
    }
}

unsafe fn int_order(a: Obj, b: Obj) -> Ordering {
    // SAFETY: both are ints.
    unsafe {
        let ((a, a_negative), (b, b_negative)) = (int::digits(a), int::digits(b));
        let magnitude = a
            .len()
            .cmp(&b.len())
            .then_with(|| a.iter().rev().cmp(b.iter().rev()));
        match (a_negative, b_negative) {
            (false, false) => magnitude,
            (true, true) => magnitude.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

unsafe fn str_order(a: Obj, b: Obj) -> Ordering {
    // SAFETY: both are strings; the index is in range.
    unsafe {
        let points = |s: Obj| (0..text::len(s)).map(move |i| text::read(s, i));
        points(a).cmp(points(b))
    }
}

/// Compares two values of the same builtin type; None when it takes more than their blocks.
unsafe fn compare_values(a: Obj, b: Obj, operator: c_int) -> Option<bool> {
    // SAFETY: each type has the struct that is read.
    unsafe {
        let ty: *const PyTypeObject = (*a).ob_type;
        let equality = operator == Py_EQ || operator == Py_NE;
        if !std::ptr::eq(ty, (*b).ob_type) {
            let with_none =
                equality && (a == none() || b == none()) && is_plain_value(a) && is_plain_value(b);
            return with_none.then_some(operator == Py_NE);
        }
        if ty == &raw const PyLong_Type {
            Some(decide(int_order(a, b), operator))
        } else if ty == &raw const PyUnicode_Type {
            Some(if equality {
                text::eq(a, b) == (operator == Py_EQ)
            } else {
                decide(str_order(a, b), operator)
            })
        } else if ty == &raw const PyBytes_Type {
            Some(decide(text::as_bytes(a).cmp(text::as_bytes(b)), operator))
        } else if ty == &raw const PyFloat_Type {
            let value = |op: Obj| (*op.cast::<PyFloatObject>()).ob_fval;
            // A NaN is only unequal.
            Some(
                value(a)
                    .partial_cmp(&value(b))
                    .map_or(operator == Py_NE, |order| decide(order, operator)),
            )
        } else {
            None
        }
    }
}

/// The operator when the operands change sides.
fn swapped(operator: c_int) -> c_int {
    match operator {
        Py_LT => Py_GT,
        Py_LE => Py_GE,
        Py_GT => Py_LT,
        Py_GE => Py_LE,
        same => same,
    }
}

/// Tries one side's slot; None when it has none or leaves the answer to the other side.
unsafe fn try_compare(a: Obj, b: Obj, operator: c_int) -> Option<Obj> {
    // SAFETY: both are objects.
    unsafe {
        let compare = (*(*a).ob_type).tp_richcompare?;
        let result = gimbal_proxies::outside(|| compare(a, b, operator));
        if result == not_implemented() {
            decref(result);
            return None;
        }
        Some(result)
    }
}

/// Comparison by slots: the reflected one first when the right operand's class derives from the left one's.
unsafe fn compare_by_slots(a: Obj, b: Obj, operator: c_int) -> Obj {
    // SAFETY: both are objects.
    unsafe {
        let (left, right) = ((*a).ob_type, (*b).ob_type);
        let reflected_first =
            left != right && types::is_subtype(right, left) && (*right).tp_richcompare.is_some();
        if reflected_first && let Some(result) = try_compare(b, a, swapped(operator)) {
            return result;
        }
        if let Some(result) = try_compare(a, b, operator) {
            return result;
        }
        if !reflected_first && let Some(result) = try_compare(b, a, swapped(operator)) {
            return result;
        }
        match operator {
            Py_EQ => new_ref(bool_object(a == b)),
            Py_NE => new_ref(bool_object(a != b)),
            _ => {
                const SIGNS: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];
                type_error(&format!(
                    "'{}' not supported between instances of '{}' and '{}'",
                    SIGNS[operator as usize],
                    type_name(a),
                    type_name(b)
                ))
            }
        }
    }
}

/// `a OP b`.
#[entry]
pub unsafe fn PyObject_RichCompare(a: Obj, b: Obj, operator: c_int) -> Obj {
    if a.is_null() || b.is_null() || !(Py_LT..=Py_GE).contains(&operator) {
        if err::occurred().is_null() {
            return bad_internal_call();
        }
        return null_mut();
    }
    if let Some(answer) = compare_values(a, b, operator) {
        return new_ref(bool_object(answer));
    }
    if is_native(a) || is_native(b) {
        return recursion::deeper(" in comparison", || compare_by_slots(a, b, operator));
    }
    with_int(operator as isize, |operator| {
        op(Op::RichCompare, &[a, b, operator])
    })
}

/// Is it the same object? Floats cross by value, so a NaN that the host has sent twice is two blocks.
unsafe fn same(a: Obj, b: Obj) -> bool {
    // SAFETY: objects or NULL; exact floats have the struct that is read.
    unsafe {
        let float = |op: Obj| !op.is_null() && exactly(op, &raw const PyFloat_Type);
        let bits = |op: Obj| (*op.cast::<PyFloatObject>()).ob_fval.to_bits();
        a == b || float(a) && float(b) && bits(a) == bits(b)
    }
}

/// `a OP b` as 1 or 0; an object equals itself.
#[entry]
pub unsafe fn PyObject_RichCompareBool(a: Obj, b: Obj, operator: c_int) -> c_int {
    if operator == Py_EQ && same(a, b) {
        return 1;
    }
    if operator == Py_NE && same(a, b) {
        return 0;
    }
    if !a.is_null()
        && !b.is_null()
        && let Some(answer) = compare_values(a, b, operator)
    {
        return c_int::from(answer);
    }
    let result = PyObject_RichCompare(a, b, operator);
    if result.is_null() {
        return -1;
    }
    let answer = PyObject_IsTrue(result);
    decref(result);
    answer
}

/// `dir(object)`, or the names of the running frame.
#[entry]
pub unsafe fn PyObject_Dir(object: Obj) -> Obj {
    op(Op::Dir, &[object])
}

/// Writes `repr(object)`, or `str(object)` with `Py_PRINT_RAW`, to a C stream.
#[entry]
pub unsafe fn PyObject_Print(object: Obj, out: *mut libc::FILE, flags: c_int) -> c_int {
    const RAW: c_int = 1;
    let text = if object.is_null() {
        text::from_str("<nil>")
    } else if flags & RAW != 0 {
        PyObject_Str(object)
    } else {
        PyObject_Repr(object)
    };
    if text.is_null() {
        return -1;
    }
    let bytes = text::utf8(text);
    let written = libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), out);
    let complete = written == bytes.len();
    decref(text);
    if !complete {
        PyErr_SetFromErrno(PyExc_OSError);
        libc::clearerr(out);
    }
    status(complete)
}

/// Describes an object on stderr, for people with a debugger.
#[entry]
pub unsafe fn _PyObject_Dump(object: Obj) {
    if object.is_null() {
        eprintln!("<object at NULL>");
        return;
    }
    eprintln!("object address  : {object:p}");
    eprintln!("object refcount : {}", refcount::count(object));
    eprintln!("object type     : {:p}", (*object).ob_type);
    eprintln!("object type name: {}", type_name(object));
    without_errors(|| {
        let text = PyObject_Repr(object);
        if !text.is_null() {
            eprintln!("object repr     : {}", String::from_utf8_lossy(text::utf8(text)));
            decref(text);
        }
    });
}

/// `Qualified.name()` of a function for messages, or `str(function)`.
#[entry]
pub unsafe fn _PyObject_FunctionStr(function: Obj) -> Obj {
    let text = |name: &str| {
        let value = op(Op::LookupAttr, &[function, text::interned(name)]);
        if value.is_null() {
            return None;
        }
        let text = has_flag(value, Py_TPFLAGS_UNICODE_SUBCLASS)
            .then(|| String::from_utf8_lossy(text::utf8(value)).into_owned());
        decref(value);
        text
    };
    let qualname = text("__qualname__");
    if !err::occurred().is_null() {
        return null_mut();
    }
    let Some(qualname) = qualname else {
        return PyObject_Str(function);
    };
    match text("__module__") {
        _ if !err::occurred().is_null() => null_mut(),
        Some(module) if module != "builtins" => text::from_str(&format!("{module}.{qualname}()")),
        _ => text::from_str(&format!("{qualname}()")),
    }
}

/// `object.__getstate__()` for `__reduce_ex__`.
#[entry]
pub unsafe fn _PyObject_GetState(object: Obj) -> Obj {
    call_method("__getstate__", object, &[])
}

/// Does a function or class have a true `__isabstractmethod__`?
#[entry]
pub unsafe fn _PyObject_IsAbstract(object: Obj) -> c_int {
    if object.is_null() {
        return 0;
    }
    let value = op(Op::LookupAttr, &[object, text::interned("__isabstractmethod__")]);
    if value.is_null() {
        return status(err::occurred().is_null());
    }
    let answer = PyObject_IsTrue(value);
    decref(value);
    answer
}
