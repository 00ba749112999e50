/* Memory of every domain, thread-specific storage, locks, native threads that take the interpreter, struct sequences, context variables. */
#include "checks.h"
#include <pthread.h>
#include <structseq.h>

CHECK(domains)
{
    static void *(*const allocate[])(size_t) = {PyMem_RawMalloc, PyMem_Malloc, PyObject_Malloc};
    static void *(*const zeroed[])(size_t, size_t) = {PyMem_RawCalloc, PyMem_Calloc, PyObject_Calloc};
    static void *(*const resize[])(void *, size_t) = {PyMem_RawRealloc, PyMem_Realloc, PyObject_Realloc};
    static void (*const release[])(void *) = {PyMem_RawFree, PyMem_Free, PyObject_Free};
    PyObject *rows = PyList_New(0);
    for (int domain = 0; domain < 3; domain++) {
        for (size_t size = 0; size < 100000; size = size * 3 + 1) {
            unsigned char *memory = allocate[domain](size);
            EXPECT(memory != NULL && ((uintptr_t)memory & 7) == 0);
            memset(memory, 0xAB, size);
            memory = resize[domain](memory, size * 2 + 5);
            EXPECT(memory != NULL);
            for (size_t i = 0; i < size; i++) {
                EXPECT(memory[i] == 0xAB);
            }
            release[domain](memory);
        }
        unsigned char *memory = zeroed[domain](7, 9);
        int sum = 0;
        for (int i = 0; i < 63; i++) {
            sum += memory[i];
        }
        note_int(rows, sum);
        release[domain](memory);
        release[domain](NULL);
        memory = resize[domain](NULL, 3);
        note_int(rows, memory != NULL);
        release[domain](memory);
        note_int(rows, allocate[domain]((size_t)PY_SSIZE_T_MAX + 1) == NULL);
        note_int(rows, zeroed[domain](PY_SSIZE_T_MAX, 16) == NULL);
    }
    return rows;
}

CHECK(typed)
{
    PyObject *rows = PyList_New(0);
    long *numbers = PyMem_New(long, 10);
    EXPECT(numbers != NULL);
    for (int i = 0; i < 10; i++) {
        numbers[i] = i;
    }
    PyMem_Resize(numbers, long, 1000);
    note_int(rows, numbers[9]);
    PyMem_Del(numbers);
    note_int(rows, PyMem_New(long, PY_SSIZE_T_MAX) == NULL);
    PyErr_Clear();
    return rows;
}

CHECK(locks)
{
    PyObject *rows = PyList_New(0);
    PyThread_type_lock lock = PyThread_allocate_lock();
    EXPECT(lock != NULL);
    note_int(rows, PyThread_acquire_lock(lock, WAIT_LOCK));
    note_int(rows, PyThread_acquire_lock(lock, NOWAIT_LOCK));
    note_int(rows, PyThread_acquire_lock_timed(lock, 1000, 0));
    PyThread_release_lock(lock);
    note_int(rows, PyThread_acquire_lock_timed(lock, -1, 1));
    PyThread_release_lock(lock);
    note_int(rows, PyThread_acquire_lock(lock, NOWAIT_LOCK));
    PyThread_release_lock(lock);
    PyThread_free_lock(lock);
    return rows;
}

static Py_tss_t key = Py_tss_NEEDS_INIT;

CHECK(storage)
{
    PyObject *rows = PyList_New(0);
    note_int(rows, PyThread_tss_is_created(&key) != 0);
    note_int(rows, PyThread_tss_create(&key));
    note_int(rows, PyThread_tss_create(&key));
    note_int(rows, PyThread_tss_is_created(&key) != 0);
    note_int(rows, PyThread_tss_get(&key) == NULL);
    note_int(rows, PyThread_tss_set(&key, rows));
    note_int(rows, PyThread_tss_get(&key) == rows);
    PyThread_tss_delete(&key);
    note_int(rows, PyThread_tss_is_created(&key) != 0);
    Py_tss_t *made = PyThread_tss_alloc();
    note_int(rows, made != NULL && !PyThread_tss_is_created(made));
    PyThread_tss_free(made);
    return rows;
}

static PyObject *shared;

static void *
append_many(void *number)
{
    for (int i = 0; i < 50; i++) {
        PyGILState_STATE state = PyGILState_Ensure();
        PyObject *value = Py_BuildValue("(ii)", *(int *)number, i);
        PyList_Append(shared, value);
        Py_DECREF(value);
        PyGILState_STATE inner = PyGILState_Ensure();
        PyGILState_Release(inner);
        PyGILState_Release(state);
    }
    return NULL;
}

CHECK(native_threads)
{
    pthread_t threads[4];
    int numbers[4] = {0, 1, 2, 3};
    shared = PyList_New(0);
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, append_many, &numbers[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    Py_END_ALLOW_THREADS
    EXPECT(PyList_Sort(shared) == 0);
    PyObject *result = shared;
    shared = NULL;
    return result;
}

static void *
fail_alone(void *unused)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyErr_SetString(PyExc_KeyError, "of another thread");
    PyErr_Clear();
    PyErr_SetString(PyExc_ValueError, "also of another thread");
    PyErr_Clear();
    PyGILState_Release(state);
    return NULL;
}

