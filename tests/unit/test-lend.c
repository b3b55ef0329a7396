/* test-lend.c - borrowed descriptions: the layout that comes out for bytes, who
 * is asked, whole streams, files.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/lend-file.h"
#include "parser/lend.h"
#include "tests/unit/builder-stream.h"

/* ---- one section ---- */

#define VMSD(name, fields)                                                     \
    "\"vmsd_name\": \"" name "\", \"version\": 1, \"fields\": [" fields "]"
#define DEVICE(fields)                                                         \
    "{\"name\": \"d\", \"instance_id\": 0, " VMSD("d", fields)
#define FIELD(name, type, size)                                                \
    "{\"name\": \"" name "\", \"type\": \"" type "\", \"size\": " #size "}"
#define ARRAY(name, n, type, size)                                             \
    "{\"name\": \"" name "\", \"array_len\": " #n ", \"type\": \"" type        \
    "\", \"size\": " #size "}"
#define STRUCT(name, n, inside, size)                                          \
    "{\"name\": \"" name "\"" n ", \"type\": \"struct\", \"struct\": {" inside \
    "}, \"size\": " #size "}"
#define LIST(name, inside, size)                                               \
    "{\"name\": \"" name "\", \"type\": \"qtailq\"" inside                     \
    ", \"size\": " #size "}"
#define SUBS(list) ", \"subsections\": [" list "]"
#define SUB(name, fields) "{" VMSD(name, fields) "}"
#define U8(name) FIELD(name, "uint8", 1)
#define U16(name) FIELD(name, "uint16", 2)
#define U32(name) FIELD(name, "uint32", 4)

#define WITH_SUB                                                               \
    DEVICE(U8("a")) SUBS(SUB("d/s", U16("x")) ", " SUB("d/t", U8("y"))) "}"
#define INNER_SUB                                                              \
    DEVICE(STRUCT("s", "", VMSD("in", U8("p")) SUBS(SUB("in/q", U8("r"))),     \
                  12) ", " U8("b"))                                            \
    "}"
#define WITH_LIST DEVICE(LIST("l", ", " VMSD("e", U16("n")), 7)) "}"
#define EMPTY_LIST DEVICE(LIST("l", "", 1)) "}"
#define PAIRS                                                                  \
    DEVICE(STRUCT("q", ", \"array_len\": 3",                                   \
                  VMSD("p", U8("v")) SUBS(SUB("p/m", U8("w"))), 11))           \
    "}"
/* A drive with and without its identify data. */
#define DRIVES                                                                 \
    DEVICE(STRUCT("i", ", \"index\": 0",                                       \
                  VMSD("drive", U8("set") ", " FIELD("data", "buffer",         \
                                                     4) ", " U8("end")),       \
                  6) ", " STRUCT("i", ", \"index\": 1",                        \
                                 VMSD("drive", U8("set") ", " U8("end")), 2))  \
    "}"
#define VIRTIO DEVICE(U8("a") ", " FIELD("v", "virtio", 4) ", " U8("b")) "}"

