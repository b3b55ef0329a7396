/* Unit tests of rewrite/repairs.c: which rules are for which finding. */
#include "rewrite/repairs.h"

#include "tests/unit/planning.h"

#define HEAD "machine=pc-1.0 "
#define DEV(idstr, version) "[" idstr "," version ",dev a=uint32:00000001 ] "
#define RAM "block=pc.ram:8000 "

/* clang-format off */
static const struct row {
    const char *name, *stream, *like;
    const char *repairs; /* "FINDING PATH:" and what repairs it, a line each */
} rows[] = {
    { "nothing-found", HEAD DEV("dev", "1"), HEAD DEV("dev", "1"), "" },
    { "section", HEAD DEV("dev", "3"), HEAD DEV("dev", "2"),
      "version-too-new dev: set-version" },
    { "each-its-own", HEAD DEV("dev", "3") DEV("other", "3"), HEAD DEV("dev", "2") DEV("other", "1"),
      "version-too-new dev: set-version\n"
      "version-too-new other: set-version" },
    /* of whose number there is no finding where it is */
    { "instances", HEAD DEV("dev@3", "1") DEV("dev@4", "1"), HEAD DEV("dev@4", "1") DEV("dev@5", "1"),
      "section-unknown dev@3: set-instance set-instance\n"
      "section-missing dev@5:" },
    /* by the name that it has, not by the new one */
    { "renamed", HEAD DEV("1/usb-ptr", "3"), HEAD DEV("0000:00:02.0/1/usb-ptr", "2"),
      "section-unknown 1/usb-ptr: rename-section set-version\n"
      "section-missing 0000:00:02.0/1/usb-ptr:" },
    { "advice", HEAD DEV("0000:00:03.0/dev", "1"), HEAD DEV("0000:00:05.0/dev", "1"),
      "section-unknown 0000:00:03.0/dev: help\n"
      "section-missing 0000:00:05.0/dev:" },
    { "head", DEV("dev", "1"), HEAD "no-footers " DEV("dev", "1"),
      "config-missing : add-section\n"
      "footers-unexpected : set-footers" },
    { "configuration", HEAD "uuid=11*16 " DEV("dev", "1"), "machine=pc-2.0 uuid=22*16 " DEV("dev", "1"),
      "machine-type configuration//name: set\n"
      "uuid-differs configuration//{configuration/uuid}: strip-subsection" },
    { "commands", HEAD "command=00010000 command=000b0000 " DEV("dev", "1"), HEAD DEV("dev", "1"),
      "command-unknown : drop-command" },
    { "block", HEAD RAM "block=0000:00:02.0/vga.vram:2000 " DEV("dev", "1"), HEAD RAM "block=vga.vram:2000 " DEV("dev", "1"),
      "ram-block-unknown ram//.blocks/\"0000:00:02.0/vga.vram\": rename-ram-block\n"
      "ram-block-missing ram:" },
    { "blocks-merged", HEAD "block=n0:3000 block=n1:5000 " DEV("dev", "1"), HEAD RAM DEV("dev", "1"),
      "ram-block-unknown ram//.blocks/n0: merge-ram-blocks\n"
      "ram-block-unknown ram//.blocks/n1:\n"
      "ram-block-missing ram:" },
    { "block-advice", HEAD RAM "block=vga.vram:2000 " DEV("dev", "1"), HEAD RAM "block=vga.vram:4000 " DEV("dev", "1"),
      "ram-block-size ram//.blocks/vga.vram: help" },
};
/* clang-format on */

static char *
repairs_text(const GPtrArray *findings)
{
    GString *text = g_string_new("");

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        if (f->info->severity < QEVM_SEVERITY_WARNING) {
            continue;
        }
        g_string_append_printf(text, "%s%s %s:", text->len ? "\n" : "",
                               f->info->slug, f->path);
        for (size_t k = 0; k < json_array_size(f->rules); k++) {
            g_string_append_printf(text, " %s",
                                   json_string_value(json_object_get(
                                       json_array_get(f->rules, k), "op")));
        }
        g_string_append(text, f->advice ? " help" : "");
    }
    return g_string_free(text, FALSE);
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_auto(Planned) p = { NULL };
    QevmTarget *target = qevm_target_new("t");
    g_autoptr(QevmStream) stream = words_open(row->stream);
    g_autoptr(GPtrArray) findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)qevm_finding_free);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    qevm_target_set_release(target, 702);
    qevm_target_add_reference(target, words_open(row->like));
    g_assert_true(qevm_check_against(stream, target, findings, &error));
    g_assert_no_error(error);
    planned_make(&p, words_open(row->stream), target, NULL);
    qevm_repairs_assign(findings, p.plan);
    text = repairs_text(findings);
    g_assert_cmpstr(text, ==, row->repairs);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/repairs/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    return g_test_run();
}
