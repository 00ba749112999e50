//! Host to native: a cell becomes a new reference. Handles that arrive for the first time get a proxy here.

use crate::state::{self, Locked};
use crate::{
    Obj, Py_TPFLAGS_DICT_SUBCLASS, Py_TPFLAGS_LIST_SUBCLASS, Py_TPFLAGS_TUPLE_SUBCLASS,
    Py_TPFLAGS_TYPE_SUBCLASS, Py_TPFLAGS_UNICODE_SUBCLASS, PyFloat_Type, PyFloatObject, PyListObject,
    PyObject, PyTypeObject, PyVarObject, arena, bytearray, crossing, datetimes, decref, dict, err, fields,
    idle, incref, int, lent, lock, mirror, new_ref, op, refcount, seq, text, type_flags, types, xdecref,
};
use gimbal_handles::Received;
use gimbal_host::{Cell, GIMBAL_LENT, Op, Tag};

/// Types whose proxies hold contents that only come with the object itself.
const FILLED: std::ffi::c_ulong = Py_TPFLAGS_TUPLE_SUBCLASS
    | Py_TPFLAGS_UNICODE_SUBCLASS
    | crate::Py_TPFLAGS_LONG_SUBCLASS
    | crate::Py_TPFLAGS_BYTES_SUBCLASS;

/// Dead floats.
static FLOATS: arena::Shelf<64> = arena::Shelf::new();

/// A new reference to what the cell holds; NULL for `Null` and `Error`.
#[inline]
pub unsafe fn decode(cell: &mut Cell) -> Obj {
    // SAFETY: the host filled the cell by the rules of gimbal-host.
    unsafe {
        match cell.tag {
            t if t == Tag::Int as i32 => int::from_i64(cell.i),
            t if t == Tag::Float as i32 => float(cell.d),
            t if t == Tag::Handle as i32 => handle(cell),
            t if t == Tag::Proxy as i32 => cell.i as Obj,
            t if t == Tag::Instance as i32 => new_ref(cell.i as Obj),
            t if t == Tag::List as i32 && cell.aux & GIMBAL_LENT != 0 => lent::take(cell),
            t if t == Tag::None as i32 => new_ref(crate::none()),
            t if t == Tag::True as i32 => new_ref(crate::true_object()),
            t if t == Tag::False as i32 => new_ref(crate::false_object()),
            t if t == Tag::NotImplemented as i32 => new_ref(crate::not_implemented()),
            t if t == Tag::Ellipsis as i32 => new_ref(crate::ellipsis()),
            _ => std::ptr::null_mut(),
        }
    }
}

/// A new float.
#[inline]
pub unsafe fn float(value: f64) -> Obj {
    // SAFETY: blocks on the free list are dead floats; the lock is held where they are kept.
    unsafe {
        let mut op = FLOATS.take();
        if op.is_null() {
            op = arena::alloc(size_of::<PyFloatObject>()).cast();
        }
        if op.is_null() {
            return seq::no_memory();
        }
        refcount::begin(op.cast(), &raw mut PyFloat_Type);
        (*op.cast::<PyFloatObject>()).ob_fval = value;
        op
    }
}

/// `tp_dealloc` of exact floats.
pub unsafe extern "C" fn float_dealloc(op: Obj) {
    // SAFETY: the count is zero; the lock is held where dead floats are kept.
    unsafe { FLOATS.put(op) };
}

/// The proxy of an object sent by handle.
#[inline]
unsafe fn handle(cell: &Cell) -> Obj {
    // SAFETY: as `decode`.
    unsafe {
        match crossing::receive(cell.i) {
            Received::Open(proxy) => again(proxy, cell.n),
            Received::Fresh => fresh(cell.i, cell.t, cell.n),
            Received::Stale => stale(cell.i),
        }
    }
}

/// Fills what the host does not send with the object. `told` is what it may tell of a dict, its length plus 1, or of a list, the
/// state since which it is unchanged; of a C function, where the words are that make it one again.
unsafe fn fill_fields(proxy: Obj, told: i64) {
    // SAFETY: `proxy` is the whole block of a host object.
    unsafe {
        if told != 0 && (*proxy).ob_type == &raw mut crate::PyCFunction_Type {
            crate::call_cfunction::fill_c_function(proxy, told as *const [usize; 3]);
        } else if told > 0 && (*proxy).ob_type == &raw mut crate::PyDict_Type {
            dict::set_length(proxy, told as isize - 1);
        } else if told > 0 && is_mirrored(proxy) {
            if !mirror::resume(proxy, told) {
                mirror::refresh(proxy);
            }
        } else {
            fields::fill(proxy);
        }
    }
}