static const struct layout_case {
    const char *path;
    const char *lenders; /* devices, with commas */
    const char *bytes;   /* the payload */
    const char *layout;  /* NULL: that of the first lender */
    const char *message; /* NULL: it fits */
} layout_cases[] = {
    { "same", DEVICE(U32("a") ", " ARRAY("b", 3, "uint8", 1)) "}",
      "00000001 020304", NULL, NULL },
    { "too-short", DEVICE(U32("a")) "}", "000001", NULL,
      "at 0x0: a needs 4 bytes, 3 left; L does not fit" },
    { "too-long", DEVICE(U32("a")) "}", "00000001 02", NULL,
      "at 0x4: by it the section ends here; L does not fit" },
    /* Subsections are those that are there, in their order. */
    { "subsection/none", WITH_SUB, "01", DEVICE(U8("a")) "}", NULL },
    { "subsection/both", WITH_SUB,
      "01 05 'd/s' 00000001 0203 "
      "05 'd/t' 00000001 04",
      NULL, NULL },
    { "subsection/other-order", WITH_SUB,
      "01 05 'd/t' 00000001 04 "
      "05 'd/s' 00000001 0203",
      DEVICE(U8("a")) SUBS(SUB("d/t", U8("y")) ", " SUB("d/s", U16("x"))) "}",
      NULL },
    { "subsection/twice", WITH_SUB,
      "01 05 'd/t' 00000001 04 "
      "05 'd/t' 00000001 05",
      DEVICE(U8("a")) SUBS(SUB("d/t", U8("y")) ", " SUB("d/t", U8("y"))) "}",
      NULL },
    { "subsection/unknown", WITH_SUB, "01 05 'd/u' 00000001 04", NULL,
      "at 0x1: nothing that was lent describes subsection `d/u'; L does not "
      "fit" },
    { "subsection/version", WITH_SUB, "01 05 'd/t' 00000002 04", NULL,
      "at 0xa: version 2 of subsection `d/t', 1 is lent; L does not fit" },
    { "subsection/cut", WITH_SUB, "01 05 'd/t' 000000", NULL,
      "at 0x6: subsection version needs 4 bytes, 3 left; L does not fit" },
    { "subsection/cut-name", WITH_SUB, "01 05 03 'd'", NULL,
      "at 0x1: by it the section ends here; L does not fit" },
    { "subsection/inside-cut", WITH_SUB, "01 05 'd/s' 00000001 02", NULL,
      "{d/s}: at 0xa: x needs 2 bytes, 1 left; L does not fit" },
    /* As QEMU does it: a plain prefix, and the inner struct looks first. */
    { "subsection/inner", INNER_SUB, "01 05 'in/q' 00000001 02 03", NULL,
      NULL },
    { "subsection/inner-none", INNER_SUB, "01 03",
      DEVICE(STRUCT("s", "", VMSD("in", U8("p")), 1) ", " U8("b")) "}", NULL },
    { "subsection/five-is-data", INNER_SUB, "01 05",
      DEVICE(STRUCT("s", "", VMSD("in", U8("p")), 1) ", " U8("b")) "}", NULL },
    { "subsection/from-another",
      DEVICE(U8("a")) "}, {\"name\": \"e\", \"instance_id\": 0, " VMSD(
          "d", U8("a")) SUBS(SUB("d/t", U8("y"))) "}",
      "01 05 'd/t' 00000001 04", DEVICE(U8("a")) SUBS(SUB("d/t", U8("y"))) "}",
      NULL },
    /* Lists by their markers. */
    { "list/none", WITH_LIST, "00", EMPTY_LIST, NULL },
    { "list/three", WITH_LIST, "01 0001 07 0002 01 0003 00",
      DEVICE(LIST("l",
                  ", " VMSD("e", U16("n")) ", " VMSD("e", U16("n")) ", " VMSD(
                      "e", U16("n")),
                  10)) "}",
      NULL },
    { "list/no-end", WITH_LIST, "01 0001 01 0002", NULL,
      "at 0x6: list marker needs 1 bytes, 0 left; L does not fit" },
    { "list/empty-there", EMPTY_LIST, "01 0001 00", NULL,
      "at 0x1: list `l' has elements, and its lender's was empty; L does not "
      "fit" },
    { "list/from-another",
      EMPTY_LIST ", {\"name\": \"e\", \"instance_id\": 0, " VMSD(
          "d", LIST("l", ", " VMSD("e", U16("n")), 4)) "}",
      "01 0001 00", DEVICE(LIST("l", ", " VMSD("e", U16("n")), 4)) "}", NULL },
    { "list/in-itself",
      DEVICE(LIST("l", ", " VMSD("d", LIST("l", "", 1)), 3)) "}", "01*80", NULL,
      "l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: "
      "l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: "
      "l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: l: at 0x40: more "
      "than 64 structs inside one another; L does not fit" },
    { "gtree/none",
      DEVICE("{\"name\": \"g\", \"type\": \"gtree\", \"size\": 9"
             "}") "}",
      "00000000 00",
      DEVICE("{\"name\": \"g\", \"type\": \"gtree\", \"size\": 5}") "}", NULL },
    /* Elements that are alike stay together. */
    { "structs/alike", PAIRS, "01 02 03",
      DEVICE(STRUCT("q", ", \"array_len\": 3", VMSD("p", U8("v")), 1)) "}",
      NULL },
    { "structs/one-differs", PAIRS, "01 02 05 'p/m' 00000001 07 03",
      DEVICE(STRUCT("q", ", \"index\": 0", VMSD("p", U8("v")), 1) ", " STRUCT(
          "q", ", \"index\": 1", VMSD("p", U8("v")) SUBS(SUB("p/m", U8("w"))),
          11) ", " STRUCT("q", ", \"index\": 2", VMSD("p", U8("v")), 1)) "}",
      NULL },
    /* What is there or not is told by the number before. */
    { "variant/as-lent", DRIVES, "01 61626364 02 00 03", NULL, NULL },
    { "variant/swapped", DRIVES, "00 02 01 61626364 03",
      DEVICE(STRUCT(
          "i", ", \"index\": 0", VMSD("drive", U8("set") ", " U8("end")),
          2) ", " STRUCT("i", ", \"index\": 1",
                         VMSD("drive", U8("set") ", " FIELD("data", "buffer",
                                                            4) ", " U8("end")),
                         6)) "}",
      NULL },
    { "variant/none", DRIVES, "00 02 00 03",
      DEVICE(STRUCT(
          "i", ", \"index\": 0", VMSD("drive", U8("set") ", " U8("end")),
          2) ", " STRUCT("i", ", \"index\": 1",
                         VMSD("drive", U8("set") ", " U8("end")), 2)) "}",
      NULL },
    /* One leaf whose length stands nowhere may be another one. */
    { "elastic/longer", VIRTIO, "01 0102030405 02",
      DEVICE(U8("a") ", " FIELD("v", "virtio", 5) ", " U8("b")) "}", NULL },
    { "elastic/shorter", VIRTIO, "01 02",
      DEVICE(U8("a") ", " FIELD("v", "virtio", 0) ", " U8("b")) "}", NULL },
    { "elastic/shorter-than-nothing", VIRTIO, "01", NULL,
      "at 0x1: v needs 4 bytes, 0 left; L does not fit" },
    { "elastic/two",
      DEVICE(FIELD("v", "virtio", 1) ", " FIELD("w", "blob", 1)) "}", "010203",
      NULL, "at 0x2: by it the section ends here; L does not fit" },
    { "legacy/longer",
      "{\"name\": \"d\", \"instance_id\": 0, \"size\": 2, "
      "\"fields\": [{\"name\": \"data\", \"size\": 2, \"type\": \"buffer\"}]}",
      "010203",
      "{\"name\": \"d\", \"instance_id\": 0, \"size\": 3, "
      "\"fields\": [{\"name\": \"data\", \"size\": 3, \"type\": \"buffer\"}]}",
      NULL },
    { "capability", DEVICE(FIELD("c", "capability", 9)) "}", "'abc'",
      DEVICE(FIELD("c", "capability", 4)) "}", NULL },
    { "nullptr/there", DEVICE(ARRAY("n", 2, "nullptr", 1)) "}", "3030", NULL,
      NULL },
    { "nullptr/not-there", DEVICE(ARRAY("n", 2, "nullptr", 1)) "}", "3031",
      NULL, "at 0x2: `n' is null in the lender only; L does not fit" },
    { "version",
      "{\"name\": \"d\", \"instance_id\": 0, \"vmsd_name\": \"d\", "
      "\"version\": 2, \"fields\": [" U8("a") "]}",
      "01", NULL,
      "at 0x0: version 2 is lent, the section has 1; L does not fit" },
    /* Who is asked. */
    { "who/nobody",
      "{\"name\": \"e\", \"instance_id\": 0, " VMSD("e", U8("a")) "}", "01",
      NULL, "" },
    { "who/other-instance",
      "{\"name\": \"d\", \"instance_id\": 4, " VMSD("d", U8("a")) "}", "01",
      DEVICE(U8("a")) "}", NULL },
    { "who/other-place",
      "{\"name\": \"0000:00:05.0/d\", \"instance_id\": 0, " VMSD("d",
                                                                 U8("a")) "}",
      "01", DEVICE(U8("a")) "}", NULL },
    { "who/second-fits",
      DEVICE(U16("a")) "}, {\"name\": \"x/d\", "
                       "\"instance_id\": 0, " VMSD("d", U8("b")) "}",
      "01", DEVICE(U8("b")) "}", NULL },
    { "huge", DEVICE(ARRAY("a", 16777216, "buffer", 65536)) "}", "01", NULL,
      "at 0x0: a needs 1099511627776 bytes, 1 left; L does not fit" },
};

