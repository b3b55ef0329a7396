/* vmdesc.c - reads the JSON that a stream carries about itself.
 *
 * One pass, no value tree: every key is met once, in the order of the text,
 * and goes where it belongs. Nothing is allocated from a number in the text;
 * what is allocated is a few times the bytes read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parser/vmdesc.h"

#include "parser/json-in.h"
#include "parser/prim.h"

#include <string.h>

#define NESTING_MAX 64
#define ARRAY_LEN_MAX (G_GUINT64_CONSTANT(1) << 24)
#define FIELD_BYTES_MAX (G_GUINT64_CONSTANT(1) << 40)

typedef enum {
    KEY_NAME,
    KEY_INSTANCE_ID,
    KEY_VMSD_NAME,
    KEY_VERSION,
    KEY_FIELDS,
    KEY_SUBSECTIONS,
    KEY_ARRAY_LEN,
    KEY_INDEX,
    KEY_TYPE,
    KEY_STRUCT,
    KEY_SIZE,
    KEY_CONFIGURATION,
    KEY_PAGE_SIZE,
    KEY_DEVICES,
    KEY_UNKNOWN, /* any other */
} Key;

static const char *const key_names[] = {
    [KEY_NAME] = "name",           [KEY_INSTANCE_ID] = "instance_id",
    [KEY_VMSD_NAME] = "vmsd_name", [KEY_VERSION] = "version",
    [KEY_FIELDS] = "fields",       [KEY_SUBSECTIONS] = "subsections",
    [KEY_ARRAY_LEN] = "array_len", [KEY_INDEX] = "index",
    [KEY_TYPE] = "type",           [KEY_STRUCT] = "struct",
    [KEY_SIZE] = "size",           [KEY_CONFIGURATION] = "configuration",
    [KEY_PAGE_SIZE] = "page_size", [KEY_DEVICES] = "devices",
};

#define VMSD_KEYS (1u << KEY_VMSD_NAME | 1u << KEY_VERSION | 1u << KEY_FIELDS)

typedef struct {
    QevmJsonIn in; /* first: the readers of members are given this */
    QevmArena *arena;
    QevmBudget *budget; /* of the arena */
    GPtrArray *items;   /* of unfinished lists, inner ones behind outer ones */
} Reader;

/* Something that is described, in the arena. NULL: there is no memory left. */
static gpointer
new_item(Reader *r, gsize size, GError **error)
{
    /* What is on the pile, and will be in a list; longest is that of devices.
     */
    gint64 pile = (gint64)(2 * sizeof(gpointer) + sizeof(QevmDevice)) *
                  (gint64)r->items->len;

    if (r->budget->left < pile) {
        qevm_json_in_fail(&r->in, r->in.c.pos, QEVM_ERROR_LIMIT, error,
                          "it takes more than %d bytes of memory",
                          QEVM_VMDESC_MEMORY_MAX);
        return NULL;
    }
    return qevm_arena_alloc0(r->arena, size);
}

static gboolean
read_name(Reader *r, const char **out, GError **error)
{
    if (!qevm_json_in_string(&r->in, error)) {
        return FALSE;
    }
    *out = qevm_arena_string(r->arena, r->in.string->str);
    return TRUE;
}

static QevmExtent
extent_of(const QevmJsonLevel *level)
{
    return (QevmExtent){ (guint32)level->start,
                         (guint32)(level->end - level->start) };
}

/* Hands out what was put on the pile since it had `mark` items. */
static gpointer
take_items(Reader *r, guint mark, guint *n)
{
    gpointer *list = NULL;

    *n = r->items->len - mark;
    if (*n) {
        list = qevm_arena_alloc0(r->arena, *n * sizeof(*list));
        for (guint i = 0; i < *n; i++) {
            list[i] = g_ptr_array_index(r->items, mark + i);
        }
        g_ptr_array_set_size(r->items, (gint)mark);
    }
    return list;
}

/* ---- fields ---- */

