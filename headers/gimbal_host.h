/* The host interface of Gimbal: what an interpreter fills (gimbal_host) and what it gets (gimbal_shim).
 * Generated from the crate gimbal-host by `cargo xtask check --write`. */

#ifndef GIMBAL_HOST_H
#define GIMBAL_HOST_H

#include <stddef.h>
#include <stdint.h>

// Version of the two tables. A host and a shim with different versions refuse each other.
#define GIMBAL_HOST_ABI 1

// What a `Cell` holds. The number is part of the ABI.
enum gimbal_tag
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // An exception; results are pre-filled with it. As the result of a host entry: `i`, `t` as for `Handle`,
  // or `i == 0` when the host ran out of stack. As the result of a shim entry: two cells, type and value.
  GIMBAL_TAG_ERROR = 0,
  // No object: the end of an iteration, an absent optional argument.
  GIMBAL_TAG_NULL = 1,
  // `None`.
  GIMBAL_TAG_NONE = 2,
  // `True`.
  GIMBAL_TAG_TRUE = 3,
  // `False`.
  GIMBAL_TAG_FALSE = 4,
  // `NotImplemented`.
  GIMBAL_TAG_NOT_IMPLEMENTED = 5,
  // `Ellipsis`.
  GIMBAL_TAG_ELLIPSIS = 6,
  // An exact `int` that fits `i`.
  GIMBAL_TAG_INT = 7,
  // An exact `float` in `d`.
  GIMBAL_TAG_FLOAT = 8,
  // Shim to host only: an exact `str`; `i` points at `n` bytes of UTF-8 (surrogates allowed), `aux` is 1 when all are ASCII.
  GIMBAL_TAG_STR = 9,
  // Shim to host only: exact `bytes`; `i` points at `n` bytes.
  GIMBAL_TAG_BYTES = 10,
  // An object by handle: `i` is the handle (index in the low 32 bits, generation in the high 32), `t` the handle of
  // its type, or 0 when the host has sent the object before.
  GIMBAL_TAG_HANDLE = 11,
  // Host to shim only: `i` is a `PyObject*` made by one of the shim's constructors; its reference passes to the shim.
  GIMBAL_TAG_PROXY = 12,
  // An instance of an extension type: `i` is its `PyObject*` (borrowed), `t` the handle of its type.
  GIMBAL_TAG_INSTANCE = 13,
  // Shim to host only: an exact `int` beyond 64 bits; `i` points at `n` little-endian two's complement bytes.
  GIMBAL_TAG_BIG_INT = 14,
  // Shim to host only: an exact `complex`, real part in `d`, imaginary part as bits in `i`.
  GIMBAL_TAG_COMPLEX = 15,
  // Shim to host only: a native tuple; `i` points at `n` cells.
  GIMBAL_TAG_TUPLE = 16,
  // Shim to host only: a native list; `i` points at `n` cells. The host writes the handle that it gives the new
  // list into `t`, and from then on the host's list is the truth.
  GIMBAL_TAG_LIST = 17,
  // Shim to host only: a native dict; `i` points at `2 * n` cells, key and value in turn. `t` as for `List`.
  GIMBAL_TAG_DICT = 18,
  // Shim to host only: a C function object (`PyCFunctionObject*` in `i`, borrowed). `t` as for `List`.
  GIMBAL_TAG_FUNCTION = 19,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gimbal_tag gimbal_tag;
#else
typedef int32_t gimbal_tag;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The calling convention of a C function, as `ShimTable::calln` takes it.
enum gimbal_call_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // `f(self, NULL)`
  GIMBAL_CALL_KIND_NO_ARGS = 0,
  // `f(self, arg)`
  GIMBAL_CALL_KIND_ONE = 1,
  // `f(self, args)`
  GIMBAL_CALL_KIND_VAR_ARGS = 2,
  // `f(self, args, kwargs)`
  GIMBAL_CALL_KIND_VAR_KEYWORDS = 3,
  // `f(self, args, nargs)`
  GIMBAL_CALL_KIND_FAST = 4,
  // `f(self, args, nargs, kwnames)`
  GIMBAL_CALL_KIND_FAST_KEYWORDS = 5,
  // `f(self, defining_class, args, nargs, kwnames)`: the class is the first argument cell.
  GIMBAL_CALL_KIND_METHOD = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gimbal_call_kind gimbal_call_kind;
