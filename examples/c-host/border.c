/* The border: the host's table, handles, and how objects become cells and cells objects.
 *
 * The order to read it in: handles, encode (host to shim), decode (shim to host), operations, calls, start. */
#define _GNU_SOURCE
#include "objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct gimbal_shim *shim;

/* --- handles ------------------------------------------------------------------------------------------------------------
 * A handle is an index into a table (low half) and a generation (high half), which changes when the index is used again. */

#define MOST 65536

static struct object *objects[MOST];
static int64_t generations[MOST];
static int64_t used = 1; /* index 0 is no handle */
static int64_t unused[MOST];
static int64_t unused_count;

static struct object *by_handle(int64_t handle)
{
  return objects[handle & 0xffffffff];
}

/* The object's handle, which counts as sent. */
static int64_t handle_of(struct object *object)
{
  if (object->handle == 0) {
    int64_t index = unused_count > 0 ? unused[--unused_count] : used++;
    if (index >= MOST) {
      abort();
    }
    objects[index] = object;
    object->handle = index | generations[index] << 32;
    object->sent = 0;
  }
  object->sent++;
  return object->handle;
}

/* The shim has let go of handles. One that it has received less often than we sent it is on its way to it again, and one of an earlier
 * generation was closed before. */
static void release(int32_t n, const struct gimbal_release *handles)
{
  for (int32_t i = 0; i < n; i++) {
    int64_t index = handles[i].handle & 0xffffffff;
    struct object *object = objects[index];
    if (object != NULL && object->handle == handles[i].handle && object->sent == handles[i].received) {
      object->handle = 0;
      objects[index] = NULL;
      generations[index]++;
      unused[unused_count++] = index;
    }
  }
}

/* --- objects to cells ---------------------------------------------------------------------------------------------------*/

static int32_t encode(struct gimbal_cell *cell, struct object *object);

/* By handle; true when the shim sees the object for the first time, and needs its type. */
static int encode_handle(struct gimbal_cell *cell, struct object *object)
{
  int fresh = object->handle == 0;
  cell->tag = GIMBAL_TAG_HANDLE;
  cell->i = handle_of(object);
  cell->t = fresh ? handle_of(object->class) : 0;
  return fresh;
}

/* By handle with the items that C code reads in place. */
static void encode_items(struct gimbal_cell *cell, struct object *object, size_t n, struct object **items)
{
  struct gimbal_cell *cells = calloc(n + 1, sizeof *cells);
  for (size_t i = 0; i < n; i++) {
    cells[i].tag = GIMBAL_TAG_NULL;
    if (items[i] != NULL) {
      encode(&cells[i], items[i]);
    }
  }
  encode_handle(cell, object);
  shim->fill_items(cell, (int64_t)n, cells);
  free(cells);
}

static size_t code_points(const char *text)
{
  size_t n = 0;
  for (; *text != 0; text++) {
    n += (*text & 0xc0) != 0x80;
  }
  return n;
}

static int32_t encode(struct gimbal_cell *cell, struct object *object)
{
  switch (object->kind) {
  case NONE:
    cell->tag = GIMBAL_TAG_NONE;
    break;
  case BOOL:
    cell->tag = object->i ? GIMBAL_TAG_TRUE : GIMBAL_TAG_FALSE;
    break;
  case INT:
    cell->tag = GIMBAL_TAG_INT;
    cell->i = object->i;
    break;
  case FLOAT:
    cell->tag = GIMBAL_TAG_FLOAT;
    cell->d = object->d;
    break;
  case STR:
    shim->new_str(cell, (const uint8_t *)object->text, (int64_t)object->n, (int64_t)code_points(object->text));
    break;
  case TUPLE:
  case LIST:
    encode_items(cell, object, object->n, object->items);
    break;
  case EXCEPTION: {
    /* dict, arguments, notes, traceback, context, cause: C macros read the arguments */
    struct object *fields[6] = {NULL, object->items[0]};
    encode_items(cell, object, 6, fields);
    break;
  }
  case MODULE:
    if (object->native != NULL) {
      cell->tag = GIMBAL_TAG_INSTANCE;
      cell->i = (int64_t)object->native;
      break;
    }
    encode_handle(cell, object);
    break;
  default:
    encode_handle(cell, object);
  }
  return cell->tag;
}

/* --- cells to objects ---------------------------------------------------------------------------------------------------*/

static struct object *modules_by_struct; /* those that extensions have made: address and module in turn */

static struct object *decode(struct gimbal_cell *cell);