static gboolean read_fields(Reader *r, QevmVmsd *vmsd, GError **error);
static gboolean read_subsections(Reader *r, QevmVmsd *vmsd, GError **error);

static gboolean
is_vmsd_key(guint key)
{
    return key == KEY_VMSD_NAME || key == KEY_VERSION || key == KEY_FIELDS ||
           key == KEY_SUBSECTIONS;
}

static gboolean
read_vmsd_member(QevmJsonIn *in, QevmJsonLevel *level, gpointer self,
                 GError **error)
{
    Reader *r = (Reader *)in;
    QevmVmsd *vmsd = self;
    guint64 number;

    if (!is_vmsd_key(level->key)) {
        return qevm_json_in_skip(&r->in, error);
    }
    if (!qevm_json_in_once(&r->in, level, error)) {
        return FALSE;
    }
    switch (level->key) {
    case KEY_VMSD_NAME:
        return read_name(r, &vmsd->name, error);
    case KEY_VERSION:
        if (!qevm_json_in_number(&r->in, G_MAXUINT32, &number, error)) {
            return FALSE;
        }
        vmsd->version = (guint32)number;
        return TRUE;
    case KEY_SUBSECTIONS:
        vmsd->has_subsections = TRUE;
        return read_subsections(r, vmsd, error);
    default:
        return read_fields(r, vmsd, error);
    }
}

/* An object that is a vmsd and nothing else. `nothing`: it may be {}, which
 * is how QEMU 2.9-9.1 describes a null pointer to a struct. */
static gboolean
read_vmsd(Reader *r, gboolean nothing, QevmVmsd **out, GError **error)
{
    QevmVmsd *vmsd = new_item(r, sizeof(*vmsd), error);
    QevmJsonLevel level;

    if (!vmsd ||
        !qevm_json_in_object(&r->in, &level, read_vmsd_member, vmsd, error)) {
        return FALSE;
    }
    vmsd->text = extent_of(&level);
    *out = vmsd;
    return (nothing && !level.begun) ||
           qevm_json_in_had(&r->in, &level, VMSD_KEYS, error);
}

/* A field object as far as it was read. */
typedef struct {
    QevmFieldDesc *desc;
    guint mark; /* its inline vmsds are on the pile from here on */
} Field;

/* "tmp", "vstruct" and lists put vmsd keys into the field object itself, a
 * list once for each element, so that the keys repeat: each "vmsd_name"
 * begins the next vmsd. */
static gboolean
read_inline_member(Reader *r, QevmJsonLevel *level, const Field *field,
                   GError **error)
{
    QevmVmsd *vmsd;

    if (level->key == KEY_VMSD_NAME) {
        if (r->items->len > field->mark &&
            !qevm_json_in_had(&r->in, level, VMSD_KEYS, error)) {
            return FALSE;
        }
        level->seen &= ~(VMSD_KEYS | 1u << KEY_SUBSECTIONS);
        vmsd = new_item(r, sizeof(*vmsd), error);
        if (!vmsd) {
            return FALSE;
        }
        g_ptr_array_add(r->items, vmsd);
    }
    if (r->items->len == field->mark) {
        return qevm_json_in_fail(&r->in, r->in.c.pos, QEVM_ERROR_MALFORMED,
                                 error, "wanted \"vmsd_name\" before it");
    }
    vmsd = g_ptr_array_index(r->items, r->items->len - 1);
    return read_vmsd_member(&r->in, level, vmsd, error);
}

