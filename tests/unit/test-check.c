/* test-check.c - what check finds in a small stream with one thing wrong.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rewrite/check.h"

#include <string.h>

/* A stream as text: hex digits and |text|; <vmdesc> is the length of what
 * follows it and that. Rows change words of it. */
#define END "03 00000002 0000000000000010 7e00000002 "
static const char head[] = "5145564d00000003 07 0000000d|pc-i440fx-7.2| "
                           "<commands> 01 00000002 03|ram| 00000000 00000004 "
                           "0000000000001004 06|pc.ram| 0000000000001000 "
                           "0000000000000010 7e00000002 ";
static const char live[] = "02 00000002 0000000000000002 06|pc.ram| 00 "
                           "0000000000000010 7e00000002 " END;
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
    { "<commands>", "" },
    { "<le>", "00000002" },
    { "<null>", "30" },
    { "<marker>", "01" },
    { "<subversion>", "00000001" },
    { "<subjson>", "1" },
    { "<run>", "running" },
    { "<more>", "" },
};

static const struct row {
    const char *path;
    const char *from, *to; /* in the text; NULL: no change */
    const char *from2, *to2;
    guint cut; /* bytes taken off the end */
    gboolean quick;
    const char *findings; /* all of them, a line each */
} rows[] = {
    { "/check/sound", NULL, NULL, NULL, NULL, 0, FALSE, "" },
    { "/check/sound/quick", NULL, NULL, NULL, NULL, 0, TRUE, "" },
    { "/check/list-marker", "<marker>", "2a", NULL, NULL, 0, FALSE,
      "note[list-marker] `dev//list[0]' 0xaa: the marker before this "
      "element is 42, not 1\n" },
    { "/check/null-marker", "<null>", "31", NULL, NULL, 0, FALSE,
      "error[null-marker] `dev//ptr[1]' 0xa9: the marker of a null "
      "pointer is hex:31, not hex:30\n" },
    { "/check/irq-state", "00000000 00000001 00000000 00000000 <le>",
      "00000000 00000001 00000000 00000002 <le>", NULL, NULL, 0, FALSE,
      "error[irq-state] `dev//irq_state' 0xa0: interrupt pin 3 has "
      "the state 2, must be 0 or 1\n" },
    { "/check/negative-version", "<le>", "fffffffe", NULL, NULL, 0, FALSE,
      "error[negative-version] `dev//version_id' 0xa4: the value is "
      "-2 and must not be negative\n" },
    { "/check/run-state", "<run>", "runninG", NULL, NULL, 0, FALSE,
      "error[run-state] `globalstate//runstate' 0xdf: \"runninG\" is "
      "no run state\n" },
    { "/check/subsection-version", "<subversion>", "00000102", "<subjson>",
      "258", 0, FALSE,
      "warning[subsection-version] `dev//{dev/sub}' 0xaf: version "
      "258, of which QEMU keeps 2\n" },
    { "/check/machine-name/empty", "0000000d|pc-i440fx-7.2|", "00000000", NULL,
      NULL, 0, FALSE,
      "warning[machine-name] `configuration' 0x9: the machine's name "
      "is empty, so QEMU compares nothing\n" },
    { "/check/machine-name/odd", "|pc-i440fx-7.2|", "|pc i440fx-7.2|", NULL,
      NULL, 0, FALSE,
      "warning[machine-name] `configuration' 0x9: \"pc i440fx-7.2\" "
      "is no name of a machine type\n" },
    { "/check/command-live", "<commands>",
      "08 0001 0000 08 0002 0004 00000001 08 0002 0004 00000002", NULL, NULL, 0,
      FALSE,
      "error[command-live] `' 0x1a: command OPEN_RETURN_PATH needs a "
      "living source\n"
      "error[command-live] `' 0x1f: command PING, 2 times, needs a "
      "living source\n" },
    { "/check/command-harmless", "<commands>", "08 0003 0000 08 000b 0000",
      NULL, NULL, 0, FALSE, "" },
    { "/check/postcopy-advise", "<commands>",
      "08 0003 0010 0000000000001000 0000000000001000", NULL, NULL, 0, FALSE,
      "warning[postcopy-advise] `' 0x1a: the destination must have "
      "the capability postcopy-ram on\n" },
    { "/check/duplicate-section", "<more>",
      "{\"name\": \"twin\", \"instance_id\": 0, \"size\": 1, \"fields\": "
      "[{\"name\": \"data\", \"size\": 1, \"type\": \"buffer\"}]}, {\"name\": "
      "\"twin\", \"instance_id\": 0, \"size\": 1, \"fields\": [{\"name\": "
      "\"data\", \"size\": 1, \"type\": \"buffer\"}]}, ",
      "04 00000005 0b|globalstate|",
      "04 00000006 04|twin| 00000000 00000001 55 7e00000006 04 00000007 "
      "04|twin| 00000000 00000001 66 7e00000007 04 00000005 0b|globalstate|",
      0, FALSE,
      "note[duplicate-section] `twin#1' 0xda: a section of this name "
      "and instance came before\n" },
    { "/check/trailing-bytes", "]}]}|", "]}]}| 00 00 00", NULL, NULL, 0, FALSE,
      "note[trailing-bytes] `' 0x42a: 3 bytes after the end of the "
      "stream\n" },
    { "/check/end-missing", END, "", "<commands>",
      "01 00000003 0c|dirty-bitmap| 00000000 00000001 01 7e00000003 ", 0, FALSE,
      "warning[end-missing] `dirty-bitmap' 0x1a: the section has a "
      "START and no END\n"
      "warning[end-missing] `ram' 0x3a: the section has a START and "
      "no END\n" },
    { "/check/end-missing/background-snapshot", END, "", NULL, NULL, 0, FALSE,
      "" },
    { "/check/section-opaque", "04 00000005 0b|globalstate|",
      "04 00000006 04|kvmclock| 00000000 00000001 55 7e00000006 04 00000005 "
      "0b|globalstate|",
      "04|kvm", "08|kvm", 0, FALSE,
      "note[section-opaque] `kvmclock' 0xc2: the vmdesc does not "
      "list this section\n" },
    { "/check/section-resynced", "<commands>",
      "01 00000003 05|other| 00000000 00000001 1234 7e00000003 ", END,
      END "03 00000003 55 7e00000003 ", 0, FALSE,
      "note[section-resynced] `other' 0x1a: the end was found by the "
      "footer\n" },
    { "/check/vmdesc-disagrees/more", "<more>",
      "{\"name\": \"gone\", \"instance_id\": 3, \"size\": 1, \"fields\": "
      "[{\"name\": \"data\", \"size\": 1, \"type\": \"buffer\"}]}, ",
      NULL, NULL, 0, FALSE,
      "warning[vmdesc-disagrees] `' 0xef: the vmdesc lists gone, "
      "instance 3, which the stream does not have\n" },
    { "/check/vmdesc-disagrees/version", "00000000 00000001 00000007",
      "00000000 00000003 00000007", NULL, NULL, 0, FALSE,
      "warning[vmdesc-disagrees] `globalstate' 0xc2: version 3, the "
      "vmdesc says 1\n" },
    { "/check/vmdesc-missing", "00 <vmdesc>", "00", NULL, NULL, 822, FALSE,
      "note[page-size-guessed] `ram' 0x33: the RAM records make "
      "sense with pages of 4096 bytes; nothing says so\n"
      "note[vmdesc-missing] `' 0xef: the stream does not describe "
      "its devices\n" },
    { "/check/vmdesc-unreadable", "\"devices\": [", "\"devices\": [[", NULL,
      NULL, 0, FALSE,
      "note[page-size-guessed] `ram' 0x33: the RAM records make "
      "sense with pages of 4096 bytes; nothing says so\n"
      "warning[vmdesc-unreadable] `' 0x114: vmdesc devices[0]: "
      "wanted an object, found an array\n" },
    { "/check/bad-framing", "04 00000005 0b|", "0f 00000005 0b|", NULL, NULL, 0,
      FALSE, "error[bad-framing] `' 0xc2: unknown section type 15 (0x0f)\n" },
    { "/check/bad-ram/flags", "0000000000000002 06|pc.ram|",
      "0000000000000802 06|pc.ram|", NULL, NULL, 0, FALSE,
      "error[bad-ram] `ram' 0x54: unknown flags 0x802 in word 0x802\n" },
    { "/check/bad-ram/block", "0000000000000002 06|pc.ram|",
      "0000000000000002 06|pc.rom|", NULL, NULL, 0, FALSE,
      "error[bad-ram] `ram' 0x54: a page of block `pc.rom', which is "
      "not in the block list\n" },
    { "/check/oddity/fill", "06|pc.ram| 00 ", "06|pc.ram| 5a ", NULL, NULL, 0,
      FALSE,
      "note[oddity] `ram' 0x54: a page filled with 0x5a; QEMU 8.2 "
      "and newer refuse that\n" },
    { "/check/footer-missing", "0000000000000010 7e00000002 03",
      "0000000000000010 7e00000003 03", NULL, NULL, 0, FALSE,
      "error[footer-missing] `ram' 0x6c: the footer of section 2 "
      "(`ram') wanted, found 7e 00 00 00 03\n" },
    { "/check/bytes-shifted", "<le>", "<le> 11", NULL, NULL, 0, FALSE,
      "error[bytes-shifted] `dev' 0x94: the section has 42 bytes, "
      "the vmdesc describes 41\n" },
    { "/check/decode-error", "05 07|dev/sub|", "05 07|dev/sux|", NULL, NULL, 0,
      FALSE,
      "error[decode-error] `dev' 0xaf: subsection `dev/sub' wanted, "
      "found `dev/sux'\n" },
    { "/check/early-eof/vmdesc", NULL, NULL, NULL, NULL, 5, FALSE,
      "note[page-size-guessed] `ram' 0x33: the RAM records make "
      "sense with pages of 4096 bytes; nothing says so\n"
      "warning[vmdesc-unreadable] `' 0xef: a vmdesc of 822 bytes "
      "that cannot be read\n" },
    { "/check/early-eof/section", NULL, NULL, NULL, NULL, 842, FALSE,
      "note[page-size-guessed] `ram' 0x33: the RAM records make "
      "sense with pages of 4096 bytes; nothing says so\n"
      "error[early-eof] `globalstate' 0xdb: nothing describes this "
      "payload, and no footer of section 5 ends it\n" },
    { "/check/null-array", "<more>",
      "{\"name\": \"css\", \"instance_id\": 0, \"vmsd_name\": \"css\", "
      "\"version\": 1, \"fields\": [{\"name\": \"p\", \"array_len\": 3, "
      "\"type\": \"struct\", \"struct\": {}, \"size\": 1}]}, ",
      "04 00000005 0b|globalstate|",
      "04 00000006 03|css| 00000000 00000001 30 1122334455 30 7e00000006 04 "
      "00000005 0b|globalstate|",
      0, FALSE,
      "note[null-array] `css' 0xd3: QEMU before 10.0 did not "
      "describe this array of pointers rightly, and nothing else "
      "does\n" },
    { "/check/not-understood", "7e00000002", "", "7e00000004 ",
      "04 00000009 03|new| 00000000 00000001 1234 ", 0, FALSE,
      "error[not-understood] `new' 0xbf: nothing tells how long this "
      "payload is: no vmdesc describes it, and the stream has no "
      "footers\n" },
};

static void
put_token(GByteArray *out, const char **text)
{
    const char *p = *text;

    if (*p == '|') {
        const char *close = strchr(p + 1, '|');

        g_byte_array_append(out, (const guint8 *)p + 1, (guint)(close - p) - 1);
        *text = close + 1;
    } else {
        g_assert_true(g_ascii_isxdigit(p[0]) && g_ascii_isxdigit(p[1]));
        qevm_be_append(out, 1,
                       (guint64)(g_ascii_xdigit_value(p[0]) << 4 |
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
    findings = qevm_check(stream, FALSE);
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
