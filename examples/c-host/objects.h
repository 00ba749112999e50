/* What the two halves of the host share. */
#ifndef C_HOST_OBJECTS_H
#define C_HOST_OBJECTS_H

#include "host.h"

#include <stdio.h>

struct object *new_object(enum kind kind);
struct object *new_bool(int value);
struct object *new_float(double value);
struct object *new_text(const char *bytes, size_t n);
struct object *new_tuple(size_t n, struct object **items);
struct object *new_class(const char *name, struct object *base);
struct object *new_exception(struct object *class, struct object *args);

struct object *class_object(void);
struct object *class_of_kind(enum kind kind);
struct object *class_of_exception(const char *name);
int is_subclass(struct object *class, struct object *base);

/* Dicts and modules. */
struct object **find(struct object *map, struct object *key);
void put(struct object *map, struct object *key, struct object *value);
void discard(struct object *map, struct object *key);

void append(struct object *container, struct object *item);

/* Writes what `show` shows. */
void write_to(FILE *to, struct object *object);

/* Sets an exception; NULL. */
struct object *throw(struct object *exception);

#endif
