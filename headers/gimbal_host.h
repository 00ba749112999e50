/* The host interface of Gimbal: what an interpreter fills (gimbal_host) and what it gets (gimbal_shim).
 * Generated from the crate gimbal-host by `cargo xtask check --write`. */

#ifndef GIMBAL_HOST_H
#define GIMBAL_HOST_H

#include <stddef.h>
#include <stdint.h>

// Version of the two tables. A host and a shim with different versions refuse each other.
#define GIMBAL_HOST_ABI 1

// Flag of `HostTable::flags`: containers may come in the packed forms that `GIMBAL_PACKED_INTS` and its neighbours describe.
#define GIMBAL_HOST_TAKES_PACKED 1

// Added to `aux` of a `Tag::Tuple` or `Tag::List`: `i` points at `n` words of type `int64_t`, not at cells.
#define GIMBAL_PACKED_INTS 2

// The same for `double`.
#define GIMBAL_PACKED_FLOATS 4

// Added to `aux` of a `Tag::Dict`: `i` points at `n + 1` cells. The first is `Tag::Bytes`, all keys in ASCII, each ended by a
// NUL; the values follow. `ShimTable::fill_tree` has the like.
#define GIMBAL_KEYS_JOINED 8

// Added to `aux` of a result that is a container: none in it wants a handle, so `ShimTable::adopt` need not be called. Only for
// hosts that take packed forms.
#define GIMBAL_NOTHING_TO_ADOPT 16

// Added to `code` of `ShimTable::direct` and `ShimTable::direct_int`, or to `kind` of `ShimTable::calln` and `ShimTable::slot`: the
// host has just compared all lists that C holds, and found them unchanged; see `ShimTable::lists`.
#define GIMBAL_LISTS_COMPARED (1 << 30)

// In `aux` of a `Tag::List` that is an argument, with `GIMBAL_PACKED_INTS` or `GIMBAL_PACKED_FLOATS`: the list has no handle, and is
// lent for the call. The address of its numbers names it, until the call has ended: when native code crosses or keeps the list, or has
// changed it, the shim asks for its handle, by `Op::LentList`.
#define GIMBAL_LENT 32

// In `HostTable::flags`: a cell of a result with `Tag::Instance` and `aux` 1 is an instance without a wrapper, and its wrapper owns
// the reference that comes with it: the host decodes cells from first to last, and does not call `ShimTable::incref` for it.
#define GIMBAL_HOST_TAKES_INSTANCES 2

// In `HostTable::flags`: results may have `Tag::Marshalled`. The streams are of version 4, as any Python since 3.4 reads them.
#define GIMBAL_HOST_TAKES_MARSHAL 4

// Do not read the environment variables of Python.
#define GIMBAL_START_IGNORE_ENVIRONMENT 1

// Do not import `site`.
#define GIMBAL_START_NO_SITE 2

// Leave the program's signal handlers alone.
#define GIMBAL_START_NO_SIGNALS 4

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
  // Shim to host only: an exact `str`; `i` points at `n` bytes of UTF-8 (surrogates allowed), `t` is its `PyObject*`, borrowed:
  // a host that holds one which it has made itself, and knows what for, need not read it. Bits of `aux`: 1, all are ASCII; 2, C keeps this one too, and a host that interns strings gives the interned one for it. For C gives a string
  // back that a program looks for with `is`, and strings have no handles.
  GIMBAL_TAG_STR = 9,
  // Shim to host only: exact `bytes`; `i` points at `n` bytes, `t` as for `Str`.
  GIMBAL_TAG_BYTES = 10,
  // An object by handle: `i` is the handle (index in the low 32 bits, generation in the high 32), `t` the handle of
  // its type, or 0 when the host has sent the object before. An exact `str` that C uses as a name comes with the handle that
  // `Op::InternName` has answered. For an exact `dict`, `n` may be the number of its entries
  // plus 1; 0 when the host does not tell. For a list, `n` may be the number of the state of it that was sent last
  // (`ShimTable::next_number`), when its items are the same since then; 0 else.
  GIMBAL_TAG_HANDLE = 11,
  // Host to shim only: `i` is a `PyObject*` made by one of the shim's constructors; its reference passes to the shim.
  GIMBAL_TAG_PROXY = 12,
  // An instance of an extension type: `i` is its `PyObject*` (borrowed), `t` the handle of its type.
  GIMBAL_TAG_INSTANCE = 13,
  // Shim to host only: an exact `int` beyond 64 bits; `i` points at `n` little-endian two's complement bytes.
  GIMBAL_TAG_BIG_INT = 14,
  // Shim to host only: an exact `complex`, real part in `d`, imaginary part as bits in `i`.
  GIMBAL_TAG_COMPLEX = 15,
  // Shim to host only: a native tuple; `i` points at `n` cells. With `aux` 1 it is a struct sequence: the first cell is
  // its class, all its fields follow, and the host writes the handle that it gives the new instance into `t`.
  GIMBAL_TAG_TUPLE = 16,
  // Shim to host only: a native list; `i` points at `n` cells. The host writes the handle that it gives the new
  // list into `t`, and from then on the host's list is the truth.
  GIMBAL_TAG_LIST = 17,
  // Shim to host only: a native dict; `i` points at `2 * n` cells, key and value in turn. `t` as for `List`.
  GIMBAL_TAG_DICT = 18,
  // Shim to host only: a C function object (`PyCFunctionObject*` in `i`, borrowed). `t` as for `List`; `n` is the
  // handle of the class that defines a `METH_METHOD`, else 0; the bits of `d` are the address of two words, its
  // `PyMethodDef*` and its self; `aux` is the index of the handle of self's type when that is an extension type, else 0.
  GIMBAL_TAG_FUNCTION = 19,
  // Shim to host only, for hosts with `GIMBAL_HOST_TAKES_MARSHAL`: a container of which C holds nothing; `i` points at `n` bytes
  // from which `marshal.loads` makes it.
  GIMBAL_TAG_MARSHALLED = 20,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gimbal_tag gimbal_tag;