static gboolean
read_field_member(QevmJsonIn *in, QevmJsonLevel *level, gpointer self,
                  GError **error)
{
    Reader *r = (Reader *)in;
    const Field *reading = self;
    QevmFieldDesc *field = reading->desc;
    QevmVmsd *vmsd;
    guint64 number;

    if (is_vmsd_key(level->key)) {
        return read_inline_member(r, level, reading, error);
    }
    if (level->key == KEY_UNKNOWN) {
        return qevm_json_in_skip(&r->in, error);
    }
    if (!qevm_json_in_once(&r->in, level, error)) {
        return FALSE;
    }
    switch (level->key) {
    case KEY_NAME:
        return read_name(r, &field->name, error);
    case KEY_TYPE:
        return read_name(r, &field->type, error);
    case KEY_SIZE:
        return qevm_json_in_number(&r->in, FIELD_BYTES_MAX, &field->size,
                                   error);
    case KEY_ARRAY_LEN:
        if (!qevm_json_in_number(&r->in, ARRAY_LEN_MAX, &field->array_len,
                                 error)) {
            return FALSE;
        }
        return field->array_len ||
               qevm_json_in_fail(&r->in, r->in.c.pos, QEVM_ERROR_MALFORMED,
                                 error, "wanted at least 1, found 0");
    case KEY_INDEX:
        if (!qevm_json_in_number(&r->in, G_MAXINT32, &number, error)) {
            return FALSE;
        }
        field->index = (gint32)number;
        return TRUE;
    case KEY_STRUCT:
        if (!read_vmsd(r, TRUE, &vmsd, error)) {
            return FALSE;
        }
        field->vmsds = qevm_arena_alloc0(r->arena, sizeof(*field->vmsds));
        *field->vmsds = vmsd;
        field->n_vmsds = 1;
        field->shape = QEVM_SHAPE_STRUCT;
        return TRUE;
    default:
        return qevm_json_in_skip(&r->in, error);
    }
}

/* What stands on the wire for inline vmsds. A type we never heard of may put
 * bytes of its own around one; then the sizes differ. */
static QevmShape
inline_shape(const QevmFieldDesc *field)
{
    static const char *const structs[] = { "tmp", "vstruct", NULL };
    guint64 size;

    if (field->n_vmsds == 1 &&
        (g_strv_contains(structs, field->type) ||
         (qevm_vmsd_size(*field->vmsds, &size) && size == field->size))) {
        return QEVM_SHAPE_STRUCT;
    }
    return QEVM_SHAPE_LEAF;
}

/* Puts together what the members of a field object said. */
static gboolean
finish_field(Reader *r, const QevmJsonLevel *level, const Field *reading,
             GError **error)
{
    static const char *const lists[] = { "qtailq", "qlist", "gtree", NULL };
    guint want = 1u << KEY_NAME | 1u << KEY_TYPE | 1u << KEY_SIZE;
    QevmFieldDesc *field = reading->desc;
    guint mark = reading->mark;
    guint64 bytes;

    field->inline_vmsd = r->items->len > mark;
    if (!qevm_json_in_had(&r->in, level,
                          field->inline_vmsd ? want | VMSD_KEYS : want,
                          error)) {
        return FALSE;
    }
    if (field->inline_vmsd && field->n_vmsds) {
        return qevm_json_in_fail(&r->in, level->start, QEVM_ERROR_MALFORMED,
                                 error,
                                 "\"struct\" and \"vmsd_name\" in one field");
    }
    field->count = field->array_len ? field->array_len : 1;
    if (!g_uint64_checked_mul(&bytes, field->count, field->size) ||
        bytes > FIELD_BYTES_MAX) {
        return qevm_json_in_fail(
            &r->in, level->start, QEVM_ERROR_LIMIT, error,
            "%" G_GUINT64_FORMAT " elements of %" G_GUINT64_FORMAT
            " bytes are more than %" G_GUINT64_FORMAT " bytes",
            field->count, field->size, FIELD_BYTES_MAX);
    }
    if (field->inline_vmsd) {
        for (guint i = mark; i < r->items->len; i++) {
            QevmVmsd *vmsd = g_ptr_array_index(r->items, i);

            vmsd->text = field->text;
        }
        field->vmsds = take_items(r, mark, &field->n_vmsds);
        field->shape = inline_shape(field);
    }
    if (g_strv_contains(lists, field->type)) {
        field->shape = QEVM_SHAPE_LIST;
    }
    if (field->shape == QEVM_SHAPE_LEAF) {
        field->prim = qevm_field_prim(field->type, field->size);
    }
    return TRUE;
}

