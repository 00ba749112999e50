/* The python program itself, as a function. */
#include <Python.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "wide") == 0) {
        wchar_t *words[16] = {0};
        int count = 0;
        for (int i = 0; i < argc && count < 15; i++) {
            if (i != 1) {
                words[count++] = Py_DecodeLocale(argv[i], NULL);
            }
        }
        return Py_Main(count, words);
    }
    return Py_BytesMain(argc, argv);
}
