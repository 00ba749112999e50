//! Questions to the host that several modules ask, and the reference that ends with its scope.

use gimbal_proxies::guard::ErrorValue;
use gimbal_proxies::*;

/// A reference that is given back at the end of the scope; NULL is allowed.
pub struct Owned(pub Obj);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the reference is this guard's.
        unsafe { xdecref(self.0) }
    }
}

/// Calls `f` with a new `int`.
pub unsafe fn with_int<R: ErrorValue>(value: isize, f: impl FnOnce(Obj) -> R) -> R {
    // SAFETY: the caller is attached.
    unsafe {
        let number = int::from_i64(value as i64);
        if number.is_null() {
            return R::ERROR;
        }
        let result = f(number);
        decref(number);
        result
    }
}

/// A method call on a host object, in one crossing.
pub unsafe fn call_method(name: &str, me: Obj, args: &[Obj]) -> Obj {
    // SAFETY: all are objects.
    unsafe {
        let mut all = vec![me, text::interned(name)];
        all.extend_from_slice(args);
        op(Op::CallMethod, &all)
    }
}

/// Calls `module.name(*args)` of the host's library.
pub unsafe fn call_library(module: &str, name: &str, args: &[Obj]) -> Obj {
    // SAFETY: arguments are objects.
    unsafe {
        let function = Owned(op(
            Op::ImportAttr,
            &[text::interned(module), text::interned(name)],
        ));
        if function.0.is_null() {
            return std::ptr::null_mut();
        }
        let args = Owned(seq::tuple_of(args));
        op(Op::CallObject, &[function.0, args.0, std::ptr::null_mut()])
    }
}

/// Calls method `name` of str, `s.name(*args)`.
pub unsafe fn str_method(name: &str, s: Obj, args: &[Obj]) -> Obj {
    // SAFETY: arguments are objects or NULL.
    unsafe {
        let mut list = vec![text::interned(name), s];
        list.extend_from_slice(args);
        op(Op::StrMethod, &list)
    }
}
