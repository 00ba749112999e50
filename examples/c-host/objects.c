/* The objects themselves; nothing here knows of the shim. */
#define _GNU_SOURCE
#include "objects.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct object *pending;

static const char *const class_names[] = {
    [NONE] = "NoneType", [BOOL] = "bool", [INT] = "int", [FLOAT] = "float", [STR] = "str",
    [TUPLE] = "tuple", [LIST] = "list", [DICT] = "dict", [FUNCTION] = "builtin_function_or_method",
    [MODULE] = "module", [CLASS] = "type", [EXCEPTION] = "BaseException",
};

static struct object *allocate(enum kind kind)
{
  struct object *object = calloc(1, sizeof *object);
  if (object == NULL) {
    abort();
  }
  object->kind = kind;
  return object;
}

struct object *new_class(const char *name, struct object *base)
{
  struct object *class = allocate(CLASS);
  class->text = strdup(name);
  class->base = base;
  return class;
}

struct object *class_object(void)
{
  static struct object *object;
  if (object == NULL) {
    object = new_class("object", NULL);
    object->class = class_of_kind(CLASS);
  }
  return object;
}

struct object *class_of_kind(enum kind kind)
{
  static struct object *classes[EXCEPTION + 1];
  if (classes[kind] == NULL) {
    classes[kind] = new_class(class_names[kind], NULL);
    classes[kind]->base = kind == BOOL ? class_of_kind(INT) : class_object();
    classes[kind]->class = class_of_kind(CLASS);
  }
  return classes[kind];
}

struct object *class_of_exception(const char *name)
{
  static struct object *known[128];
  for (size_t i = 0; i < 128; i++) {
    if (known[i] == NULL) {
      struct object *base = class_of_kind(EXCEPTION);
      if (strcmp(name, "BaseException") == 0) {
        return base;
      }
      if (strcmp(name, "Exception") != 0) {
        base = class_of_exception("Exception");
        if (known[i] != NULL) {
          continue;
        }
      }
      known[i] = new_class(name, base);
      known[i]->class = class_of_kind(CLASS);
    }
    if (strcmp(known[i]->text, name) == 0) {
      return known[i];
    }
  }
  return class_of_exception("Exception");
}

int is_subclass(struct object *class, struct object *base)
{
  while (class != NULL && class != base) {
    class = class->base;
  }
  return class != NULL;
}

struct object *new_object(enum kind kind)
{
  struct object *object = allocate(kind);
  object->class = class_of_kind(kind);
  return object;
}

struct object *none(void)
{
  static struct object *object;
  return object != NULL ? object : (object = new_object(NONE));
}

struct object *new_bool(int value)
{
  static struct object *objects[2];
  struct object **place = &objects[value != 0];
  if (*place == NULL) {
    *place = new_object(BOOL);
    (*place)->i = value != 0;
  }
  return *place;
}

struct object *new_int(int64_t value)
{
  struct object *object = new_object(INT);
  object->i = value;
  return object;
}

struct object *new_float(double value)
{
  struct object *object = new_object(FLOAT);
  object->d = value;
  return object;
}

struct object *new_text(const char *bytes, size_t n)
{
  struct object *object = new_object(STR);
  object->text = calloc(n + 1, 1);
  memcpy(object->text, bytes, n);
  object->n = n;
  return object;
}

struct object *new_str(const char *text)
{
  return new_text(text, strlen(text));
}

void append(struct object *container, struct object *item)
{
  struct object **items = realloc(container->items, (container->n + 1) * sizeof *items);
  if (items == NULL) {
    abort();
  }
  items[container->n] = item;
  container->items = items;
  container->n++;
}

struct object *new_list(size_t n, struct object **items)
{
  struct object *list = new_object(LIST);
  for (size_t i = 0; i < n; i++) {
    append(list, items[i]);
  }
  return list;
}

struct object *new_tuple(size_t n, struct object **items)
{
  struct object *tuple = new_list(n, items);
  tuple->kind = TUPLE;
  tuple->class = class_of_kind(TUPLE);
  return tuple;
}

struct object *new_function(const char *name, function call)
{
  struct object *object = new_object(FUNCTION);
  object->text = strdup(name);
  object->call = call;
  return object;
}

static int equal(struct object *a, struct object *b)
{
  if (a == b) {
    return 1;
  }
  return a->kind == b->kind && (a->kind == STR ? strcmp(a->text, b->text) == 0 : a->kind == INT && a->i == b->i);
}

struct object **find(struct object *map, struct object *key)
{
  for (size_t i = 0; i < map->n; i += 2) {
    if (equal(map->items[i], key)) {
      return &map->items[i + 1];
    }
  }
  return NULL;
}

void put(struct object *map, struct object *key, struct object *value)
{
  struct object **place = find(map, key);
  if (place != NULL) {
    *place = value;
  } else {
    append(map, key);
    append(map, value);
  }
}

void discard(struct object *map, struct object *key)
{
  struct object **place = find(map, key);
  if (place != NULL) {
    size_t after = (size_t)(place - map->items) + 1;
    memmove(place - 1, place + 1, (map->n - after) * sizeof *place);
    map->n -= 2;
  }
}

struct object *get(struct object *object, const char *attribute)
{
  struct object **place = object->kind == MODULE ? find(object, new_str(attribute)) : NULL;
  if (place != NULL) {
    return *place;
  }
  if (strcmp(attribute, "__name__") == 0 && object->text != NULL && object->kind != STR) {
    return new_str(object->text);
  }
  char message[200];
  snprintf(message, sizeof message, "'%s' object has no attribute '%s'", object->class->text, attribute);
  return fail("AttributeError", message);
}

struct object *new_exception(struct object *class, struct object *args)
{
  struct object *exception = new_object(EXCEPTION);
  exception->class = class;
  append(exception, args);
  return exception;
}

struct object *throw(struct object *exception)
{
  pending = exception;
  return NULL;
}

struct object *fail(const char *class_name, const char *message)
{
  struct object *text = new_str(message);
  return throw(new_exception(class_of_exception(class_name), new_tuple(1, &text)));
}

struct object *caught(void)
{
  struct object *exception = pending;
  pending = NULL;
  return exception;
}

static void write_items(FILE *to, struct object *object, const char *open, const char *close)
{
  fputs(open, to);
  for (size_t i = 0; i < object->n; i++) {
    fputs(i == 0 ? "" : object->kind == DICT && i % 2 != 0 ? ": " : ", ", to);
    write_to(to, object->items[i]);
  }
  fputs(close, to);
}

void write_to(FILE *to, struct object *object)
{
  switch (object->kind) {
  case NONE:
    fputs("None", to);
    break;
  case BOOL:
    fputs(object->i ? "True" : "False", to);
    break;
  case INT:
    fprintf(to, "%" PRId64, object->i);
    break;
  case FLOAT:
    fprintf(to, "%g", object->d);
    break;
  case STR:
    fprintf(to, "'%s'", object->text);
    break;
  case TUPLE:
    write_items(to, object, "(", object->n == 1 ? ",)" : ")");
    break;
  case LIST:
    write_items(to, object, "[", "]");
    break;
  case DICT:
    write_items(to, object, "{", "}");
    break;
  case EXCEPTION:
    fputs(object->class->text, to);
    write_to(to, object->items[0]);
    break;
  default:
    fprintf(to, "<%s %s>", object->class->text, object->text);
  }
}

void show(struct object *object)
{
  write_to(stdout, object);
}