#else
typedef int32_t gimbal_tag;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// An operation of `crate::HostTable::op`.
enum gimbal_op
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The handle of an interned `str`, as an int; kept open for good: `intern(name)`.
  GIMBAL_OP_INTERN_NAME,
  // The handle of the type of the object whose handle (an int) is given, as a `Handle` result.
  GIMBAL_OP_TYPE_OF_HANDLE,
  // Sends the object behind a handle (an int) again with everything that its proxy needs.
  GIMBAL_OP_RESEND,
  // What a type proxy needs: `(name, metaclass, base, bases, rest of the mro, mask 0, mask 1, qualname, is exception, exports buffers,
  // struct, is on the heap, derives from an extension type)`, where the struct is 1 for `datetime.date`, 2 for `datetime`, 3 for
  // `time`, 4 for `timedelta` (but not for what derives from them), 5 for `array.array`, else 0. Instances of the first four are sent
  // with `fill_items`: the numbers as the constructor takes them, and for a time of day the fold and the zone or None behind them. C may use a class that is not
  // on the heap, as builtin ones are not, without holding a reference.
  GIMBAL_OP_TYPE_INFO,
  // Makes the host class of an extension type: `(pointer, spec tuple)`; the result is the class.
  GIMBAL_OP_MAKE_TYPE,
  // Makes the wrapper of an instance whose type derives from a builtin: `(class, base, args, kwargs)`; the result is
  // `(what TieWrapper takes, the int, float, str, bytes or tuple that the wrapper is, or None)`.
  GIMBAL_OP_MAKE_WRAPPER,
  // Ties the wrapper to its native instance: `(what MakeWrapper made, pointer)`.
  GIMBAL_OP_TIE_WRAPPER,
  // A class made by calling the metaclass: `type(name, bases, namespace)`.
  GIMBAL_OP_NEW_CLASS,
  // The writable view of a class's namespace that `tp_dict` points at.
  GIMBAL_OP_TYPE_DICT,
  // Looks `name` up along the MRO without binding; no result when it is absent.
  GIMBAL_OP_TYPE_LOOKUP,
  // `getattr(o, name)`
  GIMBAL_OP_GET_ATTR,
  // `getattr(o, name)`, no result instead of `AttributeError`
  GIMBAL_OP_LOOKUP_ATTR,
  // `setattr(o, name, value)`; an absent value deletes
  GIMBAL_OP_SET_ATTR,
  // `object.__getattribute__(o, name)`
  GIMBAL_OP_GENERIC_GET_ATTR,
  // `object.__setattr__(o, name, value)`; an absent value deletes
  GIMBAL_OP_GENERIC_SET_ATTR,
  // The instance dictionary of an object, no result when it has none.
  GIMBAL_OP_INSTANCE_DICT,
  // `repr(o)`
  GIMBAL_OP_REPR,
  // `str(o)`
  GIMBAL_OP_STR,
  // `ascii(o)`
  GIMBAL_OP_ASCII,
  // `bytes(o)`
  GIMBAL_OP_BYTES_OF,
  // `hash(o)`
  GIMBAL_OP_HASH,
  // `bool(o)`
  GIMBAL_OP_IS_TRUE,
  // `len(o)`
  GIMBAL_OP_LEN,
  // `operator.length_hint(o, default)`
  GIMBAL_OP_LENGTH_HINT,
  // `o[key]`
  GIMBAL_OP_GET_ITEM,
  // `o[key] = value`
  GIMBAL_OP_SET_ITEM,
  // `del o[key]`
  GIMBAL_OP_DEL_ITEM,
  // `key in o`
  GIMBAL_OP_CONTAINS,
  // `a OP b` with OP one of `< <= == != > >=` by CPython's numbers 0-5
  GIMBAL_OP_RICH_COMPARE,
  // `isinstance(o, c)`
  GIMBAL_OP_IS_INSTANCE,
  // `issubclass(c, d)`
  GIMBAL_OP_IS_SUBCLASS,
  // `dir(o)`, or `dir()` when absent
  GIMBAL_OP_DIR,
  // `format(o, spec)`
  GIMBAL_OP_FORMAT,
  // `iter(o)`
  GIMBAL_OP_ITER,
  // `next(o)`, no result at the end
  GIMBAL_OP_ITER_NEXT,
  // Calls special method `name` of the type of the first argument with the rest: `(name, self, *args)`.
  GIMBAL_OP_CALL_SPECIAL,
  // `getattr(o, name)(*args)`: `(o, name, *args)`
  GIMBAL_OP_CALL_METHOD,
  // `f(*args, **kwargs)`, kwargs may be absent
  GIMBAL_OP_CALL_OBJECT,
  // Binary operator by name of the `operator` module's function: `(name, a, b)`
  GIMBAL_OP_BINARY,
  // Unary operator by name: `(name, a)`
  GIMBAL_OP_UNARY,
  // `pow(a, b, c)`, in place when the fourth is true
  GIMBAL_OP_POWER,
  // `operator.index(o)`
  GIMBAL_OP_INDEX,
  // `int(o)`
  GIMBAL_OP_TO_INT,
  // `float(o)`
  GIMBAL_OP_TO_FLOAT,
  // `complex(o)`
  GIMBAL_OP_TO_COMPLEX,
  // `int(text, base)`
  GIMBAL_OP_INT_FROM_TEXT,
  // The text of an index in base 2, 8, 10 or 16 with its prefix.
  GIMBAL_OP_TO_BASE,
  // A new tuple of the items of an iterable
  GIMBAL_OP_TUPLE_OF,
  // `l.append(x)`; the result is the new length
  GIMBAL_OP_LIST_APPEND,
  // `l.insert(i, x)`; the result is the new length
  GIMBAL_OP_LIST_INSERT,
  // `l[i] = x` without adjusting `i`
  GIMBAL_OP_LIST_SET_ITEM,
  // `l[a:b] = x`; an absent `x` deletes
  GIMBAL_OP_LIST_SET_SLICE,
  // `l.sort()`
  GIMBAL_OP_LIST_SORT,
  // `l.reverse()`
  GIMBAL_OP_LIST_REVERSE,
  // Sends the list again, so that its mirror is refreshed
  GIMBAL_OP_LIST_REFRESH,
  // The handle, as an int, of the list that is lent under `a[0]`: see `crate::GIMBAL_LENT`
  GIMBAL_OP_LENT_LIST,
  // How many of the lists at address `a[0]`, `a[1]` of them, hold what was sent of them last, counted from the first one on.
  // Of each there is its handle and the number, from `d` of the cell, of the state that the shim has: one of
  // another number than was sent last is not unchanged
  GIMBAL_OP_LISTS_UNCHANGED,
  // `o[a:b]`
  GIMBAL_OP_GET_SLICE,
  // `o[a:b] = x`; an absent `x` deletes
  GIMBAL_OP_SET_SLICE,
  // A new slice object
  GIMBAL_OP_NEW_SLICE,
  // `d[k]` of a dict without `__missing__`, no result when absent
  GIMBAL_OP_DICT_GET,
  // `d[k] = v` by dict's own method
  GIMBAL_OP_DICT_SET,
  // `del d[k]` by dict's own method
  GIMBAL_OP_DICT_DEL,
  // `k in d`
  GIMBAL_OP_DICT_CONTAINS,
  // `len(d)`
  GIMBAL_OP_DICT_LEN,
  // `d.clear()`
  GIMBAL_OP_DICT_CLEAR,
  // `d.copy()`
  GIMBAL_OP_DICT_COPY,
  // `list(d)`
  GIMBAL_OP_DICT_KEYS,
  // `list(d.values())`
  GIMBAL_OP_DICT_VALUES,
  // `list(d.items())`
  GIMBAL_OP_DICT_ITEMS,
  // All keys and values in turn, as one native tuple: `(d, ahead)`. When `ahead` is not 0, it is the address of words of 64 bits: a
  // moment, the moment for which C has the dict already (or 0), a number, and the handles of so many dicts that C is likely to read
  // next. A host may then answer with no result and fill the proxy of the dict instead, and those of the others, by
  // `ShimTable::fill_tree` with the first moment; or with `True` when the dict is what it sent for the other one.
  GIMBAL_OP_DICT_SNAPSHOT,
  // `d.update(o)`, or only absent keys when override is 0, or `KeyError` for a common key when it is 2; from pairs when
  // the fourth is true: `(d, o, override, pairs)`
  GIMBAL_OP_DICT_MERGE,
  // `d.pop(k)`, no result when absent
  GIMBAL_OP_DICT_POP,
  // A read-only view of a mapping
  GIMBAL_OP_MAPPING_PROXY,
  // `set(o)` or an empty set
  GIMBAL_OP_NEW_SET,
  // `frozenset(o)` or an empty frozenset
  GIMBAL_OP_NEW_FROZEN_SET,
  // `s.add(x)`, also of a frozenset that only C holds
  GIMBAL_OP_SET_ADD,
  // `s.discard(x)`: true when it was there
  GIMBAL_OP_SET_DISCARD,
  // `s.pop()`
  GIMBAL_OP_SET_POP,
  // `s.clear()`
  GIMBAL_OP_SET_CLEAR,
  // `bytearray(bytes)`
  GIMBAL_OP_NEW_BYTE_ARRAY,
  // `bytearray + x`
  GIMBAL_OP_BYTE_ARRAY_CONCAT,
  // Resizes a bytearray
  GIMBAL_OP_BYTE_ARRAY_RESIZE,
  // Address and length of a bytearray's bytes, which stay there until it is resized; of an `array.array` its items', and behind
  // them the code of the type (an int) and the size of an item
  GIMBAL_OP_BYTE_ARRAY_PLACE,
  // `getattr(str, name)(s, *args)`: `(name, s, *args)`
  GIMBAL_OP_STR_METHOD,
  // `s.encode(encoding, errors)`
  GIMBAL_OP_ENCODE,
  // `bytes.decode(encoding, errors)` of a bytes-like object
  GIMBAL_OP_DECODE,
  // A normalised exception: `(type, value or absent, traceback or absent)`; the result is the instance.
  GIMBAL_OP_MAKE_EXCEPTION,
  // `(cls, target)`: does the exception (class or instance) match the class or tuple?
  GIMBAL_OP_EXCEPTION_MATCHES,
  // The traceback of an exception, no result when it has none
  GIMBAL_OP_GET_TRACEBACK,
  // Sets `__traceback__`
  GIMBAL_OP_SET_TRACEBACK,
  // `warnings.warn(message, category, stacklevel)`
  GIMBAL_OP_WARN,
  // `warnings.warn_explicit(category, message, filename, lineno, module, registry)`
  GIMBAL_OP_WARN_EXPLICIT,
  // Prints an exception as the interpreter would, to stderr; sets `sys.last_*` when the second is true.
  GIMBAL_OP_PRINT_EXCEPTION,
  // `sys.unraisablehook` with the exception, the object or absent, and the message or absent
  GIMBAL_OP_WRITE_UNRAISABLE,
  // Prints an exception to stderr, whatever `sys.excepthook` is
  GIMBAL_OP_DISPLAY_EXCEPTION,
  // Lets the host run the handlers of signals that have arrived. The result, if there is one, is the address of a C `intptr_t` that is
  // negative from when a signal arrives: while it is not the host need not be asked.
  GIMBAL_OP_CHECK_SIGNALS,
  // The exception that is being handled (`sys.exc_info()`), no result when there is none
  GIMBAL_OP_HANDLED_EXCEPTION,
  // Adds a traceback entry to an exception: `(exception, file name, function name, line, globals or absent)`; the
  // result is the new traceback.
  GIMBAL_OP_ADD_TRACEBACK,
  // A code object that describes compiled code: `(file name, name, qualified name, line, flags, (arguments, positional
  // only, keyword only), variables, free variables, cell variables)`
  GIMBAL_OP_NEW_CODE,
  // `importlib.import_module(name)`, the module itself also for dotted names
  GIMBAL_OP_IMPORT,
  // `__import__(name, globals, locals, fromlist, level)`
  GIMBAL_OP_IMPORT_LEVEL,
  // `sys.modules[name]`, made when absent
  GIMBAL_OP_ADD_MODULE,
  // `sys.modules.get(name)`
  GIMBAL_OP_GET_MODULE,
  // Makes the wrapper of a new, empty module: `(name, pointer)`
  GIMBAL_OP_NEW_MODULE,
  // `sys.modules`
  GIMBAL_OP_MODULE_DICT,
  // The dictionary of a module
  GIMBAL_OP_MODULE_GET_DICT,
  // `importlib.reload(m)`
  GIMBAL_OP_RELOAD,
  // An attribute of `sys`, no result when absent
  GIMBAL_OP_SYS_GET,
  // Sets (or, absent value, deletes) an attribute of `sys`
  GIMBAL_OP_SYS_SET,
  // The dictionary of builtins
  GIMBAL_OP_BUILTINS,
  // Globals of the running frame, no result when there is none
  GIMBAL_OP_GLOBALS,
  // Locals of the running frame
  GIMBAL_OP_LOCALS,
  // The running frame, no result when there is none
  GIMBAL_OP_FRAME,
  // `compile(source, file, mode, flags, optimize)`
  GIMBAL_OP_COMPILE,
  // `exec`/`eval` of a code object: `(code, globals, locals)`
  GIMBAL_OP_EVAL,
  // Runs a code object as the body of a module: `(name, code, file or absent, cached or absent)`; the module.
  GIMBAL_OP_EXEC_MODULE,
  // Ends the process with this status as the end of a program does
  GIMBAL_OP_EXIT,
  // Makes a `contextvars.Context` the current one
  GIMBAL_OP_ENTER_CONTEXT,
  // Goes back to the context before it
  GIMBAL_OP_EXIT_CONTEXT,
  // `gc.collect()`; or switches the collector: -1 collect, 0 disable, 1 enable, 2 is enabled
  GIMBAL_OP_GC_CONTROL,
  // A bound method
  GIMBAL_OP_NEW_METHOD,
  // A class method descriptor
  GIMBAL_OP_NEW_CLASS_METHOD,
  // A static method descriptor
  GIMBAL_OP_NEW_STATIC_METHOD,
  // An object that binds any callable like a Python function
  GIMBAL_OP_NEW_INSTANCE_METHOD,
  // The host function for a C function: `(PyMethodDef address, self address, module or absent, class or absent)`
  GIMBAL_OP_NEW_FUNCTION,
  // A descriptor for a C method, class method, member or getset of a type: `(class, entry tuple)`
  GIMBAL_OP_NEW_DESCRIPTOR,
  // `weakref.ref(o, callback or absent)`
  GIMBAL_OP_NEW_WEAK_REF,
  // `weakref.proxy(o, callback or absent)`
  GIMBAL_OP_NEW_WEAK_PROXY,
  // The referent, None when it died
  GIMBAL_OP_WEAK_REF_GET,
  // `memoryview(o)`
  GIMBAL_OP_NEW_MEMORY_VIEW,
  // A memory view of native memory: `(address, length, writable)`
  GIMBAL_OP_MEMORY_FROM_ADDRESS,
  // Opens the buffer of a host object: `(address, length, read-only, item size, format, shape, strides, key)`
  GIMBAL_OP_GET_BUFFER,
  // Closes it by its key
  GIMBAL_OP_RELEASE_BUFFER,
  // `iter(callable, sentinel)`
  GIMBAL_OP_CALL_ITER,
  // An iterator over `o[0]`, `o[1]` and so on, whatever `__iter__` says
  GIMBAL_OP_SEQ_ITER,
  // A closure cell, empty when absent
  GIMBAL_OP_NEW_CELL,
  // `types.GenericAlias(origin, args)`
  GIMBAL_OP_GENERIC_ALIAS,
  // An attribute of a module: `(module name, attribute)`
  GIMBAL_OP_IMPORT_ATTR,
  // Makes the class of a struct sequence: `(name, doc, fields as (name, doc), number of fields that the tuple shows)`;
  // the result is its handle, as an int
  GIMBAL_OP_NEW_STRUCT_SEQUENCE,
  // A new object of a host class: `cls.__new__(cls, *args, **kwargs)`: `(provider, cls, args, kwargs)`
  GIMBAL_OP_HOST_NEW,
  // `provider.__init__(self, *args, **kwargs)`: `(provider, self, args, kwargs)`
  GIMBAL_OP_HOST_INIT,
  // Calls `provider.NAME(self, *args)` unbound: `(provider, name, self, *args)`
  GIMBAL_OP_CALL_UNBOUND,
  // Has the calling thread tell a function of what Python code does, as `sys.setprofile` (true) or `sys.settrace` (false) do:
  // `(function or None, profile)`. What the host itself is made of is not told of.
  GIMBAL_OP_SET_TRACER,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gimbal_op gimbal_op;
