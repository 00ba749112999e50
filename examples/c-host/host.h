/* A host in C, as small as one can be that still imports extensions: None, bool, int, float, str, tuple, list, dict, function,
 * module, class and exception. It has no syntax: a C program builds objects and calls them with the functions below.
 *
 * Objects are never freed. A host with a collector would keep what has a handle alive, and free the rest as it likes. */
#ifndef C_HOST_H
#define C_HOST_H

#include "gimbal_host.h"

enum kind {
  NONE,
  BOOL,
  INT,
  FLOAT,
  STR,
  TUPLE,
  LIST,
  DICT,
  FUNCTION,
  MODULE,
  CLASS,
  EXCEPTION,
};

struct object;

/* A function of the host. NULL with an exception set by `fail` is a failure. */
typedef struct object *(*function)(size_t n, struct object **args);

struct object {
  enum kind kind;
  struct object *class;
  int64_t handle;               /* 0 while the shim does not know it */
  int64_t sent;                 /* how often the handle went to the shim since it was opened */
  int64_t i;                    /* bool, int */
  double d;                     /* float */
  char *text;                   /* str; the name of a function, module or class */
  size_t n;                     /* number of items */
  struct object **items;        /* tuple, list; dict and module: key and value in turn; exception: the arguments, a tuple */
  struct object *base;          /* class */
  function call;                /* function of the host */
  void *code, *self;            /* function of an extension */
  int convention;               /* enum gimbal_call_kind */
  void *native;                 /* module made by an extension: its struct */
};

/* Attaches to the shim. 0, or -1 when its table is of another version. */
int host_attach(const struct gimbal_shim *(*attach)(const struct gimbal_host *));

struct object *none(void);
struct object *new_int(int64_t value);
struct object *new_str(const char *text);
struct object *new_list(size_t n, struct object **items);
struct object *new_function(const char *name, function call);

/* Imports an extension from a file. NULL with an exception set on failure, as all that follow. */
struct object *import(const char *name, const char *file);
struct object *get(struct object *object, const char *attribute);
struct object *call(struct object *callable, size_t n, struct object **args);
struct object *fail(const char *class_name, const char *message);

/* The exception that is set, which it clears. */
struct object *caught(void);

/* Writes an object as Python would show it. */
void show(struct object *object);

#endif