static QevmVmdesc *
devices(const char *text)
{
    g_autofree char *all = g_strdup_printf("{\"devices\": [%s]}", text);
    g_autoptr(GBytes) bytes = g_bytes_new(all, strlen(all));
    g_autoptr(GError) error = NULL;
    QevmVmdesc *vmdesc = qevm_vmdesc_parse(bytes, 0, &error);

    g_assert_no_error(error);
    return vmdesc;
}

static char *
rendered(const QevmDevice *device)
{
    QevmJsonOut *out = qevm_json_out_new(QEVM_DIALECT_JSON_WRITER);
    g_autoptr(GBytes) text = NULL;
    gsize n;
    const char *data;

    qevm_json_out_device(out, device);
    text = qevm_json_out_finish(out);
    data = g_bytes_get_data(text, &n);
    return g_strndup(data, n);
}

static void
test_layout(gconstpointer data)
{
    const struct layout_case *t = data;
    g_autoptr(QevmLend) lend = qevm_lend_new();
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autoptr(GBytes) payload = build_bytes(t->bytes);
    g_autoptr(QevmSource) source = build_source(payload, BUILD_AS_BYTES);
    g_autoptr(GError) why = NULL;
    guint64 work = 1 << 20;
    QevmLendAsk ask = { .idstr = "d",
                        .version_id = 1,
                        .source = source,
                        .max = g_bytes_get_size(payload),
                        .exact = TRUE,
                        .work = &work };
    const char *whose = NULL;
    const QevmDevice *device;

    qevm_lend_add(lend, devices(t->lenders), "L");
    device = qevm_lend_describe(lend, arena, &ask, &whose, &why);
    if (t->message) {
        g_assert_null(device);
        g_assert_cmpstr(why ? why->message : "", ==, t->message);
        return;
    }
    g_assert_no_error(why);
    g_assert_nonnull(device);
    g_assert_cmpstr(whose, ==, "L");
    g_assert_cmpuint(device->size, ==, ask.max);
    {
        g_autoptr(QevmVmdesc) want =
            devices(t->layout ? t->layout : t->lenders);
        g_autofree char *a = rendered(device);
        g_autofree char *b = rendered(&want->devices[0]);
        g_autoptr(QevmTree) tree = qevm_tree_new(device->vmsd, payload, 0);

        g_assert_cmpstr(a, ==, b);
        qevm_tree_descend_all(tree);
        g_assert_no_error(tree->error);
    }
}

