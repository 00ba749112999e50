/* Takes the paths of paths.c, and those of a host that calls C functions, on the host in C of examples/c-host:
 *
 *     drive LIBPYTHON EXTENSION */
#include "host.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#define TIMES 1000

#ifdef SLOWED
#define DETOUR                                                                                 \
  for (int times = 0; times < 200; times++) {                                                  \
    __asm__ volatile("");                                                                      \
  }
#else
#define DETOUR
#endif

static const struct gimbal_shim *(*attach)(const struct gimbal_host *);
static const struct gimbal_shim *shim;

/* Attaches, and keeps the table for the calls below, which c-host makes in one way only. */
static const struct gimbal_shim *attach_and_keep(const struct gimbal_host *host)
{
  shim = attach(host);
  return shim;
}

static struct object *find(struct object *module, const char *name)
{
  struct object *found = get(module, name);
  if (found == NULL) {
    fprintf(stderr, "no function %s\n", name);
    exit(1);
  }
  return found;
}

/* Repeats an entry of the shim, which must answer with this tag. */
#define ENTRY(name, expected, entry)                                                           \
  for (int round = 0; round < 2; round++) {                                                    \
    CALLGRIND_ZERO_STATS;                                                                      \
    for (long i = 0; i < TIMES; i++) {                                                         \
      if ((entry) != (expected)) {                                                             \
        fprintf(stderr, "%s fails\n", name);                                                   \
        return 1;                                                                              \
      }                                                                                        \
      DETOUR                                                                                   \
    }                                                                                          \
  }                                                                                            \
  CALLGRIND_DUMP_STATS_AT(name)

int main(int argc, char **argv)
{
  void *library = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
  if (library == NULL) {
    fprintf(stderr, "usage: %s LIBPYTHON EXTENSION\n", argv[0]);
    return 2;
  }
  *(void **)&attach = dlsym(library, "gimbal_attach");
  if (attach == NULL || host_attach(attach_and_keep) != 0) {
    fprintf(stderr, "%s is not Gimbal's, or of another version\n", argv[1]);
    return 1;
  }
  struct object *module = import("paths", argv[2]);
  if (module == NULL) {
    show(caught());
    return 1;
  }

  struct gimbal_cell out[3] = {{0}}, args[2] = {{.tag = GIMBAL_TAG_INT, .i = 1000}, {.tag = GIMBAL_TAG_INT, .i = 2000}};
  struct object *nothing = find(module, "nothing"), *more = find(module, "one_more");
  struct object *length = find(module, "length"), *sum = find(module, "sum");
  const uint8_t *text = (const uint8_t *)"abcdefghij";
  ENTRY("host_calls_noargs", GIMBAL_TAG_NONE, shim->call0(nothing->code, nothing->self, out));
  ENTRY("host_calls_with_int", i + 1001, shim->direct_int((64 + GIMBAL_CALL_KIND_ONE) | GIMBAL_TAG_INT << 8, more->code, more->self, i + 1000, 0, 0.0, 0.0, 0));
  ENTRY("host_calls_with_str", GIMBAL_TAG_INT,
        shim->direct((64 + GIMBAL_CALL_KIND_ONE) | GIMBAL_TAG_PROXY << 8, length->code, length->self, shim->text(text, 10, 10), 0, out, 0.0, 0.0, 0));
  const int32_t two_ints = (64 + sum->convention) | GIMBAL_TAG_INT << 8 | GIMBAL_TAG_INT << 16;
  ENTRY("host_calls_with_two", GIMBAL_TAG_INT,
        shim->direct(two_ints, sum->code, sum->self, 1000, 2000, out, 0.0, 0.0, 0));
  ENTRY("host_calls_with_cells", GIMBAL_TAG_INT, shim->calln(sum->convention, sum->code, sum->self, 2, 0, args, out));

  for (size_t i = 0; i + 1 < module->n; i += 2) {
    struct object *name = module->items[i], *path = module->items[i + 1];
    if (path->kind != FUNCTION || path->convention != GIMBAL_CALL_KIND_NO_ARGS || strcmp(name->text, "nothing") == 0) {
      continue;
    }
    if (call(path, 0, NULL) == NULL) {
      show(caught());
      return 1;
    }
  }
  return 0;
}
