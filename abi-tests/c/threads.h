/* Threads that run the same checks at once and wait for each other. GIMBAL_CHECK_THREADS in the environment says how many there are; one when
   it says nothing. */
#ifndef GIMBAL_THREADS_H
#define GIMBAL_THREADS_H

#include "checks.h"
#include <pthread.h>
#include <stdlib.h>

enum { MOST_THREADS = 64 };

static int threads;
static pthread_barrier_t barrier;

/* For the module's start: -1 with an exception. */
static inline int
begin_threads(void)
{
    const char *given = getenv("GIMBAL_CHECK_THREADS");
    threads = given == NULL ? 1 : atoi(given);
    if (threads < 1 || threads > MOST_THREADS || pthread_barrier_init(&barrier, NULL, threads) != 0) {
        PyErr_SetString(PyExc_ValueError, "GIMBAL_CHECK_THREADS is no number of threads");
        return -1;
    }
    return 0;
}

/* Waits for the others. True on one of the threads. */
static inline int
meet(void)
{
    int last;
    Py_BEGIN_ALLOW_THREADS
    last = pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
    Py_END_ALLOW_THREADS
    return last;
}

#endif