/* ---- the end of a section, by what comes there ---- */

static gboolean
ends_at_9000(guint64 size, gpointer user)
{
    guint *asked = user;

    ++*asked;
    return size == 9000;
}

/* More bytes are read as the description needs them. */
static void
test_forward(void)
{
    g_autoptr(QevmLend) lend = qevm_lend_new();
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autoptr(GBytes) payload = build_bytes("01*8999 00 55*1000");
    g_autoptr(QevmSource) source = build_source(payload, BUILD_AS_FILE);
    guint asked = 0;
    guint64 work = 1 << 20;
    QevmLendAsk ask = { .idstr = "d",
                        .version_id = 1,
                        .source = source,
                        .max = 10000,
                        .fits = ends_at_9000,
                        .user = &asked,
                        .work = &work };
    const char *whose;
    const QevmDevice *device;

    qevm_lend_add(lend, devices(DEVICE(LIST("l", ", " VMSD("e", ""), 3)) "}"),
                  "L");
    device = qevm_lend_describe(lend, arena, &ask, &whose, NULL);
    g_assert_nonnull(device);
    g_assert_cmpuint(device->size, ==, 9000);
    g_assert_cmpuint(device->vmsd->fields[0]->n_vmsds, ==, 8999);
    g_assert_cmpuint(asked, ==, 1);
    g_assert_cmpuint(work, <, 1 << 20);
}

static void
test_work(void)
{
    g_autoptr(QevmLend) lend = qevm_lend_new();
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autoptr(GBytes) payload = build_bytes("01*100 00");
    g_autoptr(QevmSource) source = build_source(payload, BUILD_AS_BYTES);
    g_autoptr(GError) why = NULL;
    guint64 work = 50;
    QevmLendAsk ask = { .idstr = "d",
                        .version_id = 1,
                        .source = source,
                        .max = 101,
                        .exact = TRUE,
                        .work = &work };
    const char *whose;

    qevm_lend_add(lend, devices(DEVICE(LIST("l", ", " VMSD("e", ""), 3)) "}"),
                  "L");
    g_assert_null(qevm_lend_describe(lend, arena, &ask, &whose, &why));
    g_assert_cmpstr(why->message, ==,
                    "at 0x31: describing it by what is lent takes too long; L "
                    "does not fit");
    g_assert_cmpuint(work, ==, 0);
}

/* ---- whole streams ---- */