/// Is it a list whose items C reads in its mirror?
unsafe fn is_mirrored(proxy: Obj) -> bool {
    // SAFETY: `proxy` is an object.
    unsafe {
        let ty = (*proxy).ob_type;
        type_flags::of(ty) & Py_TPFLAGS_LIST_SUBCLASS != 0 && !types::is_native(ty)
    }
}

#[cold]
unsafe fn stale(handle: i64) -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        err::set(
            crate::PyExc_SystemError,
            &format!("Gimbal: the host sent handle {handle:#x}, which is closed"),
        )
    };
    std::ptr::null_mut()
}

/// The type proxy behind a type's handle, a new reference.
pub unsafe fn class(handle: i64) -> *mut PyTypeObject {
    // SAFETY: as `decode`.
    unsafe {
        match crossing::receive(handle) {
            Received::Open(proxy) => {
                incref(proxy);
                wait_until_filled(proxy);
                proxy.cast()
            }
            Received::Fresh => {
                let metatype = class_of(handle);
                let class = open_class(handle, metatype);
                xdecref(metatype.cast());
                class
            }
            Received::Stale => stale(handle).cast(),
        }
    }
}

/// The proxy of a class, a new reference. While its metatype was asked for another thread may have opened it.
unsafe fn open_class(handle: i64, metatype: *mut PyTypeObject) -> *mut PyTypeObject {
    // SAFETY: as `class`.
    unsafe {
        if metatype.is_null() {
            return metatype;
        }
        match crossing::peek(handle) {
            Some(class) => {
                crossing::count(handle);
                incref(class);
                wait_until_filled(class);
                class.cast()
            }
            None => types::open_class(handle, metatype),
        }
    }
}

/// The type of the object behind a handle that arrived without its type, a new reference.
unsafe fn class_of(object: i64) -> *mut PyTypeObject {
    // SAFETY: the result of the operation is a type.
    unsafe {
        let number = int::from_i64(object);
        let ty = op(Op::TypeOfHandle, &[number]);
        xdecref(number);
        ty.cast()
    }
}

#[cold]
unsafe fn fresh(object: i64, type_handle: i64, told: i64) -> Obj {
    // SAFETY: as `decode`.
    unsafe {
        let ty = if type_handle == 0 {
            class_of(object)
        } else {
            class(type_handle)
        };
        if ty.is_null() {
            return std::ptr::null_mut();
        }
        if type_flags::of(ty) & Py_TPFLAGS_TYPE_SUBCLASS != 0 {
            let class = open_class(object, ty);
            decref(ty.cast());
            return class.cast();
        }
        if type_flags::of(ty) & FILLED != 0 || type_handle == 0 && fields::are_sent(ty) {
            // It was sent before with its contents, and its proxy was closed meanwhile.
            decref(ty.cast());
            let number = int::from_i64(object);
            let proxy = op(Op::Resend, &[number]);
            xdecref(number);
            crossing::count(object);
            return proxy;
        }
        let proxy = allocate(ty, 0);
        decref(ty.cast());
        if proxy.is_null() {
            return proxy;
        }
        match tie(object, proxy) {
            Ok(()) => filling(proxy, || {
                bytearray::hold(proxy);
                fill_fields(proxy, told);
                proxy
            }),
            Err(first) => first,
        }
    }
}

/// Open proxies that are not filled yet, each with the thread that fills it: it asks the host, and others run meanwhile.
static FILLING: Locked<Vec<(Obj, usize)>> = Locked::new(Vec::new());

/// Fills a proxy; other threads to which it is sent wait.
pub unsafe fn filling<R>(proxy: Obj, fill: impl FnOnce() -> R) -> R {
    struct Filled(Obj);
    impl Drop for Filled {
        fn drop(&mut self) {
            // SAFETY: the lock is held.
            unsafe { FILLING.get() }.retain(|row| row.0 != self.0);
        }
    }
    // SAFETY: the lock is held.
    unsafe { FILLING.get() }.push((proxy, lock::thread()));
    let _filled = Filled(proxy);
    fill()
}

/// Waits while another thread fills a proxy.
#[inline]
pub unsafe fn wait_until_filled(proxy: Obj) {
    // SAFETY: the lock is held, and given up while this thread waits.
    unsafe {
        while FILLING
            .get()
            .iter()
            .any(|&(op, thread)| op == proxy && thread != lock::thread())
        {
            state::without_lock(true, std::thread::yield_now);
        }
    }
}

