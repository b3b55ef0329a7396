/* qtree.c - the devices of a machine. */
#include "cli/qemu/qtree.h"

#include <string.h>

/* What a line is in: a device, or a bus. */
typedef struct {
    gsize indent;
    json_t *device; /* borrowed; NULL: a bus */
    char *name;     /* of a bus; owned */
    gboolean pci;   /* a bus of that kind, or a device on one */
    char *place;    /* of a PCI device: ":02.0", ":01.0:00.0"; owned */
} Level;

typedef struct {
    json_t *devices;
    GArray *levels;    /* Level */
    GHashTable *heads; /* what idstrs begin with, up to the first slash */
    GHashTable *roots; /* the same without slots and functions */
} Reader;

static void
level_clear(gpointer p)
{
    Level *level = p;

    g_free(level->name);
    g_free(level->place);
}

/* ---- places: ROOT{:SLOT.FUNCTION} ---- */

/* Where the last ":SS.F" of a path begins; its length if there is none. */
static gsize
last_place(const char *path, gsize len)
{
    const char *p = path + len - 5;

    return len >= 5 && p[0] == ':' && g_ascii_isxdigit(p[1]) &&
                   g_ascii_isxdigit(p[2]) && p[3] == '.' && p[4] >= '0' &&
                   p[4] <= '7'
               ? len - 5
               : len;
}

static void
note_idstrs(Reader *reader, const GPtrArray *idstrs)
{
    for (guint i = 0; i < idstrs->len; i++) {
        const char *idstr = g_ptr_array_index(idstrs, i);
        const char *slash = strchr(idstr, '/');
        gsize len = slash ? (gsize)(slash - idstr) : 0, root = len;

        while (last_place(idstr, root) < root) {
            root = last_place(idstr, root);
        }
        if (root < len) {
            g_hash_table_add(reader->heads, g_strndup(idstr, len));
            g_hash_table_add(reader->roots, g_strndup(idstr, root));
        }
    }
}

/* The path of the one section-bearing device at that place. */
static void
set_path(Reader *reader, json_t *device, const char *place)
{
    g_autofree char *found = NULL;
    GHashTableIter iter;
    gpointer root;

    g_hash_table_iter_init(&iter, reader->roots);
    while (g_hash_table_iter_next(&iter, &root, NULL)) {
        g_autofree char *path = g_strconcat(root, place, NULL);

        if (!g_hash_table_contains(reader->heads, path)) {
            continue;
        }
        if (found) {
            return; /* there are several such roots */
        }
        found = g_steal_pointer(&path);
    }
    if (found) {
        json_object_set_new(device, "path", json_string(found));
    }
}

/* ---- lines ---- */

static Level *
top(Reader *reader)
{
    guint n = reader->levels->len;

    return n ? &g_array_index(reader->levels, Level, n - 1) : NULL;
}

/* Bytes that are no UTF-8 are no property worth telling. */
static void
set_text(json_t *object, const char *key, const char *text)
{
    if (g_utf8_validate(key, -1, NULL) && g_utf8_validate(text, -1, NULL)) {
        json_object_set_new(object, key, json_string(text));
    }
}

/* `dev: TYPE, id "ID"` */
static void
begin_device(Reader *reader, gsize indent, const char *text)
{
    const char *comma = strstr(text, ", id \"");
    g_autofree char *type =
        comma ? g_strndup(text, (gsize)(comma - text)) : g_strdup(text);
    g_autofree char *id = comma ? g_strdup(comma + strlen(", id \"")) : NULL;
    const Level *bus = top(reader);
    Level level = { .indent = indent, .device = json_object() };

    set_text(level.device, "type", type);
    if (id && *id && *id != '"') {
        id[strlen(id) - 1] = '\0';
        set_text(level.device, "id", id);
    }
    if (bus && !bus->device) {
        level.pci = bus->pci;
        set_text(level.device, "bus", bus->name);
    }
    json_array_append_new(reader->devices, level.device);
    g_array_append_val(reader->levels, level);
}

