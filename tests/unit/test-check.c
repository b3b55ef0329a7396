/* test-check.c - what check finds in a small stream with one thing wrong.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/check.h"

#include <string.h>

/* A stream as text: hex digits and |text|; <vmdesc> is the length of what
 * follows it and that. Rows change words of it. */
static const char head[] = "5145564d00000003 07 0000000d|pc-i440fx-7.2| "
                           "<commands> 01 00000002 03|ram| 00000000 00000004 "
                           "0000000000001004 06|pc.ram| 0000000000001000 "
                           "0000000000000010 7e00000002 ";
static const char live[] = "02 00000002 0000000000000002 06|pc.ram| 00 "
                           "0000000000000010 7e00000002 "
                           "<end> ";
static const char end[] = "03 00000002 0000000000000010 7e00000002";
static const char dev[] =
    "04 00000004 03|dev| 00000000 00000001 "
    /* irq, version, two null pointers, a list of two, {dev/sub} */
    "00000000 00000001 00000000 00000000 <le> 30 <null> "
    "<marker> aa 01 bb 00 05 07|dev/sub| <subversion> 77 7e00000004 ";
static const char state[] = "04 00000005 0b|globalstate| 00000000 00000001 "
                            "00000007 |<run>| 000000 7e00000005 ";
static const char json[] =
    "00 <vmdesc> |{\"page_size\": 4096, \"devices\": [{\"name\": \"dev\", "
    "\"instance_id\": 0, \"vmsd_name\": \"dev\", \"version\": 1, \"fields\": "
    "[{\"name\": \"irq_state\", \"type\": \"pci irq state\", \"size\": 16}, "
    "{\"name\": \"version_id\", \"type\": \"int32 le\", \"size\": 4}, "
    "{\"name\": \"ptr\", \"array_len\": 2, \"type\": \"nullptr\", \"size\": "
    "1}, {\"name\": \"list\", \"type\": \"qtailq\", \"vmsd_name\": \"el\", "
    "\"version\": 1, \"fields\": [{\"name\": \"v\", \"type\": \"uint8\", "
    "\"size\": 1}], \"vmsd_name\": \"el\", \"version\": 1, \"fields\": "
    "[{\"name\": \"v\", \"type\": \"uint8\", \"size\": 1}], \"size\": 5}], "
    "\"subsections\": [{\"vmsd_name\": \"dev/sub\", \"version\": <subjson>, "
    "\"fields\": [{\"name\": \"x\", \"type\": \"uint8\", \"size\": 1}]}]}, "
    "<more>{\"name\": \"globalstate\", \"instance_id\": 0, \"vmsd_name\": "
    "\"globalstate\", \"version\": 1, \"fields\": [{\"name\": \"size\", "
    "\"type\": \"uint32\", \"size\": 4}, {\"name\": \"runstate\", \"type\": "
    "\"buffer\", \"size\": 10}]}]}|";

/* What words are if no row says otherwise; applied in this order. */
static const struct {
    const char *word, *text;
} words[] = {
    { "<commands>", "" },    { "<end>", end },   { "<le>", "00000002" },
    { "<null>", "30" },      { "<marker>", "01" },
    { "<subversion>", "00000001" }, { "<subjson>", "1" },
    { "<run>", "running" },  { "<more>", "" },
};

static const struct row {
    const char *path;
    const char *from, *to;   /* in the text; NULL: no change */
    const char *from2, *to2;
    guint cut;               /* bytes taken off the end */
    gboolean quick;
    const char *findings;    /* all of them, a line each */
} rows[] = {
#include "tests/unit/test-check.inc"
};

static void
put_token(GByteArray *out, const char **text)
{
    const char *p = *text;

    if (*p == '|') {
        const char *close = strchr(p + 1, '|');

        g_byte_array_append(out, (const guint8 *)p + 1,
                            (guint)(close - p) - 1);
        *text = close + 1;
    } else {
        g_assert_true(g_ascii_isxdigit(p[0]) && g_ascii_isxdigit(p[1]));
        qevm_be_append(out, 1, (guint64)(g_ascii_xdigit_value(p[0]) << 4 |
                                         g_ascii_xdigit_value(p[1])));
        *text = p + 2;
    }
}

static GBytes *
make_bytes(const char *text, guint cut)
{
    GByteArray *out = g_byte_array_new();
    gsize vmdesc = 0;

    while (*text) {
        if (*text == ' ') {
            text++;
        } else if (g_str_has_prefix(text, "<vmdesc>")) {
            text += strlen("<vmdesc>");
            qevm_be_append(out, 1, QEMU_VM_VMDESCRIPTION);
            vmdesc = out->len;
            qevm_be_append(out, 4, 0);
        } else {
            put_token(out, &text);
            if (vmdesc) {
                qevm_be_put(out->data + vmdesc, 4, out->len - vmdesc - 4);
                vmdesc = 0;
            }
        }
    }
    g_byte_array_set_size(out, out->len - cut);
    return g_byte_array_free_to_bytes(out);
}

static char *
findings_text(const GPtrArray *findings)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        g_string_append_printf(text,
                               "%s[%s] `%s' 0x%" G_GINT64_MODIFIER "x: %s\n",
                               qevm_severity_name(f->info->severity),
                               f->info->slug, f->path, f->offset, f->sentence);
    }
    return g_string_free(text, FALSE);
}

static void
replace(GString *text, const char *from, const char *to)
{
    g_assert_cmpuint(g_string_replace(text, from, to, 0), >, 0);
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) stream = NULL;
    g_autoptr(GPtrArray) findings = NULL;
    g_autofree char *said = NULL;

    g_string_append(text, head);
    g_string_append(text, live);
    g_string_append(text, dev);
    g_string_append(text, state);
    g_string_append(text, json);
    if (row->from) {
        replace(text, row->from, row->to);
    }
    if (row->from2) {
        replace(text, row->from2, row->to2);
    }
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        g_string_replace(text, words[i].word, words[i].text, 0);
    }
    bytes = make_bytes(text->str, row->cut);
    stream = qevm_stream_open(qevm_source_new_bytes(bytes, "t"),
                              row->quick ? 0 : QEVM_OPEN_WALK, NULL, &error);
    g_assert_no_error(error);
    findings = qevm_check(stream);
    said = findings_text(findings);
    g_assert_cmpstr(said, ==, row->findings);
    g_assert_cmpint(qevm_check_skipped(stream)[0] != NULL, ==, row->quick);
}

/* The table is in order, complete, and its summaries fit a terminal. */
static void
test_table(void)
{
    guint count;
    const QevmFindingInfo *table = qevm_finding_table(&count);

    g_assert_cmpuint(count, >=, 20);
    for (guint i = 0; i < count; i++) {
        g_assert_true(i == 0 || strcmp(table[i - 1].slug, table[i].slug) < 0);
        g_assert_true(qevm_finding_find(table[i].slug) == &table[i]);
        g_assert_cmpuint(strlen(table[i].slug), <=, 20);
        g_assert_cmpuint(strlen(table[i].summary), <=, 57);
        g_assert_false(g_str_has_suffix(table[i].summary, "."));
        g_assert_true(g_str_has_suffix(table[i].text, "."));
    }
    g_assert_null(qevm_finding_find("no-such-finding"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check/table", test_table);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_add_data_func(rows[i].path, &rows[i], test_row);
    }
    return g_test_run();
}