/// A new reference to a proxy that is open.
#[inline]
unsafe fn again(proxy: Obj, told: i64) -> Obj {
    // SAFETY: the handle is open, so the block is whole.
    unsafe {
        if refcount::count(proxy) == 0 {
            return revive(proxy, told);
        }
        incref(proxy);
        wait_until_filled(proxy);
        if told > 0 && is_mirrored(proxy) {
            fill_fields(proxy, told);
        }
        proxy
    }
}

/// A new reference to a proxy that C had let go: what the host has changed since then is read again.
unsafe fn revive(proxy: Obj, told: i64) -> Obj {
    // SAFETY: the handle is open, so the block is whole.
    unsafe {
        incref(proxy);
        bytearray::hold(proxy);
        fill_fields(proxy, told);
        proxy
    }
}

/// Opens a fresh proxy. While its type was asked for, another thread may have opened one for the same handle: then that one
/// is returned, with a reference, and this one is freed.
unsafe fn tie(handle: i64, proxy: Obj) -> Result<(), Obj> {
    // SAFETY: the handle was received as fresh, and nobody knows the proxy.
    unsafe {
        if let Some(first) = crossing::tie(handle, proxy) {
            dispose(proxy);
            return Err(again(first, 0));
        }
        arena::set_handle(proxy, handle);
        Ok(())
    }
}

/// A block for the proxy of a host object of this type, with room for `items`.
unsafe fn allocate(ty: *mut PyTypeObject, items: usize) -> Obj {
    // SAFETY: all-zero is a valid rest of every struct that is not filled by its own function.
    unsafe {
        if type_flags::of(ty) & Py_TPFLAGS_DICT_SUBCLASS != 0 {
            let proxy = dict::allocate(ty);
            if !proxy.is_null() {
                idle::hold_type(proxy);
            }
            return proxy;
        }
        // An empty tuple has room for one item, as in `seq::new_tuple`.
        let size = (*ty).tp_basicsize.max(16) as usize + items.max(1) * (*ty).tp_itemsize as usize;
        let proxy = arena::alloc_zeroed(size).cast::<PyObject>();
        if proxy.is_null() {
            return seq::no_memory();
        }
        refcount::begin_proxy(proxy.cast(), ty);
        idle::hold_type(proxy);
        if (*ty).tp_itemsize != 0 {
            (*proxy.cast::<PyVarObject>()).ob_size = items as isize;
        }
        if ty == &raw mut crate::PyCFunction_Type {
            crate::call_cfunction::fill_host_function(proxy);
        }
        proxy
    }
}

/// In `aux` of a container's cell: `t` has been received before, and whoever did it holds the class.
pub(crate) const CLASS_IS_HERE: i32 = 1 << 16;

/// The class named in the cell of a container or a value, a new reference.
unsafe fn class_in(cell: &Cell) -> *mut PyTypeObject {
    // SAFETY: as `decode`.
    unsafe {
        match cell.t {
            0 => class_of(cell.i),
            known if cell.aux & CLASS_IS_HERE != 0 => {
                crossing::peek(known).map_or(std::ptr::null_mut(), |class| new_ref(class).cast())
            }
            fresh => class(fresh),
        }
    }
}

/// The proxy of the container in `cell`, with a reference for its user, and whether it is new; a new tuple has room for `n` items.
unsafe fn container(cell: &Cell, n: usize) -> (Obj, bool) {
    // SAFETY: as `decode`.
    unsafe {
        match crossing::receive(cell.i) {
            Received::Open(proxy) => (new_ref(proxy), false),
            Received::Stale => (stale(cell.i), false),
            Received::Fresh => {
                let ty = class_in(cell);
                if ty.is_null() {
                    return (std::ptr::null_mut(), false);
                }
                let count = if type_flags::of(ty) & Py_TPFLAGS_TUPLE_SUBCLASS != 0 {
                    n
                } else {
                    0
                };
                let proxy = allocate(ty, count);
                decref(ty.cast());
                if proxy.is_null() {
                    (proxy, false)
                } else if let Err(first) = tie(cell.i, proxy) {
                    (first, false)
                } else {
                    (proxy, true)
                }
            }
        }
    }
}

unsafe fn set_proxy(cell: &mut Cell, proxy: Obj) {
    cell.tag = if proxy.is_null() { Tag::Null } else { Tag::Proxy } as i32;
    cell.i = proxy as i64;
}