#else
typedef int32_t gimbal_call_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The C signature of a slot, as `ShimTable::slot` takes it.
enum gimbal_slot_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // `PyObject *f(self)`
  GIMBAL_SLOT_KIND_UNARY = 0,
  // `PyObject *f(a, b)`
  GIMBAL_SLOT_KIND_BINARY = 1,
  // `PyObject *f(a, b, c)`
  GIMBAL_SLOT_KIND_TERNARY = 2,
  // `Py_ssize_t f(self)`
  GIMBAL_SLOT_KIND_LEN = 3,
  // `PyObject *f(self, Py_ssize_t)`, negative indices not adjusted
  GIMBAL_SLOT_KIND_SSIZE_ARG = 4,
  // `PyObject *f(self, Py_ssize_t)`, negative indices adjusted by the slot's own `sq_length` (second pointer in `d`'s bits)
  GIMBAL_SLOT_KIND_ITEM = 5,
  // `int f(self, Py_ssize_t, value)`; value `Null` deletes
  GIMBAL_SLOT_KIND_SSIZE_OBJ_ARG = 6,
  // `int f(self, object)` as a bool: `sq_contains`
  GIMBAL_SLOT_KIND_CONTAINS = 7,
  // `int f(self, key, value)`; value `Null` deletes: `mp_ass_subscript`, `tp_setattro`, `tp_descr_set`
  GIMBAL_SLOT_KIND_OBJ_OBJ_ARG = 8,
  // `Py_hash_t f(self)`
  GIMBAL_SLOT_KIND_HASH = 9,
  // `int f(self)` as a bool: `nb_bool`
  GIMBAL_SLOT_KIND_INQUIRY = 10,
  // `PyObject *f(a, b, int op)`: the third cell is the operator
  GIMBAL_SLOT_KIND_RICH_COMPARE = 11,
  // `PyObject *f(self)`, NULL without an error ends the iteration
  GIMBAL_SLOT_KIND_ITER_NEXT = 12,
  // `PyObject *f(self, args tuple, kwargs or NULL)`
  GIMBAL_SLOT_KIND_CALL = 13,
  // `int f(self, args tuple, kwargs or NULL)`
  GIMBAL_SLOT_KIND_INIT = 14,
  // `PyObject *f(type, args tuple, kwargs or NULL)`
  GIMBAL_SLOT_KIND_NEW = 15,
  // `PyObject *f(descr, obj or NULL, type or NULL)`
  GIMBAL_SLOT_KIND_DESCR_GET = 16,
  // `void f(self)`
  GIMBAL_SLOT_KIND_FINALIZE = 17,
  // `PyObject *f(self, void *closure)`: a getter; the closure is an int cell
  GIMBAL_SLOT_KIND_GETTER = 18,
  // `int f(self, value or NULL, void *closure)`: a setter
  GIMBAL_SLOT_KIND_SETTER = 19,
  // Reads the member that `PyMemberDef *f` describes
  GIMBAL_SLOT_KIND_MEMBER_GET = 20,
  // Writes or deletes it
  GIMBAL_SLOT_KIND_MEMBER_SET = 21,
  // `PyObject *f(self, char *name)`: `tp_getattr`
  GIMBAL_SLOT_KIND_GET_ATTR_STRING = 22,
  // `int f(self, char *name, value)`: `tp_setattr`
  GIMBAL_SLOT_KIND_SET_ATTR_STRING = 23,
  // `int f(self, Py_buffer *, flags)`: `bf_getbuffer`; result: an int, the address of a filled `Py_buffer`
  GIMBAL_SLOT_KIND_GET_BUFFER = 24,
  // Releases the buffer whose address is the second cell
  GIMBAL_SLOT_KIND_RELEASE_BUFFER = 25,
  // Reads instance dictionary at `tp_dictoffset` (the first cell is the instance)
  GIMBAL_SLOT_KIND_INSTANCE_DICT = 26,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gimbal_slot_kind gimbal_slot_kind;