/* Onto the pile. */
static gboolean
read_field(QevmJsonIn *in, GError **error)
{
    Reader *r = (Reader *)in;
    QevmFieldDesc *desc = new_item(r, sizeof(*desc), error);
    Field field = { desc, r->items->len };
    QevmJsonLevel level;

    if (!desc) {
        return FALSE;
    }
    desc->index = -1;
    if (!qevm_json_in_object(&r->in, &level, read_field_member, &field,
                             error)) {
        return FALSE;
    }
    desc->text = extent_of(&level);
    if (!finish_field(r, &level, &field, error)) {
        return FALSE;
    }
    g_ptr_array_add(r->items, desc);
    return TRUE;
}

static gboolean
is_null_run(const QevmFieldDesc *field)
{
    return strcmp(field->type, "nullptr") == 0 ||
           strcmp(field->type, "ptr-marker") == 0;
}

/* Counts the elements of consecutive objects of one name: an array of
 * pointers, null and not in turn, as vmstate_save_state_v() writes it since
 * 10.0. It looks for the end of a run only where null-ness changes, and takes
 * "not null" for what was before the first element. So
 *  - a first run that is not null claims the whole array;
 *  - where each element is an object of its own (the real ones cannot be
 *    compressed), the second null of a run and the later ones claim all that
 *    is left of the array. */
static void
count_runs(const GPtrArray *items, guint start, guint end)
{
    QevmFieldDesc *first = g_ptr_array_index(items, start);
    guint64 others = 0;

    for (guint i = start + 1; i < end; i++) {
        QevmFieldDesc *before = g_ptr_array_index(items, i - 1);
        QevmFieldDesc *run = g_ptr_array_index(items, i);

        if (is_null_run(before) && is_null_run(run)) {
            before->count = run->count = 1;
        }
    }
    if (end - start < 2 || is_null_run(first) ||
        !is_null_run(g_ptr_array_index(items, start + 1))) {
        return;
    }
    for (guint i = start + 1; i < end; i++) {
        const QevmFieldDesc *run = g_ptr_array_index(items, i);

        others += run->count;
    }
    if (others < first->count) {
        first->count -= others;
    }
}

static gboolean
read_fields(Reader *r, QevmVmsd *vmsd, GError **error)
{
    guint mark = r->items->len, start = mark;

    if (!qevm_json_in_deeper(&r->in, error) ||
        !qevm_json_in_array(&r->in, read_field, error)) {
        return FALSE;
    }
    r->in.depth--;
    for (guint i = mark + 1; i <= r->items->len; i++) {
        const QevmFieldDesc *field = g_ptr_array_index(r->items, start);
        const QevmFieldDesc *other =
            i < r->items->len ? g_ptr_array_index(r->items, i) : NULL;

        /* Equal strings are the same string in an arena. */
        if (!other || other->name != field->name) {
            count_runs(r->items, start, i);
            start = i;
        }
    }
    vmsd->fields = take_items(r, mark, &vmsd->n_fields);
    return TRUE;
}

/* Onto the pile. */
static gboolean
read_subsection(QevmJsonIn *in, GError **error)
{
    Reader *r = (Reader *)in;
    QevmVmsd *vmsd;

    if (!read_vmsd(r, FALSE, &vmsd, error)) {
        return FALSE;
    }
    g_ptr_array_add(r->items, vmsd);
    return TRUE;
}

static gboolean
read_subsections(Reader *r, QevmVmsd *vmsd, GError **error)
{
    guint mark = r->items->len;

    if (!qevm_json_in_deeper(&r->in, error) ||
        !qevm_json_in_array(&r->in, read_subsection, error)) {
        return FALSE;
    }
    r->in.depth--;
    vmsd->subsections = take_items(r, mark, &vmsd->n_subsections);
    return TRUE;
}

