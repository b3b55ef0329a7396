/* test-known-stream.c - what streams tell of the layouts of their QEMUs, as
 * comparing shows it.
 */
#include "tests/unit/builder-stream.h"
#include "tests/unit/comparing.h"

#define DEV "0000:00:01.0/dev"

/* A stream built with `flags` against the plain one; `dump` tells of
 * conditions. */
/* clang-format off */
static const struct row {
    const char *name;
    guint old, flags;
    const char *dump, *forward, *backward;
} rows[] = {
    { "same", 0, 0, NULL, "", "" },
    { "dialect", BUILD_QJSON, 0, NULL, "", "" },
    { "fields/all", 0, BUILD_MORE_FIELDS, NULL,
      DEV "//first: field-missing: read, and not sent: 1 byte\n"
      DEV "//more: field-missing: read, and not sent: 4 bytes\n",
      DEV "//first: field-extra: sent, and not read: 1 byte\n"
      DEV "//more: field-extra: sent, and not read: 4 bytes\n" },
    { "fields/conditional", 0, BUILD_MORE_FIELDS,
      DEVICE("dev", V("dev", FC("first", 1) S F("more", 2))),
      DEV "//first: field-conditional: read if a condition holds, never sent: 1 byte\n"
      DEV "//more: field-missing: read, and not sent: 4 bytes\n",
      DEV "//first: field-conditional: sent if a condition holds, never read: 1 byte\n"
      DEV "//more: field-extra: sent, and not read: 4 bytes\n" },
    /* which may be as long as another field says */
    { "array", 0, BUILD_LONG_ARRAY, NULL,
      DEV "//arr: field-length: 4 elements sent, 5 read, or as many as another field tells\n",
      DEV "//arr: field-length: 5 elements sent, 4 read, or as many as another field tells\n" },
    { "buffer", 0, BUILD_LONG_BUFFER, NULL,
      DEV "//buf: field-length: 8 elements sent, 12 read, or as many as another field tells\n",
      DEV "//buf: field-length: 12 elements sent, 8 read, or as many as another field tells\n" },
    { "version", 0, BUILD_VERSION | BUILD_MORE_FIELDS, NULL,
      DEV ": version-untold: the source sends version 3, the destination 4; "
      "whether it takes the older one its stream does not tell\n",
      DEV ": version-too-new: the source sends version 4, the destination takes 3 at most\n" },
    { "subsection", BUILD_NO_SUBSECTION, 0, NULL, "",
      DEV "//{dev/sub}: subsection-optional: the destination's own state does not have this subsection\n" },
    { "section", BUILD_NO_TWIN, 0, NULL, "",
      "twin@2147483649: section-absent: the destination's own state does not have this section\n" },
    /* described wrongly, or not at all */
    { "undescribed", BUILD_WRONG_SIZE, BUILD_WRONG_SIZE, NULL, "", "" },
    { "nothing-described", BUILD_NO_VMDESC, 0, NULL, "", "" },
};
/* clang-format on */

static QevmKnown *
known_of(guint flags, const char *dump)
{
    g_autoptr(GBytes) bytes = build_stream(flags);
    g_autoptr(GPtrArray) dumps =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_known_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) stream =
        qevm_stream_open(qevm_source_new_bytes(bytes, "t"), 0, NULL, &error);

    g_assert_no_error(error);
    if (dump) {
        g_ptr_array_add(dumps, dump_parse(dump, "dump"));
    }
    return qevm_known_of_stream(stream, "t", dumps);
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_autoptr(QevmKnown) old = known_of(row->old, row->dump);
    g_autoptr(QevmKnown) new = known_of(row->flags, row->dump);
    g_autofree char *forward = compare_text(old, new, QEVM_COMPARE_FORWARD);
    g_autofree char *backward = compare_text(new, old, QEVM_COMPARE_BACKWARD);

    g_assert_cmpstr(forward, ==, row->forward);
    g_assert_cmpstr(backward, ==, row->backward);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path =
            g_strconcat("/known-stream/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    return g_test_run();
}