/// Opens or refreshes the proxy of a host tuple, list or slice: `cell` becomes `Proxy` with a reference for its user.
pub unsafe fn fill_items(cell: &mut Cell, items: &[Obj]) {
    // SAFETY: the items' references are handed over.
    unsafe {
        let (proxy, is_new) = container(cell, items.len());
        let flags = if proxy.is_null() {
            0
        } else {
            type_flags::of((*proxy).ob_type)
        };
        if flags & Py_TPFLAGS_LIST_SUBCLASS != 0 {
            // C may have borrowed an item: one that stands for the same value stays where it is.
            replace_list(proxy, cell.d as i64, items.len(), |at, before| {
                let item = items[at];
                if !before.is_null() && (before == item || same_value(before, item)) {
                    xdecref(item);
                    before
                } else {
                    item
                }
            });
            refcount::note_items(proxy, items);
        } else if !is_new {
            // a tuple never changes: what is there stays
            items.iter().for_each(|&item| xdecref(item));
        } else if flags & Py_TPFLAGS_TUPLE_SUBCLASS != 0 {
            std::ptr::copy_nonoverlapping(items.as_ptr(), seq::tuple_items(proxy), items.len());
        } else if let Some(kind) = datetimes::kind((*proxy).ob_type) {
            datetimes::fill(proxy, kind, items);
        } else {
            let fields = proxy.add(1).cast::<Obj>();
            std::ptr::copy_nonoverlapping(items.as_ptr(), fields, items.len());
        }
        set_proxy(cell, proxy);
    }
}

/// The same for a list of ints. One that C has seen with the same value in its place stays.
pub unsafe fn fill_ints(cell: &mut Cell, items: &[i64]) {
    // SAFETY: as `fill_items`; exact ints have the struct that is read.
    unsafe {
        let (proxy, _) = container(cell, 0);
        if !proxy.is_null() {
            replace_list(proxy, cell.d as i64, items.len(), |at, before| {
                if !before.is_null()
                    && (*before).ob_type == &raw mut crate::PyLong_Type
                    && int::as_i64(before) == Some(items[at])
                {
                    before
                } else {
                    int::from_i64(items[at])
                }
            });
        }
        set_proxy(cell, proxy);
    }
}

/// The same for a list of floats.
pub unsafe fn fill_floats(cell: &mut Cell, items: &[f64]) {
    // SAFETY: as `fill_ints`.
    unsafe {
        let (proxy, _) = container(cell, 0);
        if !proxy.is_null() {
            replace_list(proxy, cell.d as i64, items.len(), |at, before| {
                if !before.is_null()
                    && (*before).ob_type == &raw mut PyFloat_Type
                    && (*before.cast::<PyFloatObject>()).ob_fval.to_bits() == items[at].to_bits()
                {
                    before
                } else {
                    float(items[at])
                }
            });
        }
        set_proxy(cell, proxy);
    }
}

/// The same for a list of ASCII strings, with NULs between them.
pub unsafe fn fill_words(cell: &mut Cell, n: usize, words: &[u8]) {
    // SAFETY: as `fill_ints`.
    unsafe {
        let (proxy, _) = container(cell, 0);
        if !proxy.is_null() {
            let mut words = words.split(|&byte| byte == 0);
            replace_list(proxy, cell.d as i64, n, |_, before| {
                let word = words.next().unwrap_or_default();
                if !before.is_null()
                    && (*before).ob_type == &raw mut crate::PyUnicode_Type
                    && text::is_ascii(before)
                    && text::utf8(before) == word
                {
                    before
                } else {
                    text::from_ascii(word)
                }
            });
        }
        set_proxy(cell, proxy);
    }
}

/// Gives a mirrored list the `n` items that the host's list has in this state. `item` gets a place and what the mirror has there (or
/// NULL), and returns that or a new reference; it must not cross.
unsafe fn replace_list(proxy: Obj, state: i64, n: usize, mut item: impl FnMut(usize, Obj) -> Obj) {
    // SAFETY: `proxy` is a list; old items are released after the new ones are in place.
    unsafe {
        // C has written in place, and the host has not seen it: what it sends is old.
        let is_written = mirror::is_written(proxy);
        if is_written || mirror::is_late(proxy, state) {
            for at in 0..n {
                xdecref(item(at, std::ptr::null_mut()));
            }
            if is_written {
                mirror::write_back(proxy);
            }
            return;
        }
        let list = proxy.cast::<PyListObject>();
        let mut gone = seq::list_slice(proxy).get(n..).unwrap_or_default().to_vec();
        let kept = seq::size(proxy).min(n);
        (*list).ob_base.ob_size = kept as isize;
        if !seq::resize(proxy, n, n) {
            return;
        }
        for at in 0..n {
            let place = (*list).ob_item.add(at);
            let before = *place;
            let now = item(at, before);
            if now != before {
                if !before.is_null() {
                    gone.push(before);
                }
                *place = now;
            }
        }
        seq::seal(proxy);
        mirror::arrived(proxy, state);
        gone.into_iter().for_each(|item| xdecref(item));
    }
}