/* A container that C has built. When it stays C's, too, we give it a handle, and from then on ours is the container. */
static struct object *decode_container(struct gimbal_cell *cell, enum kind kind)
{
  struct gimbal_cell *cells = (struct gimbal_cell *)cell->i;
  if (cell->n == -1) { /* another place in the same tree */
    return by_handle(cells->t);
  }
  struct object *container = new_object(kind);
  if (cell->aux) {
    cell->t = handle_of(container);
  }
  for (int64_t i = 0; i < (kind == DICT ? 2 * cell->n : cell->n); i++) {
    append(container, decode(&cells[i]));
  }
  return container;
}

/* The object in a cell; NULL when there is none. */
static struct object *decode(struct gimbal_cell *cell)
{
  switch (cell->tag) {
  case GIMBAL_TAG_NONE:
    return none();
  case GIMBAL_TAG_TRUE:
  case GIMBAL_TAG_FALSE:
    return new_bool(cell->tag == GIMBAL_TAG_TRUE);
  case GIMBAL_TAG_INT:
    return new_int(cell->i);
  case GIMBAL_TAG_FLOAT:
    return new_float(cell->d);
  case GIMBAL_TAG_STR:
    return new_text((const char *)cell->i, (size_t)cell->n);
  case GIMBAL_TAG_HANDLE:
    return by_handle(cell->i);
  case GIMBAL_TAG_TUPLE:
    return decode_container(cell, TUPLE);
  case GIMBAL_TAG_LIST:
    return decode_container(cell, LIST);
  case GIMBAL_TAG_DICT:
    return decode_container(cell, DICT);
  case GIMBAL_TAG_INSTANCE: {
    struct object **module = modules_by_struct ? find(modules_by_struct, new_int(cell->i)) : NULL;
    return module != NULL ? *module : NULL;
  }
  default:
    return NULL; /* bytes, complex, big ints and so on: this host has none */
  }
}

/* --- operations ---------------------------------------------------------------------------------------------------------*/

#define METH_VARARGS 1
#define METH_KEYWORDS 2
#define METH_NOARGS 4
#define METH_O 8
#define METH_FASTCALL 0x80

static int convention_of(int64_t flags)
{
  switch (flags & ~0x30) {
  case METH_NOARGS:
    return GIMBAL_CALL_KIND_NO_ARGS;
  case METH_O:
    return GIMBAL_CALL_KIND_ONE;
  case METH_VARARGS:
    return GIMBAL_CALL_KIND_VAR_ARGS;
  case METH_VARARGS | METH_KEYWORDS:
    return GIMBAL_CALL_KIND_VAR_KEYWORDS;
  case METH_FASTCALL:
    return GIMBAL_CALL_KIND_FAST;
  default:
    return GIMBAL_CALL_KIND_FAST_KEYWORDS;
  }
}

/* The function of an extension's method table: entry, self, module, class. An entry is kind, name, flags, address ... */
static struct object *function_of_extension(struct object *entry, struct object *self)
{
  struct object *function = new_object(FUNCTION);
  function->text = strdup(entry->items[1]->text);
  function->convention = convention_of(entry->items[2]->i);
  function->code = (void *)entry->items[3]->i;
  function->self = (void *)self->i;
  return function;
}

/* What C may ask of a class: see GIMBAL_OP_TYPE_INFO. This host's classes have no special methods that C code could reach
 * through slots, so both masks are 0. */
static struct object *describe(struct object *class)
{
  struct object *base = class->base != NULL ? class->base : class_object();
  struct object *bases = new_tuple(class->base != NULL, &base);
  struct object *mro = new_tuple(0, NULL);
  for (struct object *next = class->base; next != NULL; next = next->base) {
    append(mro, next);
  }
  struct object *row[] = {
      new_str(class->text), class->class, base, bases, mro, new_int(0), new_int(0), new_str(class->text),
      new_bool(is_subclass(class, class_of_kind(EXCEPTION))), new_bool(0), new_int(0), new_bool(0), new_bool(0),
  };
  return new_tuple(sizeof row / sizeof *row, row);
}

static struct object *make_exception(struct object *class, struct object *value)
{
  if (value != NULL && value->kind == EXCEPTION && is_subclass(value->class, class)) {
    return value;
  }
  if (value != NULL && value->kind == TUPLE) {
    return new_exception(class, value);
  }
  return new_exception(class, new_tuple(value != NULL && value != none(), &value));
}

/* The text that `show` writes, as a str. */
static struct object *shown(struct object *object, int plain)
{
  if (plain && object->kind == STR) {
    return object;
  }
  char *text = NULL;
  size_t n = 0;
  FILE *stream = open_memstream(&text, &n);
  write_to(stream, object);
  fclose(stream);
  struct object *result = new_text(text, n);
  free(text);
  return result;
}

