/* fuzz.h - the frame of a fuzz target: with libFuzzer, what it calls; without,
 * a main() over files, and over the files in folders.
 *
 * That one also sees what memory each input takes, if no sanitizer does.
 */
#ifndef QEVM_TESTS_FUZZ_FUZZ_H
#define QEVM_TESTS_FUZZ_FUZZ_H

#include <glib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

#ifndef QEVM_LIBFUZZER
#include "tests/hostile/meter.h"

#include <stdio.h>

/* FALSE: too much. */
static gboolean
fuzz_measure(const char *path, const char *data, gsize size, gsize *peak)
{
    gsize taken;

    meter_start();
    LLVMFuzzerTestOneInput((const guint8 *)data, size);
    taken = meter_peak();
    *peak = MAX(*peak, taken);
    if (taken > METER_MAX + METER_COPIES_READING * size) {
        fprintf(stderr, "%s: %zu bytes, and %zu bytes of memory\n", path, size,
                taken);
        return FALSE;
    }
    return TRUE;
}

/* How many inputs; -1: that was one too many. */
static int
fuzz_run(const char *path, gsize *peak)
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
            int more = fuzz_run(inside, peak);

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
    return fuzz_measure(path, data, size, peak) ? 1 : -1;
}

int
main(int argc, char **argv)
{
    int count = 0;
    gsize peak = 0;

    for (int i = 1; i < argc; i++) {
        int more = fuzz_run(argv[i], &peak);

        if (more < 0) {
            return 2;
        }
        count += more;
    }
    printf("%d inputs", count);
    if (meter_works()) {
        printf(", of memory at most %.1f MiB", (double)peak / (1024 * 1024));
    }
    printf("\n");
    return 0;
}
#endif

#endif