#define KNOWN                                                                  \
    "F#4:0000:00:01.0/dev+99d F#5:legacy+23d F#6:twin+20d F#7:twin+20d 0+1"
#define KNOWN_FOOTERS                                                          \
    "F#4:0000:00:01.0/dev+104fd F#5:legacy+28fd F#6:twin+25fd "                \
    "F#7:twin+25fd 0+1"
#define LENT(n)                                                                \
    "the layouts of " n " device sections are those of L, proved by "
#define GUESS "\npage size 4096 is a guess from the page records"

#define LENDS_UNLISTED (1u << 31)
#define UNLISTED                                                               \
    "{\"name\": \"unlisted\", \"instance_id\": 0, " VMSD("unlisted",           \
                                                         U16("u")) "}"

static const struct stream_case {
    const char *path;
    guint lender, flags;
    const char *records, *notes;
} stream_cases[] = {
    { "no-footers", 0, BUILD_NO_VMDESC | BUILD_NO_FOOTERS, KNOWN,
      LENT("4") "exact fit" GUESS },
    { "footers", 0, BUILD_NO_VMDESC, KNOWN_FOOTERS,
      LENT("4") "the footers" GUESS },
    { "other-dialect", BUILD_QJSON, BUILD_NO_VMDESC, KNOWN_FOOTERS,
      LENT("4") "the footers" GUESS },
    { "fewer-subsections", 0,
      BUILD_NO_VMDESC | BUILD_NO_FOOTERS | BUILD_NO_SUBSECTION,
      "F#4:0000:00:01.0/dev+64d F#5:legacy+23d F#6:twin+20d F#7:twin+20d 0+1",
      LENT("4") "exact fit" GUESS },
    /* The device that does not fit is bytes; the others are found. */
    { "other-layout/no-footers", 0,
      BUILD_NO_VMDESC | BUILD_NO_FOOTERS | BUILD_MORE_FIELDS,
      "F#4:0000:00:01.0/dev+104ro F#5:legacy+23d F#6:twin+20d F#7:twin+20d "
      "0+1",
      "0000:00:01.0/dev: at 0x40f6: the end of this section was found by what "
      "follows\n"
      "0000:00:01.0/dev: at 0x413c: by it the section ends here; L does not "
      "fit\n" LENT("3") "exact fit" GUESS },
    { "other-layout/footers", 0, BUILD_NO_VMDESC | BUILD_MORE_FIELDS,
      "F#4:0000:00:01.0/dev+109fro F#5:legacy+28fd F#6:twin+25fd "
      "F#7:twin+25fd 0+1",
      "0000:00:01.0/dev: at 0x4150: by it the section ends here; L does not "
      "fit\n" LENT("3") "the footers" GUESS },
    { "version", 0, BUILD_NO_VMDESC | BUILD_VERSION,
      "F#4:0000:00:01.0/dev+104fro F#5:legacy+28fd F#6:twin+25fd "
      "F#7:twin+25fd 0+1",
      "0000:00:01.0/dev: at 0x4128: version 3 is lent, the section has 4; L "
      "does not fit\n" LENT("3") "the footers" GUESS },
    { "package", 0, BUILD_NO_VMDESC | BUILD_PACKAGE,
      "F#4:0000:00:01.0/dev+104fpd F#5:legacy+28fpd F#6:twin+25fpd "
      "F#7:twin+25fpd X#5+5p 0+1",
      LENT("4") "the footers" GUESS },
    /* A lender that was asked for helps out where the vmdesc does not. */
    { "unlisted", BUILD_UNLISTED | LENDS_UNLISTED, BUILD_UNLISTED,
      "F#4:0000:00:01.0/dev+104fd F#5:legacy+28fd F#32:unlisted+29fd "
      "F#6:twin+25fd F#7:twin+25fd 0+1 V+1518",
      "the layout of 1 device section is that of L, proved by the footers" },
};

static QevmLend *
lend_stream(guint flags)
{
    QevmLend *lend = qevm_lend_new();
    g_autoptr(GBytes) bytes = build_stream(flags & ~LENDS_UNLISTED);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmStream) s =
        qevm_stream_open(build_source(bytes, BUILD_AS_FILE), 0, NULL, &error);

    g_assert_no_error(error);
    if (flags & LENDS_UNLISTED) {
        qevm_lend_add(lend, devices(UNLISTED), "L");
        return lend;
    }
    qevm_lend_add(lend, g_steal_pointer(&s->vmdesc), "L");
    return lend;
}