/* Performs an operation. NULL with an exception set when it fails; `*nothing` says that NULL means "no result". */
static struct object *perform(int32_t code, struct object **a, int *nothing)
{
  struct object **place;
  switch (code) {
  case GIMBAL_OP_INTERN_NAME:
    return new_int(handle_of(a[0]));
  case GIMBAL_OP_TYPE_OF_HANDLE:
    return by_handle(a[0]->i)->class;
  case GIMBAL_OP_TYPE_INFO:
    return describe(by_handle(a[0]->i));
  case GIMBAL_OP_TYPE_DICT: /* what `tp_dict` points at; nothing is in our classes */
    return new_object(DICT);
  case GIMBAL_OP_RESEND:
    return by_handle(a[0]->i);
  case GIMBAL_OP_NEW_MODULE: {
    struct object *module = new_object(MODULE);
    module->text = strdup(a[0]->text);
    module->native = (void *)a[1]->i;
    shim->incref(module->native);
    if (modules_by_struct == NULL) {
      modules_by_struct = new_object(DICT);
    }
    put(modules_by_struct, a[1], module);
    return none();
  }
  case GIMBAL_OP_NEW_FUNCTION:
    return function_of_extension(a[0], a[1]);
  case GIMBAL_OP_GET_ATTR:
  case GIMBAL_OP_GENERIC_GET_ATTR:
    return get(a[0], a[1]->text);
  case GIMBAL_OP_LOOKUP_ATTR: {
    struct object *found = get(a[0], a[1]->text);
    *nothing = found == NULL;
    if (found == NULL) {
      caught();
    }
    return found;
  }
  case GIMBAL_OP_SET_ATTR:
  case GIMBAL_OP_GENERIC_SET_ATTR:
    if (a[0]->kind != MODULE) {
      return fail("AttributeError", "this host sets attributes of modules only");
    }
    put(a[0], a[1], a[2]);
    return none();
  case GIMBAL_OP_CALL_OBJECT:
    if (a[0]->kind == CLASS && is_subclass(a[0], class_of_kind(EXCEPTION))) {
      return make_exception(a[0], a[1]);
    }
    return call(a[0], a[1]->n, a[1]->items);
  case GIMBAL_OP_MAKE_EXCEPTION:
    return make_exception(a[0], a[1]);
  case GIMBAL_OP_GET_TRACEBACK: /* ours have none */
    *nothing = 1;
    return NULL;
  case GIMBAL_OP_REPR:
  case GIMBAL_OP_STR:
    return shown(a[0], code == GIMBAL_OP_STR);
  case GIMBAL_OP_SYS_SET: /* argv, executable: there is no sys to put them into */
    return none();
  case GIMBAL_OP_LIST_APPEND:
    append(a[0], a[1]);
    return new_int((int64_t)a[0]->n);
  case GIMBAL_OP_LIST_REFRESH:
    return a[0];
  case GIMBAL_OP_LISTS_UNCHANGED:
    return new_int(0);
  case GIMBAL_OP_DICT_GET:
    place = find(a[0], a[1]);
    *nothing = place == NULL;
    return place != NULL ? *place : NULL;
  case GIMBAL_OP_DICT_SET:
    put(a[0], a[1], a[2]);
    return none();
  case GIMBAL_OP_DICT_DEL:
    discard(a[0], a[1]);
    return none();
  case GIMBAL_OP_DICT_LEN:
    return new_int((int64_t)a[0]->n / 2);
  case GIMBAL_OP_DICT_SNAPSHOT:
    return new_tuple(a[0]->n, a[0]->items);
  default: {
    char message[100];
    snprintf(message, sizeof message, "this host has no operation %s", (const char *)shim->op_name(code));
    return fail("SystemError", message);
  }
  }
}

/* Describes what a function of the host has returned. */
static int32_t answer(struct gimbal_cell *out, struct object *result, int nothing)
{
  if (result != NULL) {
    return encode(out, result);
  }
  if (nothing) {
    return out->tag = GIMBAL_TAG_NULL;
  }
  encode(out, caught());
  return GIMBAL_TAG_ERROR;
}

static int32_t op(int32_t code, int32_t n, struct gimbal_cell *args, struct gimbal_cell *out)
{
  struct object *a[16] = {NULL};
  int nothing = 0;
  for (int32_t i = 0; i < n && i < 16; i++) {
    a[i] = decode(&args[i]);
  }
  struct object *result = perform(code, a, &nothing);
  return answer(out, result, nothing);
}

static int32_t call_entry(int64_t callable, int32_t n, int32_t keywords, struct gimbal_cell *args,
                          struct gimbal_cell *out)
{
  struct object *a[16] = {NULL};
  if (keywords > 0 || n > 16) {
    fail("TypeError", "this host calls with up to 16 positional arguments");
    return answer(out, NULL, 0);
  }
  for (int32_t i = 0; i < n; i++) {
    a[i] = decode(&args[i]);
  }
  return answer(out, call(by_handle(callable), (size_t)n, a), 0);
}

