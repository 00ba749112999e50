//! The host interface: what a host gives the shim ([`HostTable`]) and what the shim gives a host ([`ShimTable`]).
//!
//! Both are plain C tables of functions. Values cross by value in a [`Cell`]; every other object crosses as a
//! handle, a small dense number that the host assigns. `headers/gimbal_host.h` is generated from this crate.
//!
//! # Rules
//! * No entry may unwind or `longjmp` across the border.
//! * The tag of a result is also the return value of the entry that made it, so that `int`, `float` and `None`
//!   results need no second look. [`Tag::Error`] means that an exception is described in the result cell.
//! * Handles are canonical: while an object has a handle it keeps it, so `==` on proxies is identity.
//! * A host counts how often it sends each handle; the shim counts how often it receives it and says so in
//!   [`HostTable::release`]. A host frees the handle only when both counts agree: a handle that another thread has
//!   encoded and not yet delivered is never freed under it (docs/adr/0001).

mod op;
mod start;

pub use op::Op;
pub use start::{
    GIMBAL_START_IGNORE_ENVIRONMENT, GIMBAL_START_NO_SIGNALS, GIMBAL_START_NO_SITE, HOST_START, HostStart,
    Start,
};

/// Version of the two tables. A host and a shim with different versions refuse each other.
pub const GIMBAL_HOST_ABI: u32 = 1;

/// Flag of [`HostTable::flags`]: containers may come in the packed forms that `GIMBAL_PACKED_INTS` and its neighbours describe.
pub const GIMBAL_HOST_TAKES_PACKED: u32 = 1;

/// Added to `aux` of a [`Tag::Tuple`] or [`Tag::List`]: `i` points at `n` words of type `int64_t`, not at cells.
pub const GIMBAL_PACKED_INTS: i32 = 2;

/// The same for `double`.
pub const GIMBAL_PACKED_FLOATS: i32 = 4;

/// Added to `aux` of a [`Tag::Dict`]: `i` points at `n + 1` cells. The first is [`Tag::Bytes`], all keys in ASCII, each ended by a
/// NUL; the values follow. [`ShimTable::fill_tree`] has the like.
pub const GIMBAL_KEYS_JOINED: i32 = 8;

/// Added to `aux` of a result that is a container: none in it wants a handle, so [`ShimTable::adopt`] need not be called. Only for
/// hosts that take packed forms.
pub const GIMBAL_NOTHING_TO_ADOPT: i32 = 16;

/// Added to `code` of [`ShimTable::direct`] and [`ShimTable::direct_int`], or to `kind` of [`ShimTable::calln`] and [`ShimTable::slot`]: the
/// host has just compared all lists that C holds, and found them unchanged; see [`ShimTable::lists`].
pub const GIMBAL_LISTS_COMPARED: i32 = 1 << 30;

/// In `aux` of a [`Tag::List`] that is an argument, with [`GIMBAL_PACKED_INTS`] or [`GIMBAL_PACKED_FLOATS`]: the list has no handle, and is
/// lent for the call. The address of its numbers names it, until the call has ended: when native code crosses or keeps the list, or has
/// changed it, the shim asks for its handle, by [`Op::LentList`].
pub const GIMBAL_LENT: i32 = 32;