#else
typedef int32_t gimbal_op;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The calling convention of a C function, as `ShimTable::calln` takes it. With 16 added, the first argument cell is
// the function's self.
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
  // `int f(self, args, kwargs)`: `tp_init`; the result is None.
  GIMBAL_CALL_KIND_INIT = 7,
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
  // `PyObject *f(self, args tuple, kwargs or NULL)`: called through `calln` with `CallKind::VarKeywords`
  GIMBAL_SLOT_KIND_CALL = 13,
  // `int f(self, args tuple, kwargs or NULL)`: through `calln` with `CallKind::Init`
  GIMBAL_SLOT_KIND_INIT = 14,
  // `PyObject *f(type, args tuple, kwargs or NULL)`: through `calln` with `CallKind::VarKeywords`, self first
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
  // The instance dictionary at `tp_dictoffset`; the host's is put there when C has made none (the first cell is the instance)
  GIMBAL_SLOT_KIND_INSTANCE_DICT = 26,
  // The builtin value in the struct of an instance whose type derives from a builtin, or None (the first cell is the instance)
  GIMBAL_SLOT_KIND_PLAIN_VALUE = 27,
  // A new instance for the class in the first cell, whose wrapper is there; the second is the builtin value in it, or None.
  // Result: an int, its address, with a reference
  GIMBAL_SLOT_KIND_NEW_STRUCT = 28,
  // The exception that native code is handling in this thread, or None; no cells
  GIMBAL_SLOT_KIND_HANDLED_IN_C = 29,
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
  // A sum of `GIMBAL_HOST_TAKES_PACKED`, `GIMBAL_HOST_TAKES_INSTANCES` and `GIMBAL_HOST_TAKES_MARSHAL`, or zero.
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