CHECK(errors_are_of_a_thread)
{
    PyObject *rows = PyList_New(0);
    pthread_t thread;
    PyErr_SetString(PyExc_LookupError, "of this thread");
    Py_BEGIN_ALLOW_THREADS
    pthread_create(&thread, NULL, fail_alone, NULL);
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS
    note(rows, NULL);
    return rows;
}

CHECK(states)
{
    PyObject *rows = PyList_New(0);
    PyThreadState *state = PyThreadState_Get();
    note_int(rows, PyGILState_Check());
    note_int(rows, PyGILState_GetThisThreadState() == state);
    PyThreadState *saved = PyEval_SaveThread();
    int held = PyGILState_Check();
    PyEval_RestoreThread(saved);
    note_int(rows, saved == state);
    note_int(rows, held);
    note_int(rows, PyThreadState_GetDict() != NULL && PyDict_Check(PyThreadState_GetDict()));
    note_int(rows, PyThread_get_thread_ident() != 0 && PyThread_get_thread_ident() == PyThread_get_thread_ident());
    note_int(rows, PyInterpreterState_Get() != NULL && PyInterpreterState_GetID(PyInterpreterState_Get()) == 0);
    note_int(rows, PyInterpreterState_Main() == PyInterpreterState_Get());
    return rows;
}

static PyStructSequence_Field fields[] = {
    {"first", "The first."}, {"second", NULL}, {NULL, "unnamed"}, {"hidden", "Not in the sequence."}, {NULL, NULL},
};

CHECK(struct_sequence)
{
    static PyStructSequence_Desc description = {"memory_and_threads.Record", "The doc.", NULL, 3};
    fields[2].name = (char *)PyStructSequence_UnnamedField;
    description.fields = fields;
    PyObject *rows = PyList_New(0);
    PyTypeObject *type = PyStructSequence_NewType(&description);
    EXPECT(type != NULL);
    PyObject *record = PyStructSequence_New(type);
    for (int i = 0; i < 4; i++) {
        PyStructSequence_SetItem(record, i, PyLong_FromLong(i * 10));
    }
    note_lent(rows, PyStructSequence_GetItem(record, 1));
    note(rows, PyObject_GetAttrString(record, "first"));
    note(rows, PyObject_GetAttrString(record, "hidden"));
    note_kind(rows, PyObject_GetAttrString(record, "missing"));
    note_int(rows, PyObject_Length(record));
    note(rows, PySequence_GetItem(record, 2));
    note(rows, PySequence_Tuple(record));
    note_int(rows, PyTuple_Check(record) + 2 * PyTuple_CheckExact(record));
    note_int_kind(rows, PyObject_SetAttrString(record, "first", Py_None));
    note(rows, PyObject_GetAttrString((PyObject *)type, "n_fields"));
    note(rows, PyObject_GetAttrString((PyObject *)type, "n_sequence_fields"));
    note(rows, PyObject_GetAttrString((PyObject *)type, "__name__"));
    Py_DECREF(record);
    Py_DECREF(type);
    return rows;
}

CHECK(context_variables)
{
    PyObject *rows = PyList_New(0), *variable = PyContextVar_New("memory_and_threads.variable", NULL), *value = NULL;
    note_int(rows, PyContextVar_Get(variable, NULL, &value));
    note_int(rows, value == NULL);
    note_int(rows, PyContextVar_Get(variable, Py_Ellipsis, &value));
    note(rows, value);
    PyObject *token = PyContextVar_Set(variable, Py_True);
    note_int(rows, PyContextVar_Get(variable, NULL, &value));
    note(rows, value);
    PyObject *copy = PyContext_CopyCurrent();
    note_int(rows, copy != NULL && PyContext_CheckExact(copy) && PyContextToken_CheckExact(token) && PyContextVar_CheckExact(variable));
    note_int(rows, PyContextVar_Reset(variable, token));
    value = NULL;
    note_int(rows, PyContextVar_Get(variable, NULL, &value));
    note_int(rows, value == NULL);
    note_int(rows, PyContext_Enter(copy));
    note_int(rows, PyContextVar_Get(variable, NULL, &value));
    note(rows, value ? value : Py_NewRef(Py_None));
    note_int(rows, PyContext_Exit(copy));
    Py_DECREF(copy);
    Py_DECREF(token);
    Py_DECREF(variable);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(domains), CHECKED(typed), CHECKED(locks), CHECKED(storage), CHECKED(native_threads),
    CHECKED(errors_are_of_a_thread), CHECKED(states), CHECKED(struct_sequence), CHECKED(context_variables), {NULL, NULL, 0, NULL},
};

THEME(memory_and_threads)