/// What a [`Cell`] holds. The number is part of the ABI.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// An exception; results are pre-filled with it. As the result of a host entry: `i`, `t` as for `Handle`,
    /// or `i == 0` when the host ran out of stack. As the result of a shim entry: two cells, type and value.
    Error = 0,
    /// No object: the end of an iteration, an absent optional argument.
    Null = 1,
    /// `None`.
    None = 2,
    /// `True`.
    True = 3,
    /// `False`.
    False = 4,
    /// `NotImplemented`.
    NotImplemented = 5,
    /// `Ellipsis`.
    Ellipsis = 6,
    /// An exact `int` that fits `i`.
    Int = 7,
    /// An exact `float` in `d`.
    Float = 8,
    /// Shim to host only: an exact `str`; `i` points at `n` bytes of UTF-8 (surrogates allowed), `t` is its `PyObject*`, borrowed:
    /// a host that holds one which it has made itself, and knows what for, need not read it. Bits of `aux`: 1, all are ASCII; 2, C keeps this one too, and a host that interns strings gives the interned one for it. For C gives a string
    /// back that a program looks for with `is`, and strings have no handles.
    Str = 9,
    /// Shim to host only: exact `bytes`; `i` points at `n` bytes, `t` as for `Str`.
    Bytes = 10,
    /// An object by handle: `i` is the handle (index in the low 32 bits, generation in the high 32), `t` the handle of
    /// its type, or 0 when the host has sent the object before. An exact `str` that C uses as a name comes with the handle that
    /// [`Op::InternName`] has answered. For an exact `dict`, `n` may be the number of its entries
    /// plus 1; 0 when the host does not tell. For a list, `n` may be the number of the state of it that was sent last
    /// ([`ShimTable::next_number`]), when its items are the same since then; 0 else.
    Handle = 11,
    /// Host to shim only: `i` is a `PyObject*` made by one of the shim's constructors; its reference passes to the shim.
    Proxy = 12,
    /// An instance of an extension type: `i` is its `PyObject*` (borrowed), `t` the handle of its type.
    Instance = 13,
    /// Shim to host only: an exact `int` beyond 64 bits; `i` points at `n` little-endian two's complement bytes.
    BigInt = 14,
    /// Shim to host only: an exact `complex`, real part in `d`, imaginary part as bits in `i`.
    Complex = 15,
    /// Shim to host only: a native tuple; `i` points at `n` cells. With `aux` 1 it is a struct sequence: the first cell is
    /// its class, all its fields follow, and the host writes the handle that it gives the new instance into `t`.
    Tuple = 16,
    /// Shim to host only: a native list; `i` points at `n` cells. The host writes the handle that it gives the new
    /// list into `t`, and from then on the host's list is the truth.
    List = 17,
    /// Shim to host only: a native dict; `i` points at `2 * n` cells, key and value in turn. `t` as for `List`.
    Dict = 18,
    /// Shim to host only: a C function object (`PyCFunctionObject*` in `i`, borrowed). `t` as for `List`; `n` is the
    /// handle of the class that defines a `METH_METHOD`, else 0; the bits of `d` are the address of two words, its
    /// `PyMethodDef*` and its self; `aux` is the index of the handle of self's type when that is an extension type, else 0.
    Function = 19,
    /// Shim to host only, for hosts with [`GIMBAL_HOST_TAKES_MARSHAL`]: a container of which C holds nothing; `i` points at `n` bytes
    /// from which `marshal.loads` makes it.
    Marshalled = 20,
}

/// One value on its way across the border. 40 bytes, aligned to 8.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// A [`Tag`].
    pub tag: i32,
    /// Depends on the tag.
    pub aux: i32,
    /// Depends on the tag: integer, pointer or handle.
    pub i: i64,
    /// Depends on the tag: floating-point payload.
    pub d: f64,
    /// Depends on the tag: length.
    pub n: i64,
    /// Depends on the tag: handle of the type, or a handle written back by the host.
    pub t: i64,
}

impl Cell {
    /// A cell with a tag and nothing else.
    #[inline]
    pub const fn new(tag: Tag) -> Self {
        Cell {
            tag: tag as i32,
            aux: 0,
            i: 0,
            d: 0.0,
            n: 0,
            t: 0,
        }
    }
}

/// A handle to close, and how often the shim has received it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Release {
    /// The handle.
    pub handle: i64,
    /// Number of times that the shim has received it since it was opened.
    pub received: i64,
}

/// In [`HostTable::flags`]: a cell of a result with [`Tag::Instance`] and `aux` 1 is an instance without a wrapper, and its wrapper owns
/// the reference that comes with it: the host decodes cells from first to last, and does not call [`ShimTable::incref`] for it.
pub const GIMBAL_HOST_TAKES_INSTANCES: u32 = 2;

/// In [`HostTable::flags`]: results may have [`Tag::Marshalled`]. The streams are of version 4, as any Python since 3.4 reads them.
pub const GIMBAL_HOST_TAKES_MARSHAL: u32 = 4;