// What the shim gives a host. All entries take the extension lock themselves. Argument cells are consumed.
//
// `out` points at three cells, all zero before their first use: a result (an error needs two), and what the shim keeps so that
// the result's pointers are good. It lets go of that at the next call with the same cells, or at `ShimTable::forget`. A
// host that has decoded a result whose tag is `Tag::Tuple` or more calls `ShimTable::adopt` before either: so the shim
// learns the handles of containers that are the host's now.
struct gimbal_shim {
  // `GIMBAL_HOST_ABI`.
  uint32_t abi_version;
  // Zero; room for flags.
  uint32_t flags;
  // `size_of::<ShimTable>()`.
  size_t size;
  // Calls a `METH_NOARGS` function.
  int32_t (*call0)(uint8_t *f, uint8_t *me, struct gimbal_cell *out);
  // Calls a C function of any convention; see `CallKind` for `kind` and `HostTable::call` for the arguments.
  int32_t (*calln)(int32_t kind,
                   uint8_t *f,
                   uint8_t *me,
                   int32_t nargs,
                   int32_t nkw,
                   struct gimbal_cell *args,
                   struct gimbal_cell *out);
  // Calls a function or slot with at most two values, in registers. `code` is a `SlotKind`, or 64 plus a `CallKind`; plus
  // 256 times the tag of the first value (in `a`, or `x` for a float; type 0), 65536 times that of the second one (`b` or `y`); tag 0
  // is none. A call may end in keywords: 2^24 times their number, and `names` is the address of a tuple made by
  // `ShimTable::new_tuple`. A slot's value may be no object: the first of `Item`, `SsizeArg`, `SsizeObjArg` is an index, of
  // `Getter` the closure; the second of `Setter` the closure, of `RichCompare` the operator.
  int32_t (*direct)(int32_t code,
                    uint8_t *f,
                    uint8_t *me,
                    int64_t a,
                    int64_t b,
                    struct gimbal_cell *out,
                    double x,
                    double y,
                    int64_t names);
  // `Self::direct` for a function whose result is expected to be an int or a constant, which then comes in a register. Returned are the
  // int; or `i64::MIN` plus the tag of another value without a payload (`Tag::None`, `Tag::True`, `Tag::False`, `Tag::Null`); or
  // `i64::MIN` plus something else below 2^48 (an address), of any other result or an error: `Self::fetch` tells it.
  int64_t (*direct_int)(int32_t code,
                        uint8_t *f,
                        uint8_t *me,
                        int64_t a,
                        int64_t b,
                        double x,
                        double y,
                        int64_t names);
  // The result that `Self::direct_int` has returned the number of, once: as `Self::direct` would have told it.
  int32_t (*fetch)(int64_t result, struct gimbal_cell *out);
  // A number higher than all before it. A host with threads asks for one before it reads a list that it sends, and puts it into
  // `d` of the list's cell; others leave 0 there. An answer that is overtaken is known by it.
  int64_t (*next_number)(void);
  // Two words that may be read at any time: a number that changes whenever something changes in what C knows of the host's lists, and the
  // number of lists that C holds. A host that finds the first as it was when `Op::ListsUnchanged` last asked for all of them, and all
  // lists as they were then, may say so in a call, with `GIMBAL_LISTS_COMPARED`: it is not asked again.
  const int64_t *(*lists)(void);
  // A word that may be read at any time: by how many bytes the memory that the process uses has grown since the host last asked for
  // figure 4 of `Self::stat`. 0 while that is little, and looked at only when an instance is given to the host. Instances that
  // are garbage may hold that memory, of which the host's collector knows nothing: a host that collects now and then does so now.
  const int64_t *(*grown)(void);
  // Gives the pages of free native memory back to the system. For after a collection that was asked for, which frees many instances
  // at a time: what is made after them touches other pages than they did. Does nothing when that would take more than a hundredth of the time.
  void (*trim)(void);
  // Makes a `str` of `n` UTF-8 bytes and `points` code points, or `bytes` of `n` when `points` is -1: the payload of a
  // `Tag::Proxy`, 0 when memory is out.
  int64_t (*text)(const uint8_t *s, int64_t n, int64_t points);
  // Calls a type slot of C signature `kind` (`SlotKind`) with argument cells; the first is usually `self`.
  int32_t (*slot)(int32_t kind, uint8_t *f, int32_t nargs, struct gimbal_cell *args, struct gimbal_cell *out);
  // A reference that a host wrapper holds on a native instance: taken when the wrapper is made.
  void (*incref)(uint8_t *object);
  // The wrapper died: gives its reference back. May run `tp_dealloc`.
  void (*decref)(uint8_t *object);
  // References that a host holds on a native object that it has made: takes `n` more, or gives `-n` back.
  void (*refer)(uint8_t *object, int64_t n);
  // `Self::decref` for the wrappers of `n` instances.
  void (*drop)(int64_t n, const int64_t *objects);
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
  // Slot group and name (`nb __add__`) of special method `i`, which is bit `i % 60` of mask `i / 60` in
  // `Op::TypeInfo`; NULL past the end.
  const uint8_t *(*dunder_name)(int32_t i);
  // Name of builtin type number `i` that the shim exports, as `Type` of `PyType_Type`, or NULL past the end.
  const uint8_t *(*builtin_name)(int32_t i);
  // Ties builtin type or exception number `i` to the host's type object in `cell`.
  void (*bind_builtin)(int32_t i, struct gimbal_cell *cell);
  // Lets go of what the last result in these cells pointed at, before they are used again.
  void (*forget)(struct gimbal_cell *out);
  // Clears cycles of native instances that nothing else refers to; how many instances were in them. For after a
  // collection of the host.
  int64_t (*collect)(void);
  // What only wrappers hold, through the instances behind them. `known` are `n` addresses of instances, plus 1 when the
  // wrapper has state of its own, plus 2 when the host has used it lately and does not want to hear of it; afterwards
  // plus 1 when C itself holds the instance, so that its wrapper has to be pinned. Returns `count` edges of four words each,
  // valid until the next call: kind and name of a holder, kind and name of a target. Kind 0 is the wrapper of the
  // instance at that address, 1 the object with that handle, 2 something in between, by a number. The host makes
  // each holder keep its targets alive and stops doing so itself: see docs/adr/0006 for what it has to promise.
  const int64_t *(*survey)(int64_t n, int64_t *known, int64_t *count);
  // The wrappers of these `n` instances are dead (but still there): `tp_finalize`, once in the life of each.
  void (*finalize)(int64_t n, const int64_t *dead);
  // The same, and what they refer to holds them: `tp_clear`.
  void (*clear)(int64_t n, const int64_t *dead);
  // Host code has changed the dict with this handle, whose version compiled code may have cached.
  void (*touch)(int64_t handle);
  // Figures: 0 live proxies, 1 bytes of native memory in use, 2 proxies waiting for release, 3 how often lists that C
  // holds have been compared with the host's since the start (some nanoseconds each), 4 bytes of memory in use: asking makes
  // `Self::grown` count from them.
  int64_t (*stat)(int32_t what);
  // Releases everything that is queued, at a moment of the host's choosing (never from a finalizer). The proxies of classes that
  // nothing native uses are kept for the next time, some hundred of them: with `classes` 1 those are released that were
  // not used since the last such call (for after each collection), with 2 all of them (for a collection that was asked for).
  void (*flush)(int32_t classes);
  // Opens or refreshes the proxies of `n` containers, which are in the first `n` cells, with all that is in them. `text` has the text of
  // all strings in them, `bytes` long and with `points` code points, in the order of the cells. When `cell` is not NULL, `n` is 1
  // and `cell` becomes the container's `Proxy`.
  //
  // A cell with `Tag::Str` is an exact `str`, whose `n` code points come next in `text`. One with `Tag::Tuple` (also for what is no
  // tuple and is sent with its fields), `Tag::List` or `Tag::Dict` is a container: `i` and `t` are as for `Tag::Handle`,
  // and its `n` items have the next cells that are not in use: of a dict, keys and values in turn. Forms, in `aux`:
  // * `GIMBAL_PACKED_INTS`, `GIMBAL_PACKED_FLOATS`: the bits of `d` are the address of the items, which have no cells. Of a
  //   dict with joined keys these are the values. Of a list, the high 32 bits of `n` are the low 31 bits of its number.
  // * `GIMBAL_KEYS_JOINED`: the keys of a dict, or the items of a list, are ASCII strings that come next in `text` with NULs
  //   between them; `n` has the number of their code points, too, in the high 32 bits.
  //
  // A dict is read as it is at `moment`, which `Op::DictSnapshot` tells; it need not be sent with what is in it: a handle will do.
  void (*fill_tree)(struct gimbal_cell *cell,
                    int64_t n,
                    struct gimbal_cell *cells,
                    const uint8_t *text,
                    int64_t bytes,
                    int64_t points,
                    int64_t moment);
};

