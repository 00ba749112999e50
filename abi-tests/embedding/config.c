/* PyPreConfig, PyConfig, PyStatus and lists of wide strings. */
#include "check.h"
#include <string.h>

static void say_status(const char *what, PyStatus status)
{
    SAY("%s: error %d exit %d exception %d code %d", what, PyStatus_IsError(status), PyStatus_IsExit(status),
        PyStatus_Exception(status), status.exitcode);
}

static void lists(void)
{
    PyWideStringList list = {0, NULL};
    say_status("append", PyWideStringList_Append(&list, L"b"));
    say_status("insert", PyWideStringList_Insert(&list, 0, L"a"));
    say_status("insert far", PyWideStringList_Insert(&list, 99, L"c"));
    PyStatus status = PyWideStringList_Insert(&list, -1, L"x");
    say_status("insert before", status);
    SAY("%s: %s", status.func, status.err_msg);
    for (Py_ssize_t i = 0; i < list.length; i++) {
        SAY("%zd %ls", i, list.items[i]);
    }
}

static void locale(void)
{
    size_t size = 0;
    wchar_t *wide = Py_DecodeLocale("d\xc3\xa9" "j\xff", &size);
    SAY("decoded %zu %x %x", size, (unsigned)wide[1], (unsigned)wide[3]);
    char *bytes = Py_EncodeLocale(wide, NULL);
    SAY("encoded %d", strcmp(bytes, "d\xc3\xa9" "j\xff"));
    PyMem_Free(bytes);
    PyMem_RawFree(wide);
    wchar_t bad[] = {L'a', 0xd800, 0};
    bytes = Py_EncodeLocale(bad, &size);
    SAY("not encoded %d at %zu", bytes == NULL, size);
}

int main(int argc, char **argv)
{
    say_status("ok", PyStatus_Ok());
    say_status("exit", PyStatus_Exit(7));
    PyStatus made = PyStatus_Error("because");
    say_status("error", made);
    SAY("%s", made.err_msg);
    say_status("memory", PyStatus_NoMemory());

    PyPreConfig early;
    PyPreConfig_InitIsolatedConfig(&early);
    SAY("isolated %d environment %d parse %d", early.isolated, early.use_environment, early.parse_argv);
    PyPreConfig_InitPythonConfig(&early);
    SAY("environment %d parse %d", early.use_environment, early.parse_argv);
    early.utf8_mode = 1;
    say_status("preinitialize", Py_PreInitialize(&early));
    lists();
    locale();

    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    SAY("isolated %d environment %d parse %d signals %d", config.isolated, config.use_environment, config.parse_argv,
        config.install_signal_handlers);
    PyConfig_Clear(&config);
    PyConfig_InitPythonConfig(&config);
    SAY("isolated %d environment %d parse %d signals %d", config.isolated, config.use_environment, config.parse_argv,
        config.install_signal_handlers);
    say_status("string", PyConfig_SetString(&config, &config.executable, L"/opt/app/bin/app"));
    say_status("bytes", PyConfig_SetBytesString(&config, &config.program_name, "/opt/app/bin/app"));
    char *command[] = {"app", "-W", "ignore", "-X", "key=value", "-c", "print('run')", "one", "-two"};
    if (argc > 1) {
        say_status("argv", PyConfig_SetBytesArgv(&config, argc - 1, argv + 1));
    } else {
        say_status("argv", PyConfig_SetBytesArgv(&config, 9, command));
    }
    say_status("read", PyConfig_Read(&config));
    SAY("program %ls command %ls", config.program_name, config.run_command ? config.run_command : L"(none)");
    for (Py_ssize_t i = 0; i < config.argv.length; i++) {
        SAY("argv %ls", config.argv.items[i]);
    }
    say_status("initialize", Py_InitializeFromConfig(&config));
    PyConfig_Clear(&config);
    show("__import__('sys').argv");
    show("__import__('sys').executable");
    show("__import__('sys')._xoptions");
    show("__import__('sys').warnoptions");
    int code = Py_RunMain();
    SAY("code %d, initialized %d", code, Py_IsInitialized());
    return code;
}
