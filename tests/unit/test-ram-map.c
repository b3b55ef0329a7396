/* test-ram-map.c - RAM blocks as they are to be: what changes make of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/ram-map.h"

#include <string.h>

/* "NAME+LENGTH@ADDRESS=SPAN,.." of each block; a span is nLENGTH, zLENGTH,
 * BLOCK:FROM+LENGTH or fFROM+LENGTH. */
static char *
map_text(const QevmRamMap *map)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < map->blocks->len; i++) {
        const QevmNewBlock *b = qevm_ram_map_block(map, i);
        guint64 at = 0;

        g_string_append_printf(out, "%s%s+%x@%x=", i ? " " : "", b->idstr,
                               (guint)b->length, (guint)b->address);
        for (guint k = 0; k < b->spans->len; k++) {
            const QevmSpan *s = &g_array_index(b->spans, QevmSpan, k);

            g_assert_cmphex(s->at, ==, at);
            at += s->length;
            g_string_append(out, k ? "," : "");
            switch (s->kind) {
            case QEVM_SPAN_NOTHING:
                g_string_append_printf(out, "n%x", (guint)s->length);
                break;
            case QEVM_SPAN_ZEROS:
                g_string_append_printf(out, "z%x", (guint)s->length);
                break;
            case QEVM_SPAN_BLOCK:
                g_string_append_printf(out, "%u:%x+%x", s->block,
                                       (guint)s->from, (guint)s->length);
                break;
            default:
                g_string_append_printf(out, "f%x+%x", (guint)s->from,
                                       (guint)s->length);
                break;
            }
        }
        g_assert_cmphex(at, ==, b->length);
    }
    return g_string_free(out, FALSE);
}

/* a of 4 pages at 0x10000, b of 2, c of none. */
static QevmRamMap *
make_map(void)
{
    QevmRamBlock blocks[] = {
        { .idstr = (char *)(guintptr) "a",
          .used_length = 0x4000,
          .has_address = TRUE,
          .address = 0x10000 },
        { .idstr = (char *)(guintptr) "b",
          .used_length = 0x2000,
          .has_address = TRUE,
          .address = 0x14000 },
        { .idstr = (char *)(guintptr) "c" },
    };
    QevmRam ram = { .blocks = g_array_new(FALSE, FALSE, sizeof *blocks) };
    QevmRamMap *map;

    g_array_append_vals(ram.blocks, blocks, G_N_ELEMENTS(blocks));
    map = qevm_ram_map_new(&ram);
    g_array_unref(ram.blocks);
    g_assert_false(map->changed);
    return map;
}

/* One change: its first letter and numbers in hex.
 *   r INDEX LENGTH, R at the top; n and N leave the new room alone
 *   s INDEX LENGTH LENGTH     split into x and y
 *   m INDEX INDEX             merge into z
 *   f INDEX SIZE, F at the top
 *   d INDEX, e INDEX          drop, empty
 *   x INDEX                   rename to x */
static void
change(QevmRamMap *map, const char *text)
{
    static char x[] = "x", y[] = "y";
    char *const names[] = { x, y };
    guint64 n[3] = { 0 };
    const char *at = text + 1;
    char *end;
    gboolean top = g_ascii_isupper(*text);
    guint i;

    for (guint k = 0; k < 3; k++) {
        n[k] = g_ascii_strtoull(at, &end, 16);
        at = end;
    }
    i = (guint)n[0];
    switch (g_ascii_tolower(*text)) {
    case 'r':
        qevm_ram_map_resize(map, i, n[1], top, QEVM_SPAN_ZEROS);
        break;
    case 'n':
        qevm_ram_map_resize(map, i, n[1], top, QEVM_SPAN_NOTHING);
        break;
    case 's':
        qevm_ram_map_split(map, i, 2, names, n + 1);
        break;
    case 'm': {
        guint both[] = { i, (guint)n[1] };

        qevm_ram_map_merge(map, both, 2, "z");
        break;
    }
    case 'f': {
        QevmSource *file = qevm_source_new_pieces("f");

        qevm_source_add_zeros(file, n[1]);
        qevm_ram_map_load(map, i, file, top);
        break;
    }
    case 'd':
        qevm_ram_map_drop(map, i);
        break;
    case 'e':
        qevm_ram_map_empty(map, i);
        break;
    default:
        qevm_ram_map_rename(map, i, "x");
        break;
    }
    g_assert_true(map->changed);
}

#define A "a+4000@10000=0:0+4000"
#define B "b+2000@14000=1:0+2000"
#define C "c+0@0="

