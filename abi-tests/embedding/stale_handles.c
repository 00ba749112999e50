/* The handles of examples/c-host by themselves: one that was closed before closes nothing, also when its index is used again. */
#include "../../examples/c-host/border.c"

static void let_go(int64_t handle)
{
  struct gimbal_release pair = {.handle = handle, .received = 1};
  release(1, &pair);
}

int main(void)
{
  struct object *first = new_list(0, NULL), *second = new_list(0, NULL);
  int64_t old = handle_of(first);
  let_go(old);
  let_go(old);
  int64_t now = handle_of(second);
  let_go(old);
  printf("%d %d %d %d\n", now != old, (now & 0xffffffff) == (old & 0xffffffff), by_handle(now) == second, second->handle == now);
  let_go(now);
  printf("%d %d\n", second->handle == 0, by_handle(now) == NULL);
  return 0;
}