/// Do two native values (not the same block) stand for the same object of the host?
unsafe fn same_value(a: Obj, b: Obj) -> bool {
    // SAFETY: both are objects; exact types have the struct that is compared.
    unsafe {
        let ty = (*a).ob_type;
        if ty != (*b).ob_type {
            false
        } else if ty == &raw mut crate::PyLong_Type {
            int::digits(a) == int::digits(b)
        } else if ty == &raw mut crate::PyUnicode_Type {
            text::eq(a, b)
        } else if ty == &raw mut PyFloat_Type {
            let bits = |op: Obj| (*op.cast::<PyFloatObject>()).ob_fval.to_bits();
            bits(a) == bits(b)
        } else if ty == &raw mut crate::PyBytes_Type {
            text::as_bytes(a) == text::as_bytes(b)
        } else {
            false
        }
    }
}

/// Opens the proxy of an instance of a subclass of int, float, str or bytes and gives it its value (a new reference).
pub unsafe fn fill_value(cell: &mut Cell, value: Obj) {
    // SAFETY: the block is allocated with room for the value.
    unsafe {
        let proxy = match crossing::receive(cell.i) {
            Received::Open(proxy) => new_ref(proxy),
            Received::Stale => stale(cell.i),
            Received::Fresh => {
                let ty = class_in(cell);
                let proxy = if ty.is_null() {
                    std::ptr::null_mut()
                } else {
                    with_value(ty, value)
                };
                xdecref(ty.cast());
                if proxy.is_null() {
                    proxy
                } else {
                    tie(cell.i, proxy).err().unwrap_or(proxy)
                }
            }
        };
        xdecref(value);
        cell.tag = if proxy.is_null() { Tag::Null } else { Tag::Proxy } as i32;
        cell.i = proxy as i64;
    }
}

unsafe fn with_value(ty: *mut PyTypeObject, value: Obj) -> Obj {
    // SAFETY: `value` is an exact int, float, str or bytes; the subclass's struct starts like its base's.
    unsafe {
        let value_type = (*value).ob_type;
        if type_flags::of(value_type) & Py_TPFLAGS_UNICODE_SUBCLASS != 0 {
            let proxy = allocate(ty, 0);
            if !proxy.is_null() {
                text::fill(proxy, value);
            }
            return proxy;
        }
        let head = size_of::<PyObject>();
        let mut body = (*value_type).tp_basicsize as usize - head;
        if (*value_type).tp_itemsize != 0 {
            body += types::items(value) * (*value_type).tp_itemsize as usize;
        }
        let size = (*ty).tp_basicsize.max(16) as usize + body + 8;
        let proxy = arena::alloc_zeroed(size).cast::<PyObject>();
        if proxy.is_null() {
            return seq::no_memory();
        }
        refcount::begin_proxy(proxy.cast(), ty);
        idle::hold_type(proxy);
        std::ptr::copy_nonoverlapping(value.cast::<u8>().add(head), proxy.cast::<u8>().add(head), body);
        proxy
    }
}

/// Drops what the proxy of a list or dict holds: the host sends it again before C sees it.
pub unsafe fn empty(op: Obj) {
    // SAFETY: nobody uses the proxy now; it is not tracked.
    unsafe {
        if type_flags::of((*op).ob_type) & Py_TPFLAGS_DICT_SUBCLASS != 0 {
            dict::cool(op);
        } else {
            mirror::forget(op);
            seq::resize(op, 0, 0);
        }
    }
}

/// Frees a proxy whose handle is closed.
pub unsafe fn dispose(op: Obj) {
    // SAFETY: nobody uses the proxy any more.
    unsafe {
        fields::drop_all(op);
        arena::set_handle(op, arena::NO_HANDLE);
        let ty = (*op).ob_type;
        let flags = type_flags::of(ty);
        if flags & Py_TPFLAGS_TUPLE_SUBCLASS != 0 {
            crate::structseq::items(op).iter().for_each(|&item| xdecref(item));
            arena::free(op.cast());
        } else if flags & Py_TPFLAGS_LIST_SUBCLASS != 0 {
            mirror::forget(op);
            seq::free_list(op);
        } else if flags & Py_TPFLAGS_DICT_SUBCLASS != 0 {
            dict::free(op);
        } else if flags & Py_TPFLAGS_UNICODE_SUBCLASS != 0 {
            text::dealloc(op);
        } else if crate::call_cfunction::is_function((*op).ob_type) {
            crate::call_cfunction::drop_function(op);
            arena::free(op.cast());
        } else {
            arena::free(op.cast());
        }
        idle::let_type_go(ty);
    }
}