/// What a host gives the shim. Every entry may be called on any thread that runs extension code, never with the
/// extension lock held; the host attaches the thread itself.
#[repr(C)]
pub struct HostTable {
    /// [`GIMBAL_HOST_ABI`].
    pub abi_version: u32,
    /// A sum of [`GIMBAL_HOST_TAKES_PACKED`], [`GIMBAL_HOST_TAKES_INSTANCES`] and [`GIMBAL_HOST_TAKES_MARSHAL`], or zero.
    pub flags: u32,
    /// `size_of::<HostTable>()` of the host's header.
    pub size: usize,
    /// Performs operation `code` (see [`Op`]) on `nargs` argument cells; fills `out` and returns its tag.
    pub op: unsafe extern "C" fn(code: i32, nargs: i32, args: *mut Cell, out: *mut Cell) -> i32,
    /// Calls the object with handle `callable`: `nargs` positional cells, then `nkw` keyword values, then (when
    /// `nkw > 0`) one cell with the tuple of names.
    pub call:
        unsafe extern "C" fn(callable: i64, nargs: i32, nkw: i32, args: *mut Cell, out: *mut Cell) -> i32,
    /// `getattr(object, name)`; `name` is a handle of an exact `str` got from [`Op::InternName`].
    pub getattr: unsafe extern "C" fn(object: i64, name: i64, out: *mut Cell) -> i32,
    /// Closes handles: each is freed unless the host has sent it more often than the shim has received it.
    pub release: unsafe extern "C" fn(n: i32, handles: *const Release),
}