static int32_t getattr(int64_t object, int64_t name, struct gimbal_cell *out)
{
  return answer(out, get(by_handle(object), by_handle(name)->text), 0);
}

/* --- calls of extensions ------------------------------------------------------------------------------------------------*/

/* The result of an entry of the shim: `out` are three cells, of which the last is the shim's own. */
static struct object *result(int32_t tag, struct gimbal_cell *out)
{
  struct object *value = decode(&out[0]);
  if (tag == GIMBAL_TAG_ERROR) {
    value = throw(make_exception(value, decode(&out[1])));
  } else if (tag >= GIMBAL_TAG_TUPLE) {
    shim->adopt(out); /* containers with the handles that `decode` has given them */
  }
  shim->forget(out);
  return value;
}

struct object *call(struct object *callable, size_t n, struct object **args)
{
  if (callable->kind != FUNCTION) {
    return fail("TypeError", "object is not callable");
  }
  if (callable->call != NULL) {
    return callable->call(n, args);
  }
  struct gimbal_cell out[3] = {{0}};
  struct gimbal_cell *cells = calloc(n + 1, sizeof *cells);
  for (size_t i = 0; i < n; i++) {
    encode(&cells[i], args[i]);
  }
  int32_t tag = shim->calln(callable->convention, callable->code, callable->self, (int32_t)n, 0, cells, out);
  free(cells);
  return result(tag, out);
}

struct object *import(const char *name, const char *file)
{
  struct gimbal_cell out[3] = {{0}};
  struct object *module = result(shim->load((const uint8_t *)file, (const uint8_t *)name, out), out);
  if (module == NULL || module->kind != INT) {
    return module;
  }
  /* Two phases: this is the address of the module's definition. */
  void *definition = (void *)module->i;
  struct object *spec = new_object(MODULE);
  struct gimbal_cell cell = {0};
  put(spec, new_str("name"), new_str(name));
  encode(&cell, spec);
  module = result(shim->create_module(definition, &cell, out), out);
  if (module != NULL) {
    encode(&cell, module);
    if (result(shim->exec_module(definition, &cell, out), out) == NULL) {
      return NULL;
    }
  }
  return module;
}

/* --- start --------------------------------------------------------------------------------------------------------------*/

static const struct gimbal_host table = {
    .abi_version = GIMBAL_HOST_ABI,
    .size = sizeof table,
    .op = op,
    .call = call_entry,
    .getattr = getattr,
    .release = release,
};

/* Our class for a type that the shim exports under this name; NULL when this host has no such type. */
static struct object *builtin(const char *name)
{
  static const char *const names[] = {
      [NONE] = "_PyNone_Type", [BOOL] = "PyBool_Type", [INT] = "PyLong_Type", [FLOAT] = "PyFloat_Type",
      [STR] = "PyUnicode_Type", [TUPLE] = "PyTuple_Type", [LIST] = "PyList_Type", [DICT] = "PyDict_Type",
      [FUNCTION] = "PyCFunction_Type", [MODULE] = "PyModule_Type", [CLASS] = "PyType_Type",
  };
  if (strncmp(name, "PyExc_", 6) == 0) {
    return class_of_exception(name + 6);
  }
  if (strcmp(name, "PyBaseObject_Type") == 0) {
    return class_object();
  }
  for (int kind = NONE; kind <= CLASS; kind++) {
    if (strcmp(name, names[kind]) == 0) {
      return class_of_kind((enum kind)kind);
    }
  }
  return NULL;
}

int host_attach(const struct gimbal_shim *(*attach)(const struct gimbal_host *))
{
  shim = attach(&table);
  if (shim == NULL) {
    return -1;
  }
  /* Types first, then a call that completes them, then exceptions, whose classes derive from them. */
  for (int exceptions = 0; exceptions < 2; exceptions++) {
    int32_t i;
    const char *name;
    for (i = 0; (name = (const char *)shim->builtin_name(i)) != NULL; i++) {
      struct object *class = builtin(name);
      if (class != NULL && (strncmp(name, "PyExc_", 6) == 0) == exceptions) {
        struct gimbal_cell cell = {0};
        encode(&cell, class);
        shim->bind_builtin(i, &cell);
      }
    }
    if (!exceptions) {
      struct gimbal_cell cell = {0};
      shim->bind_builtin(i, &cell);
    }
  }
  return 0;
}

/* libpython calls this when a program that embeds Python has GIMBAL_HOST set to the file that this is built into. */
int gimbal_host_start(struct gimbal_start *start)
{
  if (start->abi_version != GIMBAL_HOST_ABI || host_attach(start->attach) != 0) {
    start->problem = "libpython is of another version than this host";
    return -1;
  }
  return 0;
}