// What the shim says to a host that it starts, and what the host answers. Texts are UTF-8, with bytes that are none as they
// came from the system; they live as long as the process.
struct gimbal_start {
  // `crate::GIMBAL_HOST_ABI` of the shim.
  uint32_t abi_version;
  // `GIMBAL_START_*`.
  uint32_t flags;
  // `size_of::<Start>()` of the shim.
  size_t size;
  // `gimbal_attach` of the libpython that asks.
  const struct gimbal_shim *(*attach)(const struct gimbal_host *host);
  // The flavour, as `3.11`.
  const char *flavour;
  // The file of that libpython.
  const char *library;
  // Which host was asked for: `GIMBAL_HOST`, or the default.
  const char *host;
  // `sys.executable` as the program has it, or NULL.
  const char *program;
  // Where the host's standard library is, when the program or `PYTHONHOME` says so, or NULL.
  const char *home;
  // Folders to put in front of `sys.path`, separated by colons, or NULL: `PYTHONPATH`.
  const char *module_path;
  // Answer: ends the host (functions of `atexit`, streams): 0 when all went well. May stay NULL.
  int (*stop)(void);
  // Answer: why it did not start.
  const char *problem;
};

// The function that a host's library exports as `gimbal_host_start`: 0 when the host has attached.
typedef int (*gimbal_host_start_function)(struct gimbal_start *start);

#endif  /* GIMBAL_HOST_H */

/* What libpython exports for a host that loads it itself: exchanges the tables. NULL when the versions differ. A host finds it
 * with dlsym in a libpython that it has opened with RTLD_GLOBAL; one that is started finds it in its struct gimbal_start. */
#ifdef __cplusplus
extern "C" {
#endif
const struct gimbal_shim *gimbal_attach(const struct gimbal_host *host);
#ifdef __cplusplus
}
#endif