static void
test_stream(gconstpointer data)
{
    const struct stream_case *t = data;

    for (BuildKind kind = BUILD_AS_BYTES; kind <= BUILD_AS_PIPE; kind++) {
        g_autoptr(QevmLend) lend = lend_stream(t->lender);
        g_autoptr(GBytes) bytes = build_stream(t->flags);
        g_autoptr(GError) error = NULL;
        const QevmStreamHooks hooks = { .lend = lend };
        g_autoptr(QevmStream) s =
            qevm_stream_open(build_source(bytes, kind), 0, &hooks, &error);
        g_autofree char *records = NULL, *notes = NULL;
        const char *first;

        g_assert_no_error(error);
        g_assert_no_error(s->error);
        records = build_records(s, QEVM_RECORD_FULL);
        notes = build_notes(s);
        first = strstr(records, "F#4");
        g_assert_cmpstr(first, ==, t->records);
        g_assert_cmpstr(notes, ==, t->notes);
    }
}

/* ---- files ---- */

static char *
temporary(const char *text)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("qevm-XXXXXX.json", &path, &error);

    g_assert_no_error(error);
    close(fd);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    return path;
}

static const struct file_case {
    const char *path, *text;
    const char *whose;   /* NULL: the file's name */
    const char *message; /* NULL: it can be read */
} file_cases[] = {
    { "both",
      "{\"qevm-lend\": 1, \"qemu\": \"5.2\", \"machine\": \"pc\", "
      "\"vmdesc\": {\"devices\": [" DEVICE(U8("a")) "}]}}",
      "pc of QEMU 5.2", NULL },
    { "qemu",
      "{\"qevm-lend\": 1, \"qemu\": \"5.2\", "
      "\"vmdesc\": {\"devices\": []}}",
      "a machine of QEMU 5.2", NULL },
    { "neither", "{\"vmdesc\":{\"devices\":[]},\"qevm-lend\":1,\"x\":[{}]}",
      NULL, NULL },
    { "old-dialect",
      "{\"qevm-lend\": 1, \"vmdesc\": { \"page_size\" : 1, "
      "\"devices\" : [ ] }}",
      NULL, NULL },
    { "format", "{\"qevm-lend\": 2, \"vmdesc\": {\"devices\": []}}", NULL,
      "at 0xf: description qevm-lend: format 2, only 1 is known" },
    { "no-vmdesc", "{\"qevm-lend\": 1}", NULL,
      "at 0x0: description: wanted the key \"vmdesc\", found none" },
    { "no-format", "{\"vmdesc\": {\"devices\": []}}", NULL,
      "at 0x0: description: wanted the key \"qevm-lend\", found none" },
    { "twice", "{\"qevm-lend\": 1, \"qevm-lend\": 1}", NULL,
      "at 0x1d: description qevm-lend: wanted the key once, found it twice" },
    { "inside", "{\"qevm-lend\": 1, \"vmdesc\": {\"devices\": 1}}", NULL,
      "at 0x27: vmdesc devices: wanted an array, found a number" },
    { "behind", "{\"qevm-lend\": 1, \"vmdesc\": {\"devices\": []}} x", NULL,
      "at 0x2c: description: wanted nothing more, found 'x'" },
    { "no-json", "hello", NULL,
      "at 0x0: description: wanted an object, found 'h'" },
    { "empty", "", NULL,
      "at 0x0: description: wanted an object, found the end" },
};

static void
test_file(gconstpointer data)
{
    const struct file_case *t = data;
    g_autofree char *path = temporary(t->text);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *whose = NULL, *message = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmVmdesc) vmdesc = qevm_lend_file_load(path, &whose, &error);

    unlink(path);
    if (t->message) {
        message = g_strdup_printf("%s: %s", path, t->message);
        g_assert_null(vmdesc);
        g_assert_cmpstr(error->message, ==, message);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpstr(whose, ==, t->whose ? t->whose : name);
}

static char *
text_of(const QevmLendFile *file)
{
    g_autoptr(GBytes) bytes = qevm_lend_file_text(file);
    gsize n;
    const char *data = g_bytes_get_data(bytes, &n);

    return g_strndup(data, n);
}

/* Equal devices in other places are kept once, equal elements as one run, and
 * what is written reads back as the same. */