/// What the shim gives a host. All entries take the extension lock themselves. Argument cells are consumed.
///
/// `out` points at three cells, all zero before their first use: a result (an error needs two), and what the shim keeps so that
/// the result's pointers are good. It lets go of that at the next call with the same cells, or at [`ShimTable::forget`]. A
/// host that has decoded a result whose tag is [`Tag::Tuple`] or more calls [`ShimTable::adopt`] before either: so the shim
/// learns the handles of containers that are the host's now.
#[repr(C)]
pub struct ShimTable {
    /// [`GIMBAL_HOST_ABI`].
    pub abi_version: u32,
    /// Zero; room for flags.
    pub flags: u32,
    /// `size_of::<ShimTable>()`.
    pub size: usize,
    /// Calls a `METH_NOARGS` function.
    pub call0: unsafe extern "C" fn(f: *mut u8, me: *mut u8, out: *mut Cell) -> i32,
    /// Calls a C function of any convention; see [`CallKind`] for `kind` and [`HostTable::call`] for the arguments.
    pub calln: unsafe extern "C" fn(
        kind: i32,
        f: *mut u8,
        me: *mut u8,
        nargs: i32,
        nkw: i32,
        args: *mut Cell,
        out: *mut Cell,
    ) -> i32,
    /// Calls a function or slot with at most two values, in registers. `code` is a [`SlotKind`], or 64 plus a [`CallKind`]; plus
    /// 256 times the tag of the first value (in `a`, or `x` for a float; type 0), 65536 times that of the second one (`b` or `y`); tag 0
    /// is none. A call may end in keywords: 2^24 times their number, and `names` is the address of a tuple made by
    /// [`ShimTable::new_tuple`]. A slot's value may be no object: the first of `Item`, `SsizeArg`, `SsizeObjArg` is an index, of
    /// `Getter` the closure; the second of `Setter` the closure, of `RichCompare` the operator.
    pub direct: unsafe extern "C" fn(
        code: i32,
        f: *mut u8,
        me: *mut u8,
        a: i64,
        b: i64,
        out: *mut Cell,
        x: f64,
        y: f64,
        names: i64,
    ) -> i32,
    /// [`Self::direct`] for a function whose result is expected to be an int or a constant, which then comes in a register. Returned are the
    /// int; or `i64::MIN` plus the tag of another value without a payload ([`Tag::None`], [`Tag::True`], [`Tag::False`], [`Tag::Null`]); or
    /// `i64::MIN` plus something else below 2^48 (an address), of any other result or an error: [`Self::fetch`] tells it.
    pub direct_int: unsafe extern "C" fn(
        code: i32,
        f: *mut u8,
        me: *mut u8,
        a: i64,
        b: i64,
        x: f64,
        y: f64,
        names: i64,
    ) -> i64,
    /// The result that [`Self::direct_int`] has returned the number of, once: as [`Self::direct`] would have told it.
    pub fetch: unsafe extern "C" fn(result: i64, out: *mut Cell) -> i32,
    /// A number higher than all before it. A host with threads asks for one before it reads a list that it sends, and puts it into
    /// `d` of the list's cell; others leave 0 there. An answer that is overtaken is known by it.
    pub next_number: extern "C" fn() -> i64,
    /// Two words that may be read at any time: a number that changes whenever something changes in what C knows of the host's lists, and the
    /// number of lists that C holds. A host that finds the first as it was when [`Op::ListsUnchanged`] last asked for all of them, and all
    /// lists as they were then, may say so in a call, with [`GIMBAL_LISTS_COMPARED`]: it is not asked again.
    pub lists: extern "C" fn() -> *const i64,
    /// A word that may be read at any time: by how many bytes the memory that the process uses has grown since the host last asked for
    /// figure 4 of [`Self::stat`]. 0 while that is little, and looked at only when an instance is given to the host. Instances that
    /// are garbage may hold that memory, of which the host's collector knows nothing: a host that collects now and then does so now.
    pub grown: extern "C" fn() -> *const i64,
    /// Gives the pages of free native memory back to the system. For after a collection that was asked for, which frees many instances
    /// at a time: what is made after them touches other pages than they did. Does nothing when that would take more than a hundredth of the time.
    pub trim: extern "C" fn(),
    /// Makes a `str` of `n` UTF-8 bytes and `points` code points, or `bytes` of `n` when `points` is -1: the payload of a
    /// [`Tag::Proxy`], 0 when memory is out.
    pub text: unsafe extern "C" fn(s: *const u8, n: i64, points: i64) -> i64,
    /// Calls a type slot of C signature `kind` ([`SlotKind`]) with argument cells; the first is usually `self`.
    pub slot: unsafe extern "C" fn(kind: i32, f: *mut u8, nargs: i32, args: *mut Cell, out: *mut Cell) -> i32,
    /// A reference that a host wrapper holds on a native instance: taken when the wrapper is made.
    pub incref: unsafe extern "C" fn(object: *mut u8),
    /// The wrapper died: gives its reference back. May run `tp_dealloc`.
    pub decref: unsafe extern "C" fn(object: *mut u8),
    /// References that a host holds on a native object that it has made: takes `n` more, or gives `-n` back.
    pub refer: unsafe extern "C" fn(object: *mut u8, n: i64),
    /// [`Self::decref`] for the wrappers of `n` instances.
    pub drop: unsafe extern "C" fn(n: i64, objects: *const i64),
    /// The count of a native instance: more than 1 means that native code holds it beside its wrapper.
    pub refcount: unsafe extern "C" fn(object: *mut u8) -> i64,
    /// Makes a `str` and puts it into `cell` as [`Tag::Proxy`].
    pub new_str: unsafe extern "C" fn(cell: *mut Cell, s: *const u8, n: i64, points: i64),
    /// Makes a `bytes`.
    pub new_bytes: unsafe extern "C" fn(cell: *mut Cell, s: *const u8, n: i64),
    /// Makes an `int` from `n` little-endian two's complement bytes.
    pub new_int: unsafe extern "C" fn(cell: *mut Cell, s: *const u8, n: i64),
    /// Makes a `complex`.
    pub new_complex: unsafe extern "C" fn(cell: *mut Cell, real: f64, imag: f64),
    /// Makes a native tuple of `n` cells, not tied to a host tuple.
    pub new_tuple: unsafe extern "C" fn(cell: *mut Cell, n: i64, items: *mut Cell),
    /// Opens or refreshes the proxy of a host tuple or list (`cell` is its `Handle` cell) with its `n` items.
    pub fill_items: unsafe extern "C" fn(cell: *mut Cell, n: i64, items: *mut Cell),
    /// The same for a list of machine integers.
    pub fill_ints: unsafe extern "C" fn(cell: *mut Cell, n: i64, items: *const i64),
    /// The same for a list of floats.
    pub fill_floats: unsafe extern "C" fn(cell: *mut Cell, n: i64, items: *const f64),
    /// Opens the proxy of an instance of a subclass of int, float, str or bytes and gives it its value, which is in
    /// `value` as a plain cell (consumed).
    pub fill_value: unsafe extern "C" fn(cell: *mut Cell, value: *mut Cell),
    /// Containers that the host has given handles while it decoded a result: `cell` is the result's cell.
    pub adopt: unsafe extern "C" fn(cell: *mut Cell),
    /// Loads the extension file `path` for module `name` and calls its init function. Result: a module, or an int that
    /// is the address of a `PyModuleDef` (multi-phase initialisation).
    pub load: unsafe extern "C" fn(path: *const u8, name: *const u8, out: *mut Cell) -> i32,
    /// First phase of a multi-phase module: `args` are the definition's address and the spec. Result: the module.
    pub create_module: unsafe extern "C" fn(def: *mut u8, spec: *mut Cell, out: *mut Cell) -> i32,
    /// Second phase: runs the `Py_mod_exec` slots on the module.
    pub exec_module: unsafe extern "C" fn(def: *mut u8, module: *mut Cell, out: *mut Cell) -> i32,
    /// Name of operation `code` as the host should know it, or NULL past the end.
    pub op_name: unsafe extern "C" fn(code: i32) -> *const u8,
    /// Slot group and name (`nb __add__`) of special method `i`, which is bit `i % 60` of mask `i / 60` in
    /// [`Op::TypeInfo`]; NULL past the end.
    pub dunder_name: unsafe extern "C" fn(i: i32) -> *const u8,
    /// Name of builtin type number `i` that the shim exports, as `Type` of `PyType_Type`, or NULL past the end.
    pub builtin_name: unsafe extern "C" fn(i: i32) -> *const u8,
    /// Ties builtin type or exception number `i` to the host's type object in `cell`.
    pub bind_builtin: unsafe extern "C" fn(i: i32, cell: *mut Cell),
    /// Lets go of what the last result in these cells pointed at, before they are used again.
    pub forget: unsafe extern "C" fn(out: *mut Cell),
    /// Clears cycles of native instances that nothing else refers to; how many instances were in them. For after a
    /// collection of the host.
    pub collect: unsafe extern "C" fn() -> i64,
    /// What only wrappers hold, through the instances behind them. `known` are `n` addresses of instances, plus 1 when the
    /// wrapper has state of its own, plus 2 when the host has used it lately and does not want to hear of it; afterwards
    /// plus 1 when C itself holds the instance, so that its wrapper has to be pinned. Returns `count` edges of four words each,
    /// valid until the next call: kind and name of a holder, kind and name of a target. Kind 0 is the wrapper of the
    /// instance at that address, 1 the object with that handle, 2 something in between, by a number. The host makes
    /// each holder keep its targets alive and stops doing so itself: see docs/adr/0006 for what it has to promise.
    pub survey: unsafe extern "C" fn(n: i64, known: *mut i64, count: *mut i64) -> *const i64,
    /// The wrappers of these `n` instances are dead (but still there): `tp_finalize`, once in the life of each.
    pub finalize: unsafe extern "C" fn(n: i64, dead: *const i64),
    /// The same, and what they refer to holds them: `tp_clear`.
    pub clear: unsafe extern "C" fn(n: i64, dead: *const i64),
    /// Host code has changed the dict with this handle, whose version compiled code may have cached.
    pub touch: unsafe extern "C" fn(handle: i64),
    /// Figures: 0 live proxies, 1 bytes of native memory in use, 2 proxies waiting for release, 3 how often lists that C
    /// holds have been compared with the host's since the start (some nanoseconds each), 4 bytes of memory in use: asking makes
    /// [`Self::grown`] count from them.
    pub stat: unsafe extern "C" fn(what: i32) -> i64,
    /// Releases everything that is queued, at a moment of the host's choosing (never from a finalizer). The proxies of classes that
    /// nothing native uses are kept for the next time, some hundred of them: with `classes` 1 those are released that were
    /// not used since the last such call (for after each collection), with 2 all of them (for a collection that was asked for).
    pub flush: unsafe extern "C" fn(classes: i32),
    /// Opens or refreshes the proxies of `n` containers, which are in the first `n` cells, with all that is in them. `text` has the text of
    /// all strings in them, `bytes` long and with `points` code points, in the order of the cells. When `cell` is not NULL, `n` is 1
    /// and `cell` becomes the container's `Proxy`.
    ///
    /// A cell with [`Tag::Str`] is an exact `str`, whose `n` code points come next in `text`. One with [`Tag::Tuple`] (also for what is no
    /// tuple and is sent with its fields), [`Tag::List`] or [`Tag::Dict`] is a container: `i` and `t` are as for [`Tag::Handle`],
    /// and its `n` items have the next cells that are not in use: of a dict, keys and values in turn. Forms, in `aux`:
    /// * [`GIMBAL_PACKED_INTS`], [`GIMBAL_PACKED_FLOATS`]: the bits of `d` are the address of the items, which have no cells. Of a
    ///   dict with joined keys these are the values. Of a list, the high 32 bits of `n` are the low 31 bits of its number.
    /// * [`GIMBAL_KEYS_JOINED`]: the keys of a dict, or the items of a list, are ASCII strings that come next in `text` with NULs
    ///   between them; `n` has the number of their code points, too, in the high 32 bits.
    ///
    /// A dict is read as it is at `moment`, which [`Op::DictSnapshot`] tells; it need not be sent with what is in it: a handle will do.
    pub fill_tree: unsafe extern "C" fn(
        cell: *mut Cell,
        n: i64,
        cells: *mut Cell,
        text: *const u8,
        bytes: i64,
        points: i64,
        moment: i64,
    ),
}