#else
typedef int32_t gimbal_slot_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// One value on its way across the border. 40 bytes, aligned to 8.
struct gimbal_cell {
  // A `Tag`.
  int32_t tag;
  // Depends on the tag.
  int32_t aux;
  // Depends on the tag: integer, pointer or handle.
  int64_t i;
  // Depends on the tag: floating-point payload.
  double d;
  // Depends on the tag: length.
  int64_t n;
  // Depends on the tag: handle of the type, or a handle written back by the host.
  int64_t t;
};

// A handle to close, and how often the shim has received it.
struct gimbal_release {
  // The handle.
  int64_t handle;
  // Number of times that the shim has received it since it was opened.
  int64_t received;
};

// What a host gives the shim. Every entry may be called on any thread that runs extension code, never with the
// extension lock held; the host attaches the thread itself.
struct gimbal_host {
  // `GIMBAL_HOST_ABI`.
  uint32_t abi_version;
  // Zero; room for flags.
  uint32_t flags;
  // `size_of::<HostTable>()` of the host's header.
  size_t size;
  // Performs operation `code` (see `Op`) on `nargs` argument cells; fills `out` and returns its tag.
  int32_t (*op)(int32_t code, int32_t nargs, struct gimbal_cell *args, struct gimbal_cell *out);
  // Calls the object with handle `callable`: `nargs` positional cells, then `nkw` keyword values, then (when
  // `nkw > 0`) one cell with the tuple of names.
  int32_t (*call)(int64_t callable,
                  int32_t nargs,
                  int32_t nkw,
                  struct gimbal_cell *args,
                  struct gimbal_cell *out);
  // `getattr(object, name)`; `name` is a handle of an exact `str` got from `Op::InternName`.
  int32_t (*getattr)(int64_t object, int64_t name, struct gimbal_cell *out);
  // Closes handles: each is freed unless the host has sent it more often than the shim has received it.
  void (*release)(int32_t n, const struct gimbal_release *handles);
};

