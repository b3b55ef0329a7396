/* schemas.c - where the descriptions are that come with qevm. */
#include "cli/schemas.h"

#ifndef QEVM_DATADIR
#define QEVM_DATADIR "."
#endif

char *
qevm_schemas_folder(const char *part)
{
    const char *root = g_getenv("QEVM_SCHEMAS");
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *objects =
        folder ? g_build_filename(folder, "libqevm.a", NULL) : NULL;

    if (root && *root) {
        return g_build_filename(root, part, NULL);
    }
    if (!folder) {
        return g_build_filename(QEVM_DATADIR, "schemas", part, NULL);
    }
    /* A program in its build directory describes by its own sources, not by
     * what was installed some other day. */
    if (g_file_test(objects, G_FILE_TEST_EXISTS)) {
        return g_build_filename(folder, "schemas", part, NULL);
    }
    return g_build_filename(folder, "..", "share", "qevm", "schemas", part,
                            NULL);
}