/// The calling convention of a C function, as [`ShimTable::calln`] takes it. With 16 added, the first argument cell is
/// the function's self.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// `f(self, NULL)`
    NoArgs = 0,
    /// `f(self, arg)`
    One = 1,
    /// `f(self, args)`
    VarArgs = 2,
    /// `f(self, args, kwargs)`
    VarKeywords = 3,
    /// `f(self, args, nargs)`
    Fast = 4,
    /// `f(self, args, nargs, kwnames)`
    FastKeywords = 5,
    /// `f(self, defining_class, args, nargs, kwnames)`: the class is the first argument cell.
    Method = 6,
    /// `int f(self, args, kwargs)`: `tp_init`; the result is None.
    Init = 7,
}

/// The C signature of a slot, as [`ShimTable::slot`] takes it.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// `PyObject *f(self)`
    Unary = 0,
    /// `PyObject *f(a, b)`
    Binary = 1,
    /// `PyObject *f(a, b, c)`
    Ternary = 2,
    /// `Py_ssize_t f(self)`
    Len = 3,
    /// `PyObject *f(self, Py_ssize_t)`, negative indices not adjusted
    SsizeArg = 4,
    /// `PyObject *f(self, Py_ssize_t)`, negative indices adjusted by the slot's own `sq_length` (second pointer in `d`'s bits)
    Item = 5,
    /// `int f(self, Py_ssize_t, value)`; value `Null` deletes
    SsizeObjArg = 6,
    /// `int f(self, object)` as a bool: `sq_contains`
    Contains = 7,
    /// `int f(self, key, value)`; value `Null` deletes: `mp_ass_subscript`, `tp_setattro`, `tp_descr_set`
    ObjObjArg = 8,
    /// `Py_hash_t f(self)`
    Hash = 9,
    /// `int f(self)` as a bool: `nb_bool`
    Inquiry = 10,
    /// `PyObject *f(a, b, int op)`: the third cell is the operator
    RichCompare = 11,
    /// `PyObject *f(self)`, NULL without an error ends the iteration
    IterNext = 12,
    /// `PyObject *f(self, args tuple, kwargs or NULL)`: called through `calln` with [`CallKind::VarKeywords`]
    Call = 13,
    /// `int f(self, args tuple, kwargs or NULL)`: through `calln` with [`CallKind::Init`]
    Init = 14,
    /// `PyObject *f(type, args tuple, kwargs or NULL)`: through `calln` with [`CallKind::VarKeywords`], self first
    New = 15,
    /// `PyObject *f(descr, obj or NULL, type or NULL)`
    DescrGet = 16,
    /// `void f(self)`
    Finalize = 17,
    /// `PyObject *f(self, void *closure)`: a getter; the closure is an int cell
    Getter = 18,
    /// `int f(self, value or NULL, void *closure)`: a setter
    Setter = 19,
    /// Reads the member that `PyMemberDef *f` describes
    MemberGet = 20,
    /// Writes or deletes it
    MemberSet = 21,
    /// `PyObject *f(self, char *name)`: `tp_getattr`
    GetAttrString = 22,
    /// `int f(self, char *name, value)`: `tp_setattr`
    SetAttrString = 23,
    /// `int f(self, Py_buffer *, flags)`: `bf_getbuffer`; result: an int, the address of a filled `Py_buffer`
    GetBuffer = 24,
    /// Releases the buffer whose address is the second cell
    ReleaseBuffer = 25,
    /// The instance dictionary at `tp_dictoffset`; the host's is put there when C has made none (the first cell is the instance)
    InstanceDict = 26,
    /// The builtin value in the struct of an instance whose type derives from a builtin, or None (the first cell is the instance)
    PlainValue = 27,
    /// A new instance for the class in the first cell, whose wrapper is there; the second is the builtin value in it, or None.
    /// Result: an int, its address, with a reference
    NewStruct = 28,
    /// The exception that native code is handling in this thread, or None; no cells
    HandledInC = 29,
}