static void
begin_bus(Reader *reader, gsize indent, const char *name)
{
    Level level = { .indent = indent, .name = g_strdup(name) };

    g_array_append_val(reader->levels, level);
}

/* `addr = 02.0` of a device on a PCI bus, which may be on another one. */
static void
take_place(Reader *reader, Level *level, const char *addr)
{
    const Level *bridge =
        reader->levels->len >= 3
            ? &g_array_index(reader->levels, Level, reader->levels->len - 3)
            : NULL;
    const char *before =
        bridge && bridge->device && bridge->place ? bridge->place : "";

    g_free(level->place);
    level->place = g_strconcat(before, ":", addr, NULL);
    set_path(reader, level->device, level->place);
}

/* `bar 4: mem at 0xffffffffffffffff [0x3ffe]`: the last byte's address */
static void
take_bar(json_t *device, const char *text)
{
    json_t *bars = json_object_get(device, "bars");
    char *colon, *bracket;
    guint64 number = g_ascii_strtoull(text, &colon, 10), start, end;
    const char *at = strstr(text, " at "), *open = strchr(text, '[');

    if (*colon != ':' || !at || !open) {
        return;
    }
    start = g_ascii_strtoull(at + strlen(" at "), NULL, 16);
    end = g_ascii_strtoull(open + 1, &bracket, 16);
    if (*bracket != ']') {
        return;
    }
    if (!bars) {
        bars = json_array();
        json_object_set_new(device, "bars", bars);
    }
    json_array_append_new(
        bars, json_pack("{s:I,s:s,s:I}", "bar", (json_int_t)number, "type",
                        strstr(text, ": i/o") ? "io" : "memory", "size",
                        (json_int_t)(end - start + 1)));
}

static void
take_property(Reader *reader, Level *level, const char *text)
{
    const char *equals = strstr(text, " = ");
    json_t *properties = json_object_get(level->device, "properties");
    g_autofree char *name =
        equals ? g_strndup(text, (gsize)(equals - text)) : NULL;

    if (!name) {
        return;
    }
    if (!properties) {
        properties = json_object();
        json_object_set_new(level->device, "properties", properties);
    }
    set_text(properties, name, equals + strlen(" = "));
    if (level->pci && strcmp(name, "addr") == 0) {
        take_place(reader, level, equals + strlen(" = "));
    }
}

static void
take_line(Reader *reader, const char *line)
{
    gsize indent = strspn(line, " ");
    const char *text = line + indent;
    gboolean device = g_str_has_prefix(text, "dev: ");
    gboolean bus = g_str_has_prefix(text, "bus: ");
    Level *level;

    if (device || bus) {
        while ((level = top(reader)) && level->indent >= indent) {
            g_array_set_size(reader->levels, reader->levels->len - 1);
        }
    }
    level = top(reader);
    if (device) {
        begin_device(reader, indent, text + strlen("dev: "));
    } else if (bus) {
        begin_bus(reader, indent, text + strlen("bus: "));
    } else if (level && !level->device && g_str_has_prefix(text, "type ")) {
        level->pci = strstr(text, "PCI") || strstr(text, "pci") ||
                     strstr(text, "pxb") || strstr(text, "CXL");
    } else if (level && level->device && g_str_has_prefix(text, "bar ")) {
        take_bar(level->device, text + strlen("bar "));
    } else if (level && level->device) {
        take_property(reader, level, text);
    }
}

json_t *
qevm_qtree_devices(const char *text, const GPtrArray *idstrs)
{
    Reader reader = { .devices = json_array() };
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    reader.levels = g_array_new(FALSE, FALSE, sizeof(Level));
    g_array_set_clear_func(reader.levels, level_clear);
    reader.heads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    reader.roots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    note_idstrs(&reader, idstrs);
    for (char **line = lines; *line; line++) {
        g_strchomp(*line);
        take_line(&reader, *line);
    }
    g_array_unref(reader.levels);
    g_hash_table_unref(reader.heads);
    g_hash_table_unref(reader.roots);
    return reader.devices;
}
