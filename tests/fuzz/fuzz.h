/* fuzz.h - the frame of a fuzz target: with libFuzzer, what it calls; without,
 * a main() over files, and over the files in folders.
 */
#ifndef QEVM_TESTS_FUZZ_FUZZ_H
#define QEVM_TESTS_FUZZ_FUZZ_H

#include <glib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

#ifndef QEVM_LIBFUZZER
#include <stdio.h>

static int
fuzz_run(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *data = NULL;
    const char *name;
    gsize size;
    int count = 0;

    if (folder) {
        while ((name = g_dir_read_name(folder)) != NULL) {
            g_autofree char *inside = g_build_filename(path, name, NULL);
            int more = fuzz_run(inside);

            if (more < 0) {
                return more;
            }
            count += more;
        }
        return count;
    }
    if (!g_file_get_contents(path, &data, &size, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return -1;
    }
    LLVMFuzzerTestOneInput((const guint8 *)data, size);
    return 1;
}

int
main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++) {
        int more = fuzz_run(argv[i]);

        if (more < 0) {
            return 2;
        }
        count += more;
    }
    printf("%d inputs\n", count);
    return 0;
}
#endif

#endif
