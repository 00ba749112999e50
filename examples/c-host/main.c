/* Loads libpython, becomes its host, imports an extension and calls it:
 *
 *     main LIBPYTHON EXTENSION */
#include "host.h"

#include <dlfcn.h>
#include <stdio.h>

/* A function of ours, for the extension to call. */
static struct object *twice(size_t n, struct object **args)
{
  if (n != 1 || args[0]->kind != INT) {
    return fail("TypeError", "twice() takes an int");
  }
  return new_int(2 * args[0]->i);
}

static void report(const char *what, struct object *value)
{
  printf("%s: ", what);
  if (value != NULL) {
    show(value);
  } else {
    printf("raises ");
    show(caught());
  }
  printf("\n");
}

int main(int argc, char **argv)
{
  if (argc != 3) {
    fprintf(stderr, "usage: %s LIBPYTHON EXTENSION\n", argv[0]);
    return 2;
  }
  /* Extensions do not say that they need libpython: they expect its names to be there. */
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  const struct gimbal_shim *(*attach)(const struct gimbal_host *);
  *(void **)&attach = dlsym(library, "gimbal_attach");
  if (attach == NULL || host_attach(attach) != 0) {
    fprintf(stderr, "%s is not Gimbal's, or of another version\n", argv[1]);
    return 1;
  }

  report("no such file", import("nothing", "/no/such/file.so"));
  struct object *greet = import("greet", argv[2]);
  if (greet == NULL) {
    report("import", NULL);
    return 1;
  }
  report("module", greet);
  report("greet.version", get(greet, "version"));
  report("greet.nothing", get(greet, "nothing"));

  struct object *name = new_str("w\xc3\xb6rld");
  report("greet.hello('world')", call(get(greet, "hello"), 1, &name));
  struct object *numbers[] = {new_int(1), new_int(2), new_int(39)};
  struct object *list = new_list(3, numbers);
  report("greet.total(list)", call(get(greet, "total"), 1, &list));
  report("greet.count('world')", call(get(greet, "count"), 1, &name));
  struct object *both[] = {new_function("twice", twice), list};
  report("greet.apply(twice, list)", call(get(greet, "apply"), 2, both));
  both[1] = new_list(1, &name);
  report("greet.apply(twice, ['world'])", call(get(greet, "apply"), 2, both));
  report("greet.append(list)", call(get(greet, "append"), 1, &list));
  report("list", list);
  report("greet.total('world')", call(get(greet, "total"), 1, &name));
  return 0;
}