/* ---- devices ---- */

/* Ids are unsigned, but were an int before 5.0: `spapr_iommu` 0x80000000 was
 * written as -2147483648. */
static gboolean
read_instance_id(Reader *r, QevmDevice *device, GError **error)
{
    guint64 number;

    device->signed_id = qevm_json_in_minus(&r->in);
    if (!qevm_json_in_number(&r->in,
                             device->signed_id ? G_GUINT64_CONSTANT(1) << 31
                                               : G_MAXUINT32,
                             &number, error)) {
        return FALSE;
    }
    device->instance_id =
        device->signed_id ? 0 - (guint32)number : (guint32)number;
    return TRUE;
}

typedef struct {
    QevmDevice *device;
    QevmVmsd *vmsd; /* its own, still to be changed */
} Device;

static gboolean
read_device_member(QevmJsonIn *in, QevmJsonLevel *level, gpointer self,
                   GError **error)
{
    Reader *r = (Reader *)in;
    const Device *reading = self;
    QevmDevice *device = reading->device;

    if (level->key != KEY_NAME && level->key != KEY_INSTANCE_ID &&
        level->key != KEY_SIZE) {
        return read_vmsd_member(&r->in, level, reading->vmsd, error);
    }
    if (!qevm_json_in_once(&r->in, level, error)) {
        return FALSE;
    }
    switch (level->key) {
    case KEY_NAME:
        return read_name(r, &device->name, error);
    case KEY_INSTANCE_ID:
        return read_instance_id(r, device, error);
    default:
        return qevm_json_in_number(&r->in, FIELD_BYTES_MAX, &device->size,
                                   error);
    }
}

/* Onto the pile. */
static gboolean
read_device(QevmJsonIn *in, GError **error)
{
    Reader *r = (Reader *)in;
    QevmDevice *device = new_item(r, sizeof(*device), error);
    QevmVmsd *vmsd = device ? new_item(r, sizeof(*vmsd), error) : NULL;
    guint want = 1u << KEY_NAME | 1u << KEY_INSTANCE_ID;
    Device self = { device, vmsd };
    QevmJsonLevel level;

    if (!vmsd || !qevm_json_in_object(&r->in, &level, read_device_member, &self,
                                      error)) {
        return FALSE;
    }
    device->text = vmsd->text = extent_of(&level);
    device->vmsd = vmsd;
    device->legacy = level.seen & 1u << KEY_SIZE && !vmsd->name;
    want |= device->legacy ? 1u << KEY_FIELDS : VMSD_KEYS;
    if (!qevm_json_in_had(&r->in, &level, want, error)) {
        return FALSE;
    }
    if (!device->legacy && !qevm_vmsd_size(vmsd, &device->size)) {
        return qevm_json_in_fail(&r->in, level.start, QEVM_ERROR_LIMIT, error,
                                 "the sizes add up to more than 64 bits");
    }
    g_ptr_array_add(r->items, device);
    return TRUE;
}

static gboolean
read_devices(Reader *r, QevmVmdesc *vmdesc, GError **error)
{
    if (!qevm_json_in_array(&r->in, read_device, error)) {
        return FALSE;
    }
    vmdesc->n_devices = r->items->len;
    vmdesc->devices = qevm_arena_alloc0(r->arena, vmdesc->n_devices *
                                                      sizeof(*vmdesc->devices));
    for (guint i = 0; i < vmdesc->n_devices; i++) {
        const QevmDevice *device = g_ptr_array_index(r->items, i);

        *(vmdesc->devices + i) = *device;
    }
    g_ptr_array_set_size(r->items, 0);
    return TRUE;
}

