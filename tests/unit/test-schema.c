/* test-schema.c - descriptions: their memory, copies and sizes. */
#include "parser/prim.h"

#include <string.h>

static void
test_arena_alloc(void)
{
    static const gsize sizes[] = { 0,   1,   7,   8,   9,    100,   255,    256,
                                   257, 511, 512, 513, 5000, 70000, 1 << 20 };
    g_autoptr(QevmArena) arena = qevm_arena_new();
    guint8 *blocks[3][G_N_ELEMENTS(sizes)];

    for (guint round = 0; round < 3; round++) {
        for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
            guint8 *block = qevm_arena_alloc0(arena, sizes[i]);

            g_assert_nonnull(block);
            g_assert_cmpuint(GPOINTER_TO_SIZE(block) % 8, ==, 0);
            for (gsize k = 0; k < sizes[i]; k++) {
                g_assert_cmpuint(block[k], ==, 0);
            }
            memset(block, (int)(round * 16 + i + 1), sizes[i]);
            blocks[round][i] = block;
        }
    }
    /* None lies over another. */
    for (guint round = 0; round < 3; round++) {
        for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
            for (gsize k = 0; k < sizes[i]; k++) {
                g_assert_cmpuint(blocks[round][i][k], ==, round * 16 + i + 1);
            }
        }
    }
}

static void
test_arena_string(void)
{
    g_autoptr(QevmArena) arena = qevm_arena_new();
    g_autofree char *text = g_strdup("cpu_common");
    const char *first = qevm_arena_string(arena, text);
    const char *empty = qevm_arena_string(arena, "");

    g_assert_true(first != text);
    g_assert_true(qevm_arena_string(arena, "cpu_common") == first);
    g_assert_cmpstr(first, ==, "cpu_common");
    g_assert_cmpstr(empty, ==, "");
    g_assert_true(qevm_arena_string(arena, "cpu") != first);
    qevm_arena_free(NULL);
}

static const struct field_case {
    const char *path, *type;
    guint64 size;
    gboolean prim;
} field_cases[] = {
    { "/schema/field/uint32", "uint32", 4, TRUE },
    { "/schema/field/wrong-size", "uint32", 8, FALSE },
    { "/schema/field/any-size", "buffer", 17, TRUE },
    { "/schema/field/unknown", "no such type", 4, FALSE },
};

static void
test_field(gconstpointer data)
{
    const struct field_case *t = data;
    g_autoptr(QevmArena) arena = qevm_arena_new();
    const QevmFieldDesc *field =
        qevm_field_desc_new(arena, "regs", t->type, t->size, 3);

    g_assert_cmpstr(field->name, ==, "regs");
    g_assert_cmpstr(field->type, ==, t->type);
    g_assert_true(field->prim == (t->prim ? qevm_prim_find(t->type) : NULL));
    g_assert_cmpuint(field->size, ==, t->size);
    g_assert_cmpuint(field->count, ==, 3);
    g_assert_cmpuint(field->array_len, ==, 0);
    g_assert_cmpint(field->index, ==, -1);
    g_assert_cmpuint(field->shape, ==, QEVM_SHAPE_LEAF);
    g_assert_null(field->vmsds);
    g_assert_cmpuint(field->text.len, ==, 0);
}

static void
test_copies(void)
{
    g_autoptr(QevmArena) arena = qevm_arena_new();
    QevmFieldDesc *field = qevm_field_desc_new(arena, "a", "uint8", 1, 1);
    const QevmFieldDesc *fields[] = { field };
    const QevmVmsd vmsd = { .name = "v", .fields = fields, .n_fields = 1 };
    QevmFieldDesc *field_copy = qevm_field_desc_copy(arena, field);
    QevmVmsd *vmsd_copy = qevm_vmsd_copy(arena, &vmsd);

    field_copy->count = 2;
    g_assert_cmpuint(field->count, ==, 1);
    g_assert_true(field_copy->name == field->name);
    vmsd_copy->n_fields = 0;
    g_assert_cmpuint(vmsd.n_fields, ==, 1);
    g_assert_true(vmsd_copy->fields == fields);
}

/* A vmsd of two fields and a subsection of one field. */
static const struct size_case {
    const char *path;
    guint64 size[3], count[3];
    gboolean fits;
    guint64 want;
} size_cases[] = {
    { "/schema/size/plain", { 4, 8, 2 }, { 1, 3, 5 }, TRUE, 4 + 24 + 9 + 10 },
    { "/schema/size/nothing", { 0, 0, 0 }, { 1, 1, 1 }, TRUE, 9 },
    { "/schema/size/most",
      { G_MAXUINT64 - 9, 0, 0 },
      { 1, 1, 1 },
      TRUE,
      G_MAXUINT64 },
    { "/schema/size/header", { G_MAXUINT64 - 8, 0, 0 }, { 1, 1, 1 }, FALSE, 0 },
    { "/schema/size/product",
      { G_GUINT64_CONSTANT(1) << 32, 0, 0 },
      { G_GUINT64_CONSTANT(1) << 32, 1, 1 },
      FALSE,
      0 },
    { "/schema/size/sum", { G_MAXUINT64, 1, 0 }, { 1, 1, 1 }, FALSE, 0 },
    { "/schema/size/below", { 0, 0, G_MAXUINT64 }, { 1, 1, 2 }, FALSE, 0 },
    { "/schema/size/subsection",
      { 16, 0, G_MAXUINT64 - 15 },
      { 1, 1, 1 },
      FALSE,
      0 },
};

static void
test_size(gconstpointer data)
{
    const struct size_case *t = data;
    QevmFieldDesc field[3] = { 0 };
    const QevmFieldDesc *own[] = { &field[0], &field[1] };
    const QevmFieldDesc *subs[] = { &field[2] };
    const QevmVmsd sub = { .name = "v/s", .fields = subs, .n_fields = 1 };
    const QevmVmsd *list[] = { &sub };
    const QevmVmsd vmsd = { .name = "v",
                            .fields = own,
                            .n_fields = 2,
                            .subsections = list,
                            .n_subsections = 1 };
    guint64 size = 77;

    for (guint i = 0; i < 3; i++) {
        field[i].size = t->size[i];
        field[i].count = t->count[i];
    }
    g_assert_cmpint(qevm_vmsd_size(&vmsd, &size), ==, t->fits);
    g_assert_cmpuint(size, ==, t->fits ? t->want : 77);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schema/arena/alloc", test_arena_alloc);
    g_test_add_func("/schema/arena/string", test_arena_string);
    g_test_add_func("/schema/copies", test_copies);
    for (guint i = 0; i < G_N_ELEMENTS(field_cases); i++) {
        g_test_add_data_func(field_cases[i].path, &field_cases[i], test_field);
    }
    for (guint i = 0; i < G_N_ELEMENTS(size_cases); i++) {
        g_test_add_data_func(size_cases[i].path, &size_cases[i], test_size);
    }
    return g_test_run();
}