static void
test_file_text(void)
{
    g_autoptr(QevmLendFile) file = qevm_lend_file_new();
    g_autoptr(QevmLendFile) again = qevm_lend_file_new();
    g_autofree char *text = NULL, *path = NULL, *second = NULL;
    g_autoptr(GError) error = NULL;

    file->qemu = g_strdup("5.2 \"x\"");
    g_ptr_array_add(
        file->vmdescs,
        devices(DEVICE(STRUCT("q", ", \"index\": 0", VMSD("p", U8("v")),
                              1) ", " STRUCT("q", ", \"index\": 1",
                                             VMSD("p", U8("v")), 1)) "}"));
    g_ptr_array_add(
        file->vmdescs,
        devices("{\"name\": \"x/e\", \"instance_id\": 0, " VMSD(
            "e", U8("a")) "}, {\"name\": \"y/e\", \"instance_id\": "
                          "3, " VMSD("e", U8("a")) "}, {\"name\": \"y/e\", "
                                                   "\"instance_id\": 0, " VMSD(
                                                       "e", U8("b")) "}"));
    text = text_of(file);
    g_assert_cmpstr(
        text, ==,
        "{\"qevm-lend\": 1,\n \"qemu\": \"5.2 \\\"x\\\"\",\n"
        " \"vmdesc\": {\"devices\": [\n  " DEVICE(STRUCT(
            "q", ", \"array_len\": 2", VMSD("p", U8("v")),
            1)) "},\n"
                "  {\"name\": \"x/e\", \"instance_id\": 0, " VMSD(
                    "e",
                    U8("a")) "},\n"
                             "  {\"name\": \"y/e\", \"instance_id\": 0, " VMSD(
                                 "e", U8("b")) "}\n"
                                               " ]}}\n");
    path = temporary(text);
    g_assert_true(qevm_lend_file_add(again, path, &error));
    g_assert_no_error(error);
    unlink(path);
    second = text_of(again);
    g_assert_cmpstr(second, ==, text);
}

#define DUMP(devices) "{\"vmschkmachine\": {\"Name\": \"pc\"}" devices "}"
#define DUMPED(type, name, rest)                                               \
    ", \"" type "\": {\"Name\": \"" type "\", \"version_id\": 1, "             \
    "\"Description\": " DESC(name, rest) "}"
#define DESC(name, rest)                                                       \
    "{\"name\": \"" name                                                       \
    "\", \"version_id\": 1, \"minimum_version_id\": 1" rest "}"
#define DUMP_FIELD(name, rest) "{\"field\": \"" name "\"" rest "}"

static const struct dump_case {
    const char *path, *text, *devices;
    guint left_out;
} dump_cases[] = {
    { "plain",
      DUMP(DUMPED(
          "t", "d",
          ", \"Fields\": [" DUMP_FIELD(
              "a",
              ", \"version_id\": 0, \"field_exists\": "
              "false, \"size\": 2") ", " DUMP_FIELD("b",
                                                    ", \"version_id\": 2, "
                                                    "\"size\": 2") ","
                                                                   " " DUMP_FIELD("c", ", \"num\": 3, \"size\": 4") ", " DUMP_FIELD(
                                                                       "e",
                                                                       ", "
                                                                       "\"size"
                                                                       "\": 16") "]")),
      DEVICE(U16("a") ", " ARRAY("c", 3, "uint32", 4) ", " FIELD("e", "buffer",
                                                                 16)) "}",
      0 },
    { "inside",
      DUMP(DUMPED(
          "t", "d",
          ", \"Fields\": [" DUMP_FIELD(
              "s",
              ", \"size\": 99, \"Description\": " DESC(
                  "in",
                  ", \"Fields\": [" DUMP_FIELD(
                      "x",
                      ", \"size\": 1") "]")) "], \"Subsections\": "
                                             "[" DESC(
                                                 "d/s",
                                                 ", \"Fields\": "
                                                 "[" DUMP_FIELD(
                                                     "y",
                                                     ", \"size\": "
                                                     "8") "]") ","
                                                               " " DESC(
                                                                   "d/t",
                                                                   ", "
                                                                   "\"Fields\":"
                                                                   " "
                                                                   "[" DUMP_FIELD(
                                                                       "z",
                                                                       ", "
                                                                       "\"size"
                                                                       "\": 0") "]") "]")),
      DEVICE(STRUCT("s", "", VMSD("in", U8("x")), 1))
          SUBS(SUB("d/s", FIELD("y", "uint64", 8))) "}",
      0 },
    { "shared", DUMP(DUMPED("t", "d", "") DUMPED("u", "d", "")), DEVICE("") "}",
      0 },
    { "left-out",
      DUMP(
          DUMPED("t", "x",
                 ", \"Fields\": [" DUMP_FIELD("a", ", \"size\": 0") "]")
              DUMPED(
                  "u", "y",
                  ", \"Fields\": [" DUMP_FIELD(
                      "a",
                      ", \"size\": 4, \"field_exists\": true") "]") ", \"v\": "
                                                                    "{\"Descrip"
                                                                    "tion\": "
                                                                    "{}}, "
                                                                    "\"w\": 4"),
      "", 3 },
};