static const struct map_case {
    const char *path, *changes, *want;
} cases[] = {
    { "none", "", A " " B " " C },
    { "rename", "x 1", A " x+2000@14000=1:0+2000 " C },
    { "drop", "d 0", B " " C },
    { "empty", "e 0", "a+4000@10000=n4000 " B " " C },
    { "grow", "r 0 6000", "a+6000@10000=0:0+4000,z2000 " B " " C },
    { "grow/top", "R 0 6000", "a+6000@e000=z2000,0:0+4000 " B " " C },
    { "grow/nothing", "n 0 6000", "a+6000@10000=0:0+4000,n2000 " B " " C },
    { "grow/nothing/top", "N 0 6000", "a+6000@e000=n2000,0:0+4000 " B " " C },
    { "grow/empty", "r 2 1000", A " " B " c+1000@0=z1000" },
    { "grow/twice", "r 0 5000;r 0 6000",
      "a+6000@10000=0:0+4000,z2000 " B " " C },
    { "grow/both-ends", "r 0 5000;N 0 6000",
      "a+6000@f000=n1000,0:0+4000,z1000 " B " " C },
    { "shrink", "r 0 1000", "a+1000@10000=0:0+1000 " B " " C },
    { "shrink/top", "R 0 1000", "a+1000@13000=0:3000+1000 " B " " C },
    { "shrink/and-grow", "r 0 1000;r 0 4000",
      "a+4000@10000=0:0+1000,z3000 " B " " C },
    { "grow/and-shrink", "R 0 6000;R 0 4000", A " " B " " C },
    { "split", "s 0 1000 3000",
      "x+1000@10000=0:0+1000 y+3000@11000=0:1000+3000 " B " " C },
    { "split/grown", "r 0 6000;s 0 3000 3000",
      "x+3000@10000=0:0+3000 y+3000@13000=0:3000+1000,z2000 " B " " C },
    { "merge", "m 0 1", "z+6000@10000=0:0+4000,1:0+2000 " C },
    { "merge/other-order", "m 1 0", "z+6000@14000=1:0+2000,0:0+4000 " C },
    { "merge/empty", "m 2 0", B " z+4000@0=0:0+4000" },
    { "split/and-merge", "s 0 1000 3000;m 0 1",
      "z+4000@10000=0:0+4000 " B " " C },
    { "load", "f 1 2000", A " b+2000@14000=f0+2000 " C },
    { "load/short", "f 1 123", A " b+2000@14000=f0+2000 " C },
    { "load/short/top", "F 1 1000", A " b+2000@14000=f0+2000 " C },
    { "load/and-split", "f 0 4000;s 0 1000 3000",
      "x+1000@10000=f0+1000 y+3000@11000=f1000+3000 " B " " C },
    { "load/and-merge", "f 0 4000;f 1 2000;m 0 1",
      "z+6000@10000=f0+4000,f0+2000 " C },
};

static void
test_map(gconstpointer data)
{
    const struct map_case *t = data;
    g_autoptr(QevmRamMap) map = make_map();
    g_auto(GStrv) changes = g_strsplit(t->changes, ";", -1);
    g_autofree char *text = NULL;

    for (guint i = 0; changes[i]; i++) {
        change(map, changes[i]);
    }
    text = map_text(map);
    g_assert_cmpstr(text, ==, t->want);
}

static void
test_makes_pages(void)
{
    static const struct {
        const char *change;
        gboolean makes;
    } rows[] = { { "x 0", FALSE },      { "e 0", FALSE },
                 { "n 0 6000", FALSE }, { "r 0 1000", FALSE },
                 { "r 0 6000", TRUE },  { "f 0 10", TRUE } };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(QevmRamMap) map = make_map();

        change(map, rows[i].change);
        g_assert_cmpint(qevm_ram_map_makes_pages(map), ==, rows[i].makes);
    }
}

static void
test_find(void)
{
    g_autoptr(QevmRamMap) map = make_map();
    guint64 total;
    guint index;

    g_assert_true(qevm_ram_map_find(map, "b", &index));
    g_assert_cmpuint(index, ==, 1);
    g_assert_false(qevm_ram_map_find(map, "d", &index));
    g_assert_true(qevm_ram_map_total(map, &total));
    g_assert_cmphex(total, ==, 0x6000);
    g_assert_false(qevm_ram_map_makes_pages(map));
    qevm_ram_map_block(map, 2)->length = G_MAXINT64;
    g_assert_false(qevm_ram_map_total(map, &total));
    qevm_ram_map_block(map, 2)->length = G_MAXUINT64;
    g_assert_false(qevm_ram_map_total(map, &total));
    qevm_ram_map_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/ram-map/", cases[i].path, NULL);

        g_test_add_data_func(path, &cases[i], test_map);
    }
    g_test_add_func("/ram-map/makes-pages", test_makes_pages);
    g_test_add_func("/ram-map/find", test_find);
    return g_test_run();
}
