/* test-compare.c - two small dumps, and all that is found between them. */
#include "tests/unit/comparing.h"

/* Lines of "PATH: FINDING: SENTENCE". */
typedef struct {
    const char *name, *old, *new, *forward, *backward;
} Row;

#define TWO F("a", 4) S F("b", 8)
#define INNER V("in", F("x", 4) S F("y", 2))
/* An array tells that this dump tells the lengths of arrays. */
#define LENGTHS FN("lengths", 1, 3)

/* clang-format off */
static const Row rows[] = {
    { "same", T(V("v", TWO)), T(V("v", TWO)), "", "" },

    /* fields */
    { "field/added", T(V("v", TWO)), T(V("v", F("a", 4) S F("n", 2) S F("b", 8))),
      "v//n: field-missing: read, and not sent: 2 bytes or more (t)\n",
      "v//n: field-extra: sent, and not read: 2 bytes or more (t)\n" },
    { "field/added-last", T(V("v", TWO)), T(V("v", TWO S F("n", 1))),
      "v//n: field-missing: read, and not sent: 1 byte or more (t)\n",
      "v//n: field-extra: sent, and not read: 1 byte or more (t)\n" },
    { "field/added-several", T(V("v", LENGTHS)),
      T(V("v", LENGTHS S F("n", 1) S FN("m", 4, 3) S F("o", 0))),
      "v//n: field-missing: read, and not sent: some bytes in 3 fields: n, m, o (t)\n",
      "v//n: field-extra: sent, and not read: some bytes in 3 fields: n, m, o (t)\n" },
    /* gated by the version, which goes up */
    { "field/added-with-version", T(VMSD("v", 1, 1, FIELDS(TWO))),
      T(VMSD("v", 2, 1, FIELDS(TWO S FV("n", 2, 2)))),
      "",
      "v: version-too-new: the source sends version 2, the destination takes 1 at most (t)\n" },
    { "field/version-without-field", T(VMSD("v", 1, 1, FIELDS(TWO))),
      T(VMSD("v", 2, 1, FIELDS(TWO S F("n", 2)))),
      "v//n: field-missing: read, and not sent: 2 bytes or more (t)\n",
      "v: version-too-new: the source sends version 2, the destination takes 1 at most (t)\n" },
    { "field/added-conditional", T(V("v", TWO)), T(V("v", TWO S FC("n", 2))),
      "v//n: field-conditional: read if a condition holds, never sent: 2 bytes or more (t)\n",
      "v//n: field-conditional: sent if a condition holds, never read: 2 bytes or more (t)\n" },
    { "field/condition-taken", T(V("v", FC("a", 4) S FC("b", 8))), T(V("v", TWO)),
      "v//a: field-conditional: sent if a condition holds, always read: 12 bytes or more in 2 fields: a, b (t)\n",
      "v//a: field-conditional: always sent, read if a condition holds: 12 bytes or more in 2 fields: a, b (t)\n" },
    { "field/renamed", T(V("v", TWO)), T(V("v", F("a", 4) S F("c", 8))),
      "v//b: field-renamed: the destination calls it c (t)\n",
      "v//c: field-renamed: the destination calls it b (t)\n" },
    { "field/resized", T(V("v", TWO)), T(V("v", F("a", 2) S F("b", 8))),
      "v//a: field-resized: 4 bytes sent, 2 read (t)\n",
      "v//a: field-resized: 2 bytes sent, 4 read (t)\n" },
    { "field/resized-array", T(V("v", FN("a", 4, 3))), T(V("v", FN("a", 4, 5))),
      "v//a: field-resized: 12 bytes sent, 20 read (t)\n",
      "v//a: field-resized: 20 bytes sent, 12 read (t)\n" },
    /* an array of a dump that does not tell lengths */
    { "field/length-untold", T(V("v", F("a", 4))), T(V("v", FN("a", 4, 5))), "", "" },
    { "field/length-of-a-field", T(V("v", LENGTHS S F("a", 4))),
      T(V("v", LENGTHS S FN("a", 4, 5))),
      "v//a: field-length: 1 element sent, 5 read, or as many as another field tells (t)\n",
      "v//a: field-length: 5 elements sent, 1 read, or as many as another field tells (t)\n" },
    { "field/swapped", T(V("v", LENGTHS S F("a", 4) S F("b", 4))),
      T(V("v", LENGTHS S F("b", 4) S F("a", 4))),
      "v//b: field-misread: read, and not sent: 4 bytes; the other way round: v//b; "
      "as many bytes in all, so that QEMU takes fields for others and does not notice (t)\n",
      "v//a: field-misread: read, and not sent: 4 bytes; the other way round: v//a; "
      "as many bytes in all, so that QEMU takes fields for others and does not notice (t)\n" },
    { "field/moved-on", T(V("v", LENGTHS S TWO S F("c", 2))),
      T(V("v", LENGTHS S F("b", 8) S F("c", 2) S F("d", 4))),
      "v//a: field-misread: sent, and not read: 4 bytes; the other way round: v//d; "
      "as many bytes in all, so that QEMU takes fields for others and does not notice (t)\n",
      "v//a: field-misread: read, and not sent: 4 bytes; the other way round: v//d; "
      "as many bytes in all, so that QEMU takes fields for others and does not notice (t)\n" },

    /* the same bytes */
    { "bytes/buffer", T(V("v", F("a", 16) S LENGTHS)), T(V("v", FN("a", 1, 16) S LENGTHS)), "", "" },
    { "bytes/hole", T(V("v", LENGTHS S F("unused", 8) S F("z", 1))),
      T(V("v", LENGTHS S F("a", 4) S F("b", 4) S F("z", 1))),
      "v//unused: field-regrouped: 8 bytes, divided otherwise: unused is sent, a, b is read (t)\n",
      "v//a: field-regrouped: 8 bytes, divided otherwise: a, b is sent, unused is read (t)\n" },
    { "bytes/hole-too-small", T(V("v", LENGTHS S F("unused", 8))),
      T(V("v", LENGTHS S F("a", 4) S F("b", 4) S F("c", 4))),
      "v//unused: field-regrouped: 8 bytes, divided otherwise: unused is sent, a, b is read (t)\n"
      "v//c: field-missing: read, and not sent: 4 bytes (t)\n",
      "v//a: field-regrouped: 8 bytes, divided otherwise: a, b is sent, unused is read (t)\n"
      "v//c: field-extra: sent, and not read: 4 bytes (t)\n" },
    { "bytes/split", T(V("v", LENGTHS S F("state", 100))),
      T(V("v", LENGTHS S F("state", 32) S F("flag", 1) S F("unused", 67))),
      "v//state: field-regrouped: 100 bytes, divided otherwise: state is sent, state, flag, unused is read (t)\n",
      "v//state: field-regrouped: 100 bytes, divided otherwise: state, flag, unused is sent, state is read (t)\n" },
    /* a hole may be filled by an array that is not told to be one */
    { "bytes/stretched", T(V("v", F("x", 4) S F("y", 4) S F("lengths", 1))),
      T(V("v", F("unused", 20) S LENGTHS)),
      "v//x: field-untold: x, y is sent (8 bytes or more), unused is read (20 bytes) (t)\n",
      "v//unused: field-untold: unused is sent (20 bytes), x, y is read (8 bytes or more) (t)\n" },
    { "bytes/not-stretched", T(V("v", F("x", 4) S F("y", 4) S F("lengths", 1))),
      T(V("v", F("unused", 21) S LENGTHS)),
      "v//x: field-extra: sent, and not read: 8 bytes or more in 2 fields: x, y (t)\n"
      "v//unused: field-missing: read, and not sent: 21 bytes (t)\n",
      "v//unused: field-extra: sent, and not read: 21 bytes (t)\n"
      "v//x: field-missing: read, and not sent: 8 bytes or more in 2 fields: x, y (t)\n" },
    { "bytes/one-by-one", T(V("v", LENGTHS S F("a[0]", 4) S F("a[1]", 4))),
      T(V("v", LENGTHS S FN("a", 4, 2))), "", "" },
    { "bytes/structs-one-by-one", T(V("v", FS("s[0]", INNER) S FS("s[1]", INNER))),
      T(V("v", FSN("s", 2, INNER))), "", "" },
    { "bytes/flattened", T(V("v", F("x", 4) S F("y", 2) S F("z", 1))),
      T(V("v", FS("s", INNER) S F("z", 1))), "", "" },
    { "bytes/struct-renamed", T(V("v", FS("common", INNER))),
      T(V("v", FS("parent_obj", V("other", F("x", 4) S F("y", 2))))), "", "" },

    /* structs */
    { "struct/added", T(V("v", LENGTHS)), T(V("v", FS("s", V("w", FS("t", INNER) S F("z", 1))) S LENGTHS)),
      "v//s: field-missing: read, and not sent: 7 bytes in 3 fields: x, y, z (t)\n",
      "v//s: field-extra: sent, and not read: 7 bytes in 3 fields: x, y, z (t)\n" },
    /* its version is not on the wire: the destination reads its own */
    { "struct/version", T(V("v", FS("s", VMSD("in", 1, 1, FIELDS(F("x", 4)))))),
      T(V("v", FS("s", VMSD("in", 2, 1, FIELDS(F("x", 4) S FV("y", 2, 2)))))),
      "v//s/y: field-missing: read, and not sent: 2 bytes or more (t)\n",
      "v//s/y: field-extra: sent, and not read: 2 bytes or more (t)\n" },
    { "struct/count", T(V("v", FSN("s", 2, INNER))), T(V("v", FSN("s", 3, INNER))),
      "v//s: field-resized: 2 elements sent, 3 read (t)\n",
      "v//s: field-resized: 3 elements sent, 2 read (t)\n" },
    { "struct/conditional", T(V("v", F("a", 4))), T(V("v", F("a", 4) S FSC("s", INNER))),
      "v//s: field-conditional: read if a condition holds, never sent: 6 bytes or more in 2 fields: x, y (t)\n",
      "v//s: field-conditional: sent if a condition holds, never read: 6 bytes or more in 2 fields: x, y (t)\n" },

    /* subsections */
    { "subsection/added", T(V("v", F("a", 4))),
      T(VMSD("v", 1, 1, FIELDS(F("a", 4)) SUBS(V("v/s", F("x", 4))))),
      "",
      "v//{v/s}: subsection-optional: the destination does not know this subsection, and refuses it if it is sent (t)\n" },
    { "subsection/changed", T(VMSD("v", 1, 1, FIELDS(F("a", 4)) SUBS(V("v/s", F("x", 4))))),
      T(VMSD("v", 1, 1, FIELDS(F("a", 4)) SUBS(V("v/s", F("x", 8))))),
      "v//{v/s}/x: field-resized: 4 bytes sent, 8 read (t)\n",
      "v//{v/s}/x: field-resized: 8 bytes sent, 4 read (t)\n" },
    { "subsection/version", T(VMSD("v", 1, 1, FIELDS(F("a", 4)) SUBS(VMSD("v/s", 1, 1, FIELDS(F("x", 4)))))),
      T(VMSD("v", 1, 1, FIELDS(F("a", 4)) SUBS(VMSD("v/s", 2, 2, FIELDS(F("x", 4)))))),
      "v//{v/s}: version-too-old: the source sends version 1, the destination takes 2 at least (t)\n",
      "v//{v/s}: version-too-new: the source sends version 2, the destination takes 1 at most (t)\n" },
    { "subsection/in-struct", T(V("v", FS("s", V("in", F("x", 4))) S F("b", 1))),
      T(V("v", FS("s", VMSD("in", 1, 1, FIELDS(F("x", 4)) SUBS(V("in/n", F("y", 4))))) S F("b", 1))),
      "",
      "v//s/{in/n}: subsection-optional: the destination does not know this subsection, and refuses it if it is sent (t)\n" },
    /* the vmsd `virtio` at the end of a device takes `virtio-net/..` */
    { "subsection/taken", T(VMSD("in-a", 1, 1, FIELDS(FS("s", V("in", F("x", 4)))))),
      T(VMSD("in-a", 1, 1, FIELDS(FS("s", V("in", F("x", 4)))) SUBS(V("in-a/n", F("y", 4))))),
      "in-a//{in-a/n}: subsection-name: its name begins with in, the name of the struct before it, "
      "which takes it for one of its own\n",
      "in-a//{in-a/n}: subsection-optional: the destination does not know this subsection, "
      "and refuses it if it is sent (t)\n" },
    { "subsection/no-prefix", T(V("v", F("a", 4))),
      T(VMSD("v", 1, 1, FIELDS(F("a", 4)) SUBS(V("w/s", F("x", 4))))),
      "v//{w/s}: subsection-name: its name does not begin with v, so that it is not loaded\n",
      "v//{w/s}: subsection-optional: the destination does not know this subsection, and refuses it if it is sent (t)\n" },
    { "subsection/twice", T(VMSD("v", 1, 1, FIELDS(F("a", 4)) SUBS(V("v/s", F("x", 4))))),
      T(VMSD("v", 1, 1, FIELDS(F("a", 4)) SUBS(V("v/s", F("x", 4)) S V("v/s", F("x", 8))))),
      "v//{v/s}: subsection-twice: the second of that name: the first one is loaded with its bytes\n",
      "" },

    /* versions */
    { "version/minimum", T(VMSD("v", 3, 1, FIELDS(TWO))), T(VMSD("v", 3, 2, FIELDS(TWO))),
      "v: minimum-raised: the source takes version 1 and later, the destination 2 and later (t)\n", "" },
    { "version/too-old", T(VMSD("v", 1, 1, FIELDS(TWO))), T(VMSD("v", 2, 2, FIELDS(F("c", 1)))),
      "v: version-too-old: the source sends version 1, the destination takes 2 at least (t)\n",
      "v: version-too-new: the source sends version 2, the destination takes 1 at most (t)\n" },
    { "version/lowered", T(VMSD("v", 3, 1, FIELDS(TWO))), T(VMSD("v", 2, 1, FIELDS(TWO))),
      "v: version-too-new: the source sends version 3, the destination takes 2 at most (t)\n", "" },

    /* devices */
    { "device/gone", T(V("v", TWO)) S DEVICE("u", V("w", TWO)), T(V("v", TWO)),
      "w: device-gone: the destination has no such device (u)\n", "" },
    { "device/new", T(V("v", TWO)), T(V("v", TWO)) S DEVICE("u", V("u", TWO)),
      "", "u: device-new: the destination has no such device yet\n" },
    { "device/renamed", T(V("v", TWO)), DEVICE("u", V("v", TWO)), "", "" },
    { "device/vmsd-renamed", T(V("v", TWO)), T(V("w", TWO)),
      "v: section-unknown: the source calls this section v, the destination w (t)\n",
      "w: section-unknown: the source calls this section w, the destination v (t)\n" },
    { "device/unmigratable", T(VMSD("v", 0, 0, "")), T(V("v", TWO)),
      "", "v: device-unmigratable: the source saves this device, the destination cannot (t)\n" },
    { "device/several", DEVICE("a", V("v", F("a", 4))) S DEVICE("b", V("v", F("a", 4))) S
      DEVICE("c", V("v", F("a", 4))) S DEVICE("d", V("v", F("a", 4))),
      DEVICE("a", V("v", F("a", 8))) S DEVICE("b", V("v", F("a", 8))) S
      DEVICE("c", V("v", F("a", 8))) S DEVICE("d", V("v", F("a", 8))),
      "v//a: field-resized: 4 bytes sent, 8 read (a, b, c and 1 more)\n",
      "v//a: field-resized: 8 bytes sent, 4 read (a, b, c and 1 more)\n" },
};
/* clang-format on */

static void
test_row(gconstpointer data)
{
    const Row *row = data;
    g_autoptr(QevmKnown) old = dump_parse(row->old, "old");
    g_autoptr(QevmKnown) new = dump_parse(row->new, "new");
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
        g_autofree char *path = g_strconcat("/compare/", rows[i].name, NULL);

        g_test_add_data_func(path, &rows[i], test_row);
    }
    return g_test_run();
}