// What the shim gives a host. All entries take the extension lock themselves. `out` arguments point at two cells
// (an error needs both); argument cells are consumed.
struct gimbal_shim {
  // `GIMBAL_HOST_ABI`.
  uint32_t abi_version;
  // Zero; room for flags.
  uint32_t flags;
  // `size_of::<ShimTable>()`.
  size_t size;
  // Calls a `METH_NOARGS` function.
  int32_t (*call0)(uint8_t *f, uint8_t *me, struct gimbal_cell *out);
  // Calls a `METH_O` function with an int, a float, a constant or a handle (`tag`, `i`, `d` as in a cell, type 0).
  int32_t (*call1)(uint8_t *f, uint8_t *me, int32_t tag, int64_t i, double d, struct gimbal_cell *out);
  // Calls a `METH_O` function with a `str` of `n` UTF-8 bytes and `points` code points.
  int32_t (*call1s)(uint8_t *f,
                    uint8_t *me,
                    const uint8_t *s,
                    int64_t n,
                    int64_t points,
                    struct gimbal_cell *out);
  // Calls a C function of any convention; see `CallKind` for `kind` and `HostTable::call` for the arguments.
  int32_t (*calln)(int32_t kind,
                   uint8_t *f,
                   uint8_t *me,
                   int32_t nargs,
                   int32_t nkw,
                   struct gimbal_cell *args,
                   struct gimbal_cell *out);
  // Calls a type slot of C signature `kind` (`SlotKind`) with argument cells; the first is usually `self`.
  int32_t (*slot)(int32_t kind, uint8_t *f, int32_t nargs, struct gimbal_cell *args, struct gimbal_cell *out);
  // A reference that a host wrapper holds on a native instance: taken when the wrapper is made.
  void (*incref)(uint8_t *object);
  // The wrapper died: gives its reference back. May run `tp_dealloc`.
  void (*decref)(uint8_t *object);
  // The count of a native instance: more than 1 means that native code holds it beside its wrapper.
  int64_t (*refcount)(uint8_t *object);
  // Makes a `str` and puts it into `cell` as `Tag::Proxy`.
  void (*new_str)(struct gimbal_cell *cell, const uint8_t *s, int64_t n, int64_t points);
  // Makes a `bytes`.
  void (*new_bytes)(struct gimbal_cell *cell, const uint8_t *s, int64_t n);
  // Makes an `int` from `n` little-endian two's complement bytes.
  void (*new_int)(struct gimbal_cell *cell, const uint8_t *s, int64_t n);
  // Makes a `complex`.
  void (*new_complex)(struct gimbal_cell *cell, double real, double imag);
  // Makes a native tuple of `n` cells, not tied to a host tuple.
  void (*new_tuple)(struct gimbal_cell *cell, int64_t n, struct gimbal_cell *items);
  // Opens or refreshes the proxy of a host tuple or list (`cell` is its `Handle` cell) with its `n` items.
  void (*fill_items)(struct gimbal_cell *cell, int64_t n, struct gimbal_cell *items);
  // The same for a list of machine integers.
  void (*fill_ints)(struct gimbal_cell *cell, int64_t n, const int64_t *items);
  // The same for a list of floats.
  void (*fill_floats)(struct gimbal_cell *cell, int64_t n, const double *items);
  // Opens the proxy of an instance of a subclass of int, float, str or bytes and gives it its value, which is in
  // `value` as a plain cell (consumed).
  void (*fill_value)(struct gimbal_cell *cell, struct gimbal_cell *value);
  // Containers that the host has given handles while it decoded a result: `cell` is the result's cell.
  void (*adopt)(struct gimbal_cell *cell);
  // Loads the extension file `path` for module `name` and calls its init function. Result: a module, or an int that
  // is the address of a `PyModuleDef` (multi-phase initialisation).
  int32_t (*load)(const uint8_t *path, const uint8_t *name, struct gimbal_cell *out);
  // First phase of a multi-phase module: `args` are the definition's address and the spec. Result: the module.
  int32_t (*create_module)(uint8_t *def, struct gimbal_cell *spec, struct gimbal_cell *out);
  // Second phase: runs the `Py_mod_exec` slots on the module.
  int32_t (*exec_module)(uint8_t *def, struct gimbal_cell *module, struct gimbal_cell *out);
  // Name of operation `code` as the host should know it, or NULL past the end.
  const uint8_t *(*op_name)(int32_t code);
  // Name of special method number `i` (bit `i` of the masks in `Op::TypeInfo`), or NULL past the end.
  const uint8_t *(*dunder_name)(int32_t i);
  // Name of builtin type number `i` that the shim exports, as `Type` of `PyType_Type`, or NULL past the end.
  const uint8_t *(*builtin_name)(int32_t i);
  // Ties builtin type or exception number `i` to the host's type object in `cell`.
  void (*bind_builtin)(int32_t i, struct gimbal_cell *cell);
  // Figures for tests: 0 live handles, 1 live proxies, 2 bytes of native memory in use, 3 releases queued.
  int64_t (*stat)(int32_t what);
  // Releases everything that is queued, at a moment of the host's choosing (never from a finalizer).
  void (*flush)(void);
};

#endif  /* GIMBAL_HOST_H */