static gboolean
read_root_member(QevmJsonIn *in, QevmJsonLevel *level, gpointer self,
                 GError **error)
{
    Reader *r = (Reader *)in;
    QevmVmdesc *vmdesc = self;
    QevmVmsd *configuration;

    switch (level->key) {
    case KEY_CONFIGURATION:
        if (!qevm_json_in_once(&r->in, level, error) ||
            !read_vmsd(r, FALSE, &configuration, error)) {
            return FALSE;
        }
        vmdesc->configuration = configuration;
        return TRUE;
    case KEY_PAGE_SIZE:
        return qevm_json_in_once(&r->in, level, error) &&
               qevm_json_in_number(&r->in, G_MAXUINT32, &vmdesc->page_size,
                                   error);
    case KEY_DEVICES:
        return qevm_json_in_once(&r->in, level, error) &&
               read_devices(r, vmdesc, error);
    default:
        return qevm_json_in_skip(&r->in, error);
    }
}

static gboolean
read_root(Reader *r, QevmVmdesc *vmdesc, GError **error)
{
    QevmJsonLevel level;

    if (!qevm_json_in_object(&r->in, &level, read_root_member, vmdesc, error) ||
        !qevm_json_in_had(&r->in, &level, 1u << KEY_DEVICES, error)) {
        return FALSE;
    }
    return qevm_json_in_end(&r->in, error);
}

QevmVmdesc *
qevm_vmdesc_parse(GBytes *text, guint64 base, GError **error)
{
    g_autoptr(QevmVmdesc) vmdesc = g_new0(QevmVmdesc, 1);
    Reader r = {
        .in.c.base = base,
        .in.what = "vmdesc",
        .in.keys = key_names,
        .in.n_keys = KEY_UNKNOWN,
        .in.depth_max = NESTING_MAX,
    };
    gboolean ok;

    r.in.c.data = g_bytes_get_data(text, &r.in.c.len);
    if (r.in.c.len > QEVM_VMDESC_MAX) {
        qevm_json_in_fail(&r.in, 0, QEVM_ERROR_LIMIT, error,
                          "wanted at most %d bytes, found %" G_GSIZE_FORMAT,
                          QEVM_VMDESC_MAX, r.in.c.len);
        return NULL;
    }
    /* The old writer puts a space inside the first brace. */
    r.in.raw = qevm_cursor_peek(&r.in.c, 1) == ' ';
    vmdesc->dialect = r.in.raw ? QEVM_DIALECT_QJSON : QEVM_DIALECT_JSON_WRITER;
    vmdesc->text = g_bytes_ref(text);
    vmdesc->budget.left = QEVM_VMDESC_MEMORY_MAX;
    r.budget = &vmdesc->budget;
    vmdesc->arena = r.arena = qevm_arena_new_within(r.budget);
    r.in.string = g_string_new(NULL);
    r.items = g_ptr_array_new();
    ok = read_root(&r, vmdesc, error);
    g_string_free(r.in.string, TRUE);
    g_ptr_array_free(r.items, TRUE);
    return ok ? g_steal_pointer(&vmdesc) : NULL;
}

void
qevm_vmdesc_free(QevmVmdesc *vmdesc)
{
    if (!vmdesc) {
        return;
    }
    g_clear_pointer(&vmdesc->text, g_bytes_unref);
    g_clear_pointer(&vmdesc->arena, qevm_arena_free);
    g_free(vmdesc);
}

gboolean
qevm_vmdesc_plausible(const guint8 *text, gsize len)
{
    static const char *const starts[] = {
        "{\"configuration\": ", "{\"page_size\": ", "{\"devices\": ",
        "{ \"page_size\" : ",   "{ \"devices\" : ",
    };
    QevmCursor c = { text, len, 0, 0 };

    if (len == 0 || qevm_cursor_peek(&c, len - 1) != '}') {
        return FALSE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(starts); i++) {
        gsize n = 0;

        while (*(starts[i] + n) &&
               qevm_cursor_peek(&c, n) == *(starts[i] + n)) {
            n++;
        }
        if (!*(starts[i] + n)) {
            return TRUE;
        }
    }
    return FALSE;
}