static void
test_dump(gconstpointer data)
{
    const struct dump_case *t = data;
    g_autofree char *path = temporary(t->text), *text = NULL, *want = NULL;
    g_autoptr(QevmLendFile) file = qevm_lend_file_new();
    g_autoptr(GError) error = NULL;

    g_assert_true(qevm_lend_file_add(file, path, &error));
    g_assert_no_error(error);
    unlink(path);
    text = text_of(file);
    want = g_strdup_printf("{\"qevm-lend\": 1,\n \"machine\": \"pc\",\n"
                           " \"vmdesc\": {\"devices\": [%s%s\n ]}}\n",
                           *t->devices ? "\n  " : "", t->devices);
    g_assert_cmpstr(text, ==, want);
    g_assert_cmpuint(file->left_out, ==, t->left_out);
}

static void
test_dump_bad(void)
{
    g_autofree char *path = temporary("{\"vmschkmachine\": ");
    g_autofree char *message = NULL;
    g_autoptr(QevmLendFile) file = qevm_lend_file_new();
    g_autoptr(GError) error = NULL;

    g_assert_false(qevm_lend_file_add(file, path, &error));
    unlink(path);
    message = g_strdup_printf("%s: line 1: what -dump-vmstate writes, wanted: "
                              "unexpected token near end of file",
                              path);
    g_assert_cmpstr(error->message, ==, message);
}

/* ---- shipped ones ---- */

static void
test_shipped(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("qevm-XXXXXX", &error);
    g_autofree char *good = g_build_filename(dir, "b.json", NULL);
    g_autofree char *bad = g_build_filename(dir, "a.json", NULL);
    g_autofree char *other = g_build_filename(dir, "c.txt", NULL);
    g_autofree char *want = NULL;
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(QevmLend) lend = qevm_lend_new();
    g_autoptr(QevmLend) none = qevm_lend_new();

    g_file_set_contents(good, file_cases[0].text, -1, NULL);
    g_file_set_contents(bad, "[]", -1, NULL);
    g_file_set_contents(other, "[]", -1, NULL);
    qevm_lend_set_shipped(lend, dir);
    g_assert_true(qevm_lend_is_shipped(lend));
    g_assert_false(qevm_lend_knows(lend, "d", 1)); /* not read yet */
    g_assert_true(qevm_lend_ready(lend, notes));
    want = g_strdup_printf(
        "%s: at 0x0: description: wanted an object, found an array", bad);
    g_assert_cmpuint(notes->len, ==, 1);
    g_assert_cmpstr(g_ptr_array_index(notes, 0), ==, want);
    g_assert_true(qevm_lend_knows(lend, "d", 1));
    g_assert_true(qevm_lend_knows(lend, "0000:00:01.0/d", 1));
    g_assert_false(qevm_lend_knows(lend, "d", 2));
    g_assert_false(qevm_lend_knows(lend, "d/e", 1));
    unlink(good);
    unlink(bad);
    unlink(other);
    rmdir(dir);
    qevm_lend_set_shipped(none, dir);
    g_assert_false(qevm_lend_ready(none, notes));
    g_assert_cmpuint(notes->len, ==, 1);
}

#define ADD(prefix, cases, test)                                               \
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {                          \
        g_autofree char *path = g_strconcat(prefix, cases[i].path, NULL);      \
                                                                               \
        g_test_add_data_func(path, &cases[i], test);                           \
    }

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/lend/layout/", layout_cases, test_layout)
    ADD("/lend/stream/", stream_cases, test_stream)
    ADD("/lend/file/", file_cases, test_file)
    ADD("/lend/dump/", dump_cases, test_dump)
    g_test_add_func("/lend/forward", test_forward);
    g_test_add_func("/lend/work", test_work);
    g_test_add_func("/lend/text", test_file_text);
    g_test_add_func("/lend/bad-dump", test_dump_bad);
    g_test_add_func("/lend/shipped", test_shipped);
    return g_test_run();
}
