/* test-resolve.c - from paths to places and back, over trees made by hand. */
#include "parser/path.h"

#include <string.h>

/* ---- streams made by hand ---- */

typedef struct {
    QevmStream stream; /* only what paths look at */
    QevmArena *arena;
} Made;

static QevmFieldDesc *
leaf(Made *m, const char *name, const char *type, guint64 size, guint64 count)
{
    QevmFieldDesc *f = qevm_field_desc_new(m->arena, name, type, size, count);

    f->array_len = count == 1 ? 0 : count;
    return f;
}

/* One struct (count 0), or an array of count. */
static QevmFieldDesc *
structs(Made *m, const char *name, const QevmVmsd *vmsd, guint64 count)
{
    QevmFieldDesc *f = leaf(m, name, "struct", 0, MAX(count, 1));

    f->shape = QEVM_SHAPE_STRUCT;
    f->array_len = count;
    f->vmsds = qevm_arena_alloc0(m->arena, sizeof(*f->vmsds));
    f->vmsds[0] = vmsd;
    f->n_vmsds = 1;
    g_assert_true(qevm_vmsd_size(vmsd, &f->size));
    return f;
}

static QevmFieldDesc *
list(Made *m, const char *name, const QevmVmsd *vmsd, guint n)
{
    QevmFieldDesc *f = leaf(m, name, "qtailq", 0, 1);
    guint64 one;

    g_assert_true(qevm_vmsd_size(vmsd, &one));
    f->shape = QEVM_SHAPE_LIST;
    f->size = 1 + n * (1 + one);
    f->vmsds = qevm_arena_alloc0(m->arena, n * sizeof(*f->vmsds));
    for (guint i = 0; i < n; i++) {
        f->vmsds[i] = vmsd;
    }
    f->n_vmsds = n;
    return f;
}

static QevmVmsd *
vmsd_new(Made *m, const char *name, guint32 version)
{
    QevmVmsd *v = qevm_arena_alloc0(m->arena, sizeof(*v));

    v->name = qevm_arena_string(m->arena, name);
    v->version = version;
    v->fields = qevm_arena_alloc0(m->arena, 32 * sizeof(*v->fields));
    v->subsections = qevm_arena_alloc0(m->arena, 32 * sizeof(*v->subsections));
    return v;
}

static void
add_field(QevmVmsd *v, const QevmFieldDesc *f)
{
    g_assert_cmpuint(v->n_fields, <, 32);
    v->fields[v->n_fields++] = f;
}

static void
add_subsection(QevmVmsd *v, const QevmVmsd *sub)
{
    g_assert_cmpuint(v->n_subsections, <, 32);
    v->subsections[v->n_subsections++] = sub;
}

/* Bytes that count up, as the wire has them. */
static void
write_vmsd(GByteArray *out, const QevmVmsd *v)
{
    static const guint8 one = 1, zero = 0;

    for (guint i = 0; i < v->n_fields; i++) {
        const QevmFieldDesc *f = v->fields[i];

        if (f->shape == QEVM_SHAPE_LEAF) {
            for (guint64 k = 0; k < f->size * f->count; k++) {
                qevm_be_append(out, 1, out->len + 1);
            }
        } else if (f->shape == QEVM_SHAPE_STRUCT) {
            for (guint64 k = 0; k < f->count; k++) {
                write_vmsd(out, f->vmsds[0]);
            }
        } else {
            for (guint k = 0; k < f->n_vmsds; k++) {
                g_byte_array_append(out, &one, 1);
                write_vmsd(out, f->vmsds[k]);
            }
            g_byte_array_append(out, &zero, 1);
        }
    }
    for (guint i = 0; i < v->n_subsections; i++) {
        const QevmVmsd *sub = v->subsections[i];

        qevm_be_append(out, 1, QEMU_VM_SUBSECTION);
        qevm_be_append(out, 1, strlen(sub->name));
        g_byte_array_append(out, (const guint8 *)sub->name,
                            (guint)strlen(sub->name));
        qevm_be_append(out, 4, sub->version);
        write_vmsd(out, sub);
    }
}

static QevmRecord *
add_section(Made *m, QevmRecordType type, const char *idstr,
            guint32 instance_id, const QevmVmsd *vmsd, gsize cut)
{
    QevmRecord *r = g_new0(QevmRecord, 1);

    r->type = type;
    r->idstr = g_strdup(idstr);
    r->instance_id = instance_id;
    r->section_id = m->stream.records->len + 40;
    r->version_id = 3;
    if (vmsd) {
        g_autoptr(GByteArray) wire = g_byte_array_new();
        g_autoptr(GBytes) bytes = NULL;

        write_vmsd(wire, vmsd);
        bytes = g_bytes_new(wire->data, wire->len - MIN(cut, wire->len));
        r->tree = qevm_tree_new(vmsd, bytes, 0x1000);
    }
    g_ptr_array_add(m->stream.records, r);
    return r;
}

static void
free_record(gpointer record)
{
    qevm_record_free(record);
}

static Made *
made_new(void)
{
    Made *m = g_new0(Made, 1);

    m->arena = qevm_arena_new();
    m->stream.records = g_ptr_array_new_with_free_func(free_record);
    return m;
}

static void
made_free(Made *m)
{
    g_ptr_array_unref(m->stream.records);
    g_clear_pointer(&m->stream.standing, g_hash_table_unref);
    qevm_arena_free(m->arena);
    g_free(m);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Made, made_free)

/* A machine with one of each thing that paths tell apart. */
static Made *
machine(void)
{
    Made *m = made_new();
    QevmVmsd *port = vmsd_new(m, "port", 1), *req = vmsd_new(m, "req", 1);
    QevmVmsd *sub = vmsd_new(m, "dev/sub", 2), *deep = vmsd_new(m, "deep", 5);
    QevmVmsd *parent = vmsd_new(m, "parent", 1), *dev = vmsd_new(m, "dev", 3);
    QevmVmsd *cpu = vmsd_new(m, "cpu", 12), *ram = vmsd_new(m, "ram", 4);
    QevmVmsd *block = vmsd_new(m, "block", 1), *conf = vmsd_new(m, "conf", 1);
    QevmRecord *gone;

    add_field(port, leaf(m, "irq", "uint8", 1, 1));
    add_field(port, leaf(m, "regs", "uint16", 2, 2));
    add_field(req, leaf(m, "tag", "uint32", 4, 1));
    add_field(deep, leaf(m, "z", "uint8", 1, 1));
    add_subsection(sub, deep);
    add_field(sub, leaf(m, "y", "uint8", 1, 1));
    add_field(parent, leaf(m, "version_id", "int32", 4, 1));
    add_field(parent, leaf(m, "config[1]", "buffer", 4, 1));
    add_subsection(parent, deep);

    add_field(dev, structs(m, "parent_obj", parent, 0));
    add_field(dev, leaf(m, "mac", "uint8", 1, 6));
    add_field(dev, leaf(m, "env.cr[4]", "uint64", 8, 1));
    add_field(dev, structs(m, "ports", port, 3));
    add_field(dev, list(m, "queue", req, 2));
    add_field(dev, list(m, "empty", req, 0));
    add_field(dev, leaf(m, "pad", "uint8", 1, 1));
    add_field(dev, leaf(m, "pad", "uint16", 2, 1));
    /* Runs of one array of pointers, as 10.0 and later describe it. */
    add_field(dev, structs(m, "css", port, 2));
    add_field(dev, leaf(m, "css", "nullptr", 1, 3));
    add_field(dev, structs(m, "css", port, 0));
    add_field(dev, leaf(m, "bus[0]", "uint8", 1, 1));
    add_field(dev, leaf(m, "bus[1]", "uint8", 1, 1));
    add_field(dev, leaf(m, "one[2]", "uint8", 1, 4));
    add_field(dev, leaf(m, "v", "uint8", 1, 2));
    add_field(dev, leaf(m, "v[1]", "uint8", 1, 1));
    add_field(dev, leaf(m, "a/b", "uint8", 1, 1));
    add_subsection(dev, sub);
    add_subsection(dev, deep);

    add_field(cpu, leaf(m, "env.regs", "uint64", 8, 16));
    add_field(block, leaf(m, "used_length", "uint64", 8, 1));
    add_field(ram, leaf(m, ".total", "uint64", 8, 1));
    {
        QevmVmsd *blocks = vmsd_new(m, "blocks", 1);

        add_field(blocks, structs(m, "pc.ram", block, 0));
        add_field(blocks, structs(m, "/rom@etc/acpi/tables", block, 0));
        add_field(ram, structs(m, ".blocks", blocks, 0));
    }
    add_field(conf, leaf(m, "name", "buffer", 6, 1));

    add_section(m, QEVM_RECORD_HEADER, NULL, 0, NULL, 0);
    add_section(m, QEVM_RECORD_CONFIGURATION, NULL, 0, conf, 0);
    add_section(m, QEVM_RECORD_START, "ram", 0, ram, 0);
    add_section(m, QEVM_RECORD_PARTS, "ram", 0, NULL, 0);
    add_section(m, QEVM_RECORD_FULL, "cpu", 0, cpu, 0);
    add_section(m, QEVM_RECORD_FULL, "cpu", 1, cpu, 0);
    add_section(m, QEVM_RECORD_FULL, "0000:00:03.0/dev", 0, dev, 0);
    add_section(m, QEVM_RECORD_FULL, "slirp", 0, conf, 0);
    add_section(m, QEVM_RECORD_FULL, "slirp", 0, conf, 0);
    add_section(m, QEVM_RECORD_FULL, "odd@7", 2, conf, 0);
    add_section(m, QEVM_RECORD_FULL, "two", 1, conf, 0);
    add_section(m, QEVM_RECORD_FULL, "two", 2, conf, 0);
    add_section(m, QEVM_RECORD_FULL, "two", 2, conf, 0);
    add_section(m, QEVM_RECORD_FULL, "cut", 0, dev, 90);
    gone = add_section(m, QEVM_RECORD_FULL, "gone", 0, conf, 0);
    gone->dropped = TRUE;
    gone = add_section(m, QEVM_RECORD_FULL, "slirp", 5, conf, 0);
    gone->dropped = TRUE;
    return m;
}

/* ---- what paths name ---- */

/* The canonical paths of the places, or the error. */
static char *
resolve(Made *m, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(text, &error);
    g_autoptr(GArray) places =
        path ? qevm_path_resolve(&m->stream, path, &error) : NULL;
    GString *out;

    if (!places) {
        g_assert_nonnull(error);
        g_assert_cmpint(error->domain, ==, QEVM_ERROR);
        return g_strdup(error->message);
    }
    g_assert_no_error(error);
    out = g_string_new(NULL);
    for (guint i = 0; i < places->len; i++) {
        const QevmPlace *p = &g_array_index(places, QevmPlace, i);
        g_autofree char *name = qevm_path_of(&m->stream, p);

        g_string_append_printf(out, "%s%s", i > 0 ? " | " : "", name);
    }
    return g_string_free(out, FALSE);
}

#define DEV "0000:00:03.0/dev"

/* clang-format off */
static const struct row {
    const char *text, *result; /* NULL: the path itself */
} rows[] = {
    /* sections */
    { DEV, NULL },
    { DEV "//", DEV },
    { "cpu@0", NULL }, { "cpu@0x1", "cpu@1" },
    { DEV "@0", DEV },
    { "configuration//name", NULL },
    { "configuration@0//name", "configuration//name" },
    { "ram", NULL },
    { "\"odd@7\"", NULL }, { "\"odd@7\"@2", "\"odd@7\"" },
    { "cpu@*", "cpu@0 | cpu@1" },
    { "cp?", "cpu@0 | cpu@1" },
    { "*/dev", DEV },
    { "slirp#0", NULL }, { "slirp@0#1", "slirp#1" },
    { "slirp@*", "slirp#0 | slirp#1" },
    { "two@*#0", "two@1 | two@2#0" },
    { "two@2#1", NULL }, { "two#1", "two@2#1" }, { "two@1", NULL },
    { "tw*#1", "two@2#1" },
    { "tw*@2", "two@2#0 | two@2#1" },
    /* fields and elements */
    { DEV "//mac", NULL }, { DEV "//mac[5]", NULL },
    { DEV "//mac[0x1]", DEV "//mac[1]" },
    { DEV "//\"mac\"[1]", DEV "//mac[1]" },
    { DEV "//mac#0", DEV "//mac" },
    { DEV "//mac[*]", DEV "//mac[0] | " DEV "//mac[1] | " DEV "//mac[2] | "
      DEV "//mac[3] | " DEV "//mac[4] | " DEV "//mac[5]" },
    { DEV "//env.cr[4]", NULL },
    { DEV "//\"env.cr[4]\"", DEV "//env.cr[4]" },
    { DEV "//env.cr", DEV "//env.cr[4]" },
    { DEV "//env.cr[0]", DEV "//env.cr[4]" },
    { DEV "//env.cr[4][0]", DEV "//env.cr[4]" },
    { DEV "//parent_obj", NULL },
    { DEV "//parent_obj[0]", DEV "//parent_obj" },
    { DEV "//parent_obj/config", DEV "//parent_obj/config[1]" },
    { DEV "//parent_obj/{deep}/z", NULL },
    { DEV "//one[3]", DEV "//one[2][3]" },
    { DEV "//one", DEV "//one[2]" },
    { DEV "//one[2]", NULL },
    { DEV "//one[2][2]", NULL },
    { DEV "//ports", NULL }, { DEV "//ports[2]/irq", NULL },
    { DEV "//ports[1]/regs[1]", NULL },
    { DEV "//ports[*]/irq", DEV "//ports[0]/irq | " DEV "//ports[1]/irq | "
      DEV "//ports[2]/irq" },
    { DEV "//ports[*]/regs[1]", DEV "//ports[0]/regs[1] | "
      DEV "//ports[1]/regs[1] | " DEV "//ports[2]/regs[1]" },
    { DEV "//queue", NULL }, { DEV "//queue[1]/tag", NULL },
    { DEV "//queue[*]", DEV "//queue[0] | " DEV "//queue[1]" },
    { DEV "//empty", NULL },
    { DEV "//pad[0]", NULL }, { DEV "//pad[1]", NULL },
    { DEV "//pad#1", DEV "//pad[1]" },
    { DEV "//pad[*]", DEV "//pad[0] | " DEV "//pad[1]" },
    { DEV "//css[0]/irq", NULL }, { DEV "//css[1]/irq", NULL },
    { DEV "//css[2]", NULL }, { DEV "//css[4]", NULL },
    { DEV "//css[5]/irq", NULL },
    { DEV "//css#0", NULL }, { DEV "//css#1", NULL },
    { DEV "//css#2", DEV "//css[5]" },
    { DEV "//css[*]", DEV "//css[0] | " DEV "//css[1] | " DEV "//css[2] | "
      DEV "//css[3] | " DEV "//css[4] | " DEV "//css[5]" },
    { DEV "//bus[1]", NULL },
    { DEV "//v[1]", NULL }, { DEV "//\"v\"[1]", NULL },
    { DEV "//v[0]", NULL }, { DEV "//v", NULL },
    { DEV "//\"a/b\"", NULL },
    { DEV "//p*", DEV "//parent_obj | " DEV "//ports | " DEV "//pad[0] | "
      DEV "//pad[1]" },
    { DEV "//*s[1]", DEV "//ports[1] | " DEV "//css[1]" },
    { DEV "//p*[1]", DEV "//ports[1] | " DEV "//pad[1]" },
    { DEV "//p*#1", DEV "//pad[1]" },
    { DEV "//*/regs", DEV "//css[5]/regs" },
    { "*//name", "configuration//name | slirp#0//name | slirp#1//name | "
      "\"odd@7\"//name | two@1//name | two@2#0//name | two@2#1//name" },
    { "ram//.blocks/\"pc.ram\"/used_length",
      "ram//.blocks/pc.ram/used_length" },
    { "ram//.blocks/\"/rom@etc/acpi/tables\"/used_length", NULL },
    { "ram//.blocks/*/used_length", "ram//.blocks/pc.ram/used_length | "
      "ram//.blocks/\"/rom@etc/acpi/tables\"/used_length" },
    /* subsections */
    { DEV "//{dev/sub}", NULL }, { DEV "//{dev/sub}/y", NULL },
    { DEV "//{dev/sub}/{deep}/z", NULL },
    { DEV "//{dev/sub}[0]/y", DEV "//{dev/sub}/y" },
    { DEV "//{*}", DEV "//{dev/sub} | " DEV "//{deep}" },
    { DEV "//{*}/z", DEV "//{deep}/z" },
    { DEV "//ports[2]/../{deep}/../mac", DEV "//mac" },
    { DEV "//ports[*]/..", DEV },
    { DEV "//ports[*]/regs[*]/..", DEV "//ports[0] | " DEV "//ports[1] | "
      DEV "//ports[2]" },
    /* facts */
    { DEV "//.version_id", NULL }, { DEV "//.instance_id", NULL },
    { DEV "//.section_id", NULL },
    { DEV "//{dev/sub}/.version_id", NULL },
    { DEV "//parent_obj/version_id", NULL },
    { "cpu@*//.version_id", "cpu@0//.version_id | cpu@1//.version_id" },
    { DEV "//{*}/.version_id", DEV "//{dev/sub}/.version_id | "
      DEV "//{deep}/.version_id" },
    /* bytes that broke the description */
    { "cut//\"\"", NULL },
};

static const struct row bad[] = {
#define SECTIONS "configuration, ram, cpu@0, cpu@1, " DEV ", slirp#0, " \
    "slirp#1, \"odd@7\", two@1, two@2#0, two@2#1, cut"
    { "dev", "no section `dev` in this stream; there are: " SECTIONS
      "; did you mean " DEV "?" },
    { "configurtion", "no section `configurtion` in this stream; there are: "
      SECTIONS "; did you mean configuration?" },
    { "gone", "no section `gone` in this stream; there are: " SECTIONS },
    { "x*y", "no section `x*y` in this stream; there are: " SECTIONS },
    { "cpu@2", "no section `cpu@2` in this stream; there are: cpu@0, cpu@1" },
    { "slirp#2", "no section `slirp#2` in this stream; there are: slirp#0, "
      "slirp#1" },
    { "slirp@5", "no section `slirp@5` in this stream; there are: slirp#0, "
      "slirp#1" },
    { "cpu", "`cpu` is 2 sections: say one of cpu@0, cpu@1, or cpu@* for "
      "all" },
    { "slirp", "`slirp` is 2 sections: say one of slirp#0, slirp#1, or "
      "slirp@* for all" },
    { "two@2", "`two@2` is 2 sections: say one of two@2#0, two@2#1, or two@* "
      "for all" },
    { "two#0", "`two#0` is 2 sections: say one of two@1, two@2#0, or two@* "
      "for all" },
    { "cpu@0//regs", "no field `regs` in cpu@0; there are: env.regs" },
    { "cpu@0//{x}", "no subsection `{x}` in cpu@0; it has none" },
    { DEV "//parent_obj/cfg", "no field `cfg` in " DEV "//parent_obj; there "
      "are: version_id, config[1], {deep}" },
    { DEV "//parent_obj/{dep}", "no subsection `{dep}` in " DEV
      "//parent_obj; there are: {deep}" },
    { DEV "//prots", "no field `prots` in " DEV "; there are: "
      "parent_obj, mac, env.cr[4], ports, queue, empty, pad, css, bus[0], "
      "bus[1], one[2], v, v[1], \"a/b\", {dev/sub}, {deep}" },
    { DEV "//port", "no field `port` in " DEV "; there are: "
      "parent_obj, mac, env.cr[4], ports, queue, empty, pad, css, bus[0], "
      "bus[1], one[2], v, v[1], \"a/b\", {dev/sub}, {deep}; did you mean "
      "ports?" },
    { DEV "//deep", "no field `deep` in " DEV "; there are: "
      "parent_obj, mac, env.cr[4], ports, queue, empty, pad, css, bus[0], "
      "bus[1], one[2], v, v[1], \"a/b\", {dev/sub}, {deep}; did you mean "
      "{deep}?" },
    { DEV "//nothing", "no field `nothing` in " DEV "; there are: "
      "parent_obj, mac, env.cr[4], ports, queue, empty, pad, css, bus[0], "
      "bus[1], one[2], v, v[1], \"a/b\", {dev/sub}, {deep}" },
    { DEV "//pad", "`pad` in " DEV " is 2 things: say pad[0] to pad[1], or "
      "pad[*] for all" },
    { DEV "//css", "`css` in " DEV " is 6 things: say css[0] to css[5], or "
      "css[*] for all" },
    { DEV "//css/irq", "`css` in " DEV " is 6 things: say css[0] to css[5], "
      "or css[*] for all" },
    { DEV "//bus", "`bus` in " DEV " may be bus[0] or bus[1]" },
    { DEV "//bus[2]", "`bus` in " DEV " may be bus[0] or bus[1]" },
    { DEV "//mac[6]", "no `mac[6]` in " DEV "; there are 6, from [0]" },
    { DEV "//mac#1", "no `mac#1` in " DEV "; there is 1, from #0" },
    { DEV "//pad[2]", "no `pad[2]` in " DEV "; there are 2, from [0]" },
    { DEV "//css#3", "no `css#3` in " DEV "; there are 3, from #0" },
    { DEV "//empty[0]", "no `empty[0]` in " DEV "; there are 0, from [0]" },
    { DEV "//p*[9]", "no `\"p*\"` in " DEV " has that many" },
    { DEV "//ports/irq", DEV "//ports is an array of structs: say [0] to [2], "
      "or [*] for all" },
    { DEV "//empty/tag", DEV "//empty has nothing below it" },
    { DEV "//mac/x", DEV "//mac has nothing below it" },
    { DEV "//mac[0]/x", DEV "//mac[0] has nothing below it" },
    { DEV "//.nothing", "no field `.nothing` in " DEV "; there are: "
      "parent_obj, mac, env.cr[4], ports, queue, empty, pad, css, bus[0], "
      "bus[1], one[2], v, v[1], \"a/b\", {dev/sub}, {deep}" },
    { DEV "//parent_obj/.version_id", DEV "//parent_obj has no "
      "`.version_id`" },
    { DEV "//{deep}/.section_id", DEV "//{deep} has no `.section_id`" },
    { "configuration//.version_id", "configuration has no `.version_id`" },
    { DEV "//..", "`..` goes above " DEV },
    { DEV "//mac/../..", "`..` goes above " DEV },
    { "cut//\"\"/x", "cut//\"\" could not be decoded" },
    { "", "path: column 1: expected a section" },
};
/* clang-format on */

static void
test_row(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(Made) m = machine();
    g_autofree char *result = resolve(m, t->text);

    g_assert_cmpstr(result, ==, t->result ? t->result : t->text);
}

/* ---- values ---- */

/* clang-format off */
static const struct row values[] = {
    { DEV "//.version_id", "3" },
    { DEV "//.instance_id", "0" },
    { "\"odd@7\"//.instance_id", "2" },
    { DEV "//.section_id", "46" },
    { DEV "//{dev/sub}/.version_id", "2" },
    { DEV "//{dev/sub}/{deep}/.version_id", "5" },
    { DEV "//mac[2]", "22" },
    { DEV "//parent_obj/version_id", "16909060" },
    { DEV "//css[2]", "hex:" },
    { "configuration//name", "hex:010203040506" },
};

static const struct row no_values[] = {
    { DEV, "`" DEV "` is a section, not a value" },
    { "configuration", "`configuration` is a section, not a value" },
    { DEV "//mac", "`mac` is an array, not a value" },
    { DEV "//ports", "`ports` is an array of structs, not a value" },
    { DEV "//ports[0]", "`ports` is a struct, not a value" },
    { DEV "//queue", "`queue` is a list, not a value" },
    { DEV "//{deep}", "`deep` is a subsection, not a value" },
};
/* clang-format on */

static gboolean
value_of(Made *m, const char *text, QevmValue *out, GError **error)
{
    g_autoptr(QevmPath) path = qevm_path_parse(text, NULL);
    g_autoptr(GArray) places = qevm_path_resolve(&m->stream, path, NULL);

    g_assert_nonnull(places);
    g_assert_cmpuint(places->len, ==, 1);
    return qevm_place_value(&g_array_index(places, QevmPlace, 0), out, error);
}

static void
test_value(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(Made) m = machine();
    g_autoptr(GError) error = NULL;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    g_autofree char *printed = NULL;

    g_assert_true(value_of(m, t->text, &value, &error));
    printed = qevm_value_format(&value);
    if (g_str_equal(t->result, "hex:")) {
        /* Bytes that are no marker come out as they are. */
        g_assert_cmpint(value.kind, ==, QEVM_VALUE_BYTES);
        g_assert_cmpuint(g_bytes_get_size(value.bytes), ==, 1);
        return;
    }
    g_assert_cmpstr(printed, ==, t->result);
}

static void
test_no_value(gconstpointer data)
{
    const struct row *t = data;
    g_autoptr(Made) m = machine();
    g_autoptr(GError) error = NULL;
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    g_assert_false(value_of(m, t->text, &value, &error));
    g_assert_error(error, QEVM_ERROR, QEVM_ERROR_PATH);
    g_assert_cmpstr(error->message, ==, t->result);
}

static void
test_raw_value(void)
{
    g_autoptr(Made) m = machine();
    g_auto(QevmValue) value = QEVM_VALUE_INIT;

    g_assert_true(value_of(m, "cut//\"\"", &value, NULL));
    g_assert_cmpint(value.kind, ==, QEVM_VALUE_BYTES);
    g_assert_cmpuint(g_bytes_get_size(value.bytes), >, 0);
}

/* ---- relative paths ---- */

/* clang-format off */
static const struct below {
    const char *from, *text, *result;
} belows[] = {
    { DEV "//parent_obj", "version_id", DEV "//parent_obj/version_id" },
    { DEV "//parent_obj", "../mac[1]", DEV "//mac[1]" },
    { DEV "//parent_obj", "..", DEV },
    { DEV "//parent_obj", "//mac", DEV "//mac" },
    { DEV "//parent_obj", "../../x", "`..` goes above " DEV },
    { DEV "//parent_obj", "{deep}/z", DEV "//parent_obj/{deep}/z" },
    { DEV "//ports[1]", "irq", DEV "//ports[1]/irq" },
    { DEV "//ports[1]", "../mac", DEV "//mac" },
    { DEV "//ports[1]", "../ports[0]/irq", DEV "//ports[0]/irq" },
    /* What holds the array is the parent of its elements. */
    { DEV "//ports", "mac", DEV "//mac" },
    { DEV "//queue", "mac", DEV "//mac" },
    { DEV "//{deep}", "z", DEV "//{deep}/z" },
    { DEV "//{deep}", ".version_id", DEV "//{deep}/.version_id" },
    { DEV "//{deep}", "//.version_id", DEV "//.version_id" },
    { DEV "//parent_obj", "nope", "no field `nope` in " DEV
      "//parent_obj; there are: version_id, config[1], {deep}" },
    { DEV "//parent_obj", "a//b", "path: column 3: expected a step (`//` "
      "stands only once)" },
};
/* clang-format on */

static void
test_below(gconstpointer data)
{
    const struct below *t = data;
    g_autoptr(Made) m = machine();
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(t->from, NULL);
    g_autoptr(GArray) from = qevm_path_resolve(&m->stream, path, NULL);
    const QevmPlace *p = &g_array_index(from, QevmPlace, 0);
    g_autoptr(GArray) got =
        qevm_path_resolve_below(p->record, p->node, t->text, &error);
    g_autofree char *name = NULL;

    if (!got) {
        g_assert_error(error, QEVM_ERROR, QEVM_ERROR_PATH);
        g_assert_cmpstr(error->message, ==, t->result);
        return;
    }
    g_assert_cmpuint(got->len, ==, 1);
    name = qevm_path_of(&m->stream, &g_array_index(got, QevmPlace, 0));
    g_assert_cmpstr(name, ==, t->result);
}

/* ---- limits ---- */

static void
test_limit(void)
{
    g_autoptr(Made) m = made_new();
    QevmVmsd *v = vmsd_new(m, "big", 1);
    g_autofree char *fits = NULL;
    g_autofree char *first = resolve(m, "x");
    g_autofree char *over = NULL;
    g_autofree char *both = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse("big//half[*]", NULL);
    g_autoptr(GArray) places = NULL;

    g_assert_cmpstr(first, ==, "no section `x` in this stream; it has none");
    add_field(v, leaf(m, "x", "uint8", 1, QEVM_PATH_PLACES_MAX + 1));
    add_field(v, leaf(m, "half", "uint8", 1, QEVM_PATH_PLACES_MAX));
    add_section(m, QEVM_RECORD_FULL, "big", 0, v, 0);
    over = resolve(m, "big//x[*]");
    g_assert_cmpstr(over, ==, "the path names more than 262144 places");
    fits = resolve(m, "big//x[262144]");
    g_assert_cmpstr(fits, ==, "big//x[262144]");
    places = qevm_path_resolve(&m->stream, path, NULL);
    g_assert_cmpuint(places->len, ==, QEVM_PATH_PLACES_MAX);
    add_section(m, QEVM_RECORD_FULL, "big", 1, v, 0);
    both = resolve(m, "big@*//half[*]");
    g_assert_cmpstr(both, ==, "the path names more than 262144 places");
}

static void
test_long_lists(void)
{
    g_autoptr(Made) m = made_new();
    QevmVmsd *v = vmsd_new(m, "v", 1);
    g_autofree char *sections = NULL;
    g_autofree char *fields = NULL;

    for (guint i = 0; i < 23; i++) {
        g_autofree char *name = g_strdup_printf("f%02u", i);

        add_field(v, leaf(m, name, "uint8", 1, 1));
    }
    add_section(m, QEVM_RECORD_FULL, "s", 0, v, 0);
    fields = resolve(m, "s//none");
    g_assert_cmpstr(fields, ==,
                    "no field `none` in s; there are: f00, f01, f02, f03, "
                    "f04, f05, f06, f07, f08, f09, f10, f11, f12, f13, f14, "
                    "f15, f16, f17, f18, f19, … and 3 more");
    for (guint i = 1; i < 22; i++) {
        add_section(m, QEVM_RECORD_FULL, "s", i, v, 0);
    }
    sections = resolve(m, "s");
    g_assert_cmpstr(sections, ==,
                    "`s` is 22 sections: say one of s@0, s@1, s@2, s@3, s@4, "
                    "s@5, s@6, s@7, s@8, s@9, s@10, s@11, s@12, s@13, s@14, "
                    "s@15, s@16, s@17, s@18, s@19, … and 2 more, or s@* for "
                    "all");
}

/* ---- every place of a tree has a path that names it alone ---- */

static void
check_place(Made *m, const QevmPlace *place, guint *checked)
{
    g_autofree char *text = qevm_path_of(&m->stream, place);
    g_autoptr(GError) error = NULL;
    g_autoptr(QevmPath) path = qevm_path_parse(text, &error);
    g_autoptr(GArray) got = NULL;
    const QevmPlace *p;

    g_assert_no_error(error);
    got = qevm_path_resolve(&m->stream, path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(got->len, ==, 1);
    p = &g_array_index(got, QevmPlace, 0);
    g_assert_cmpint(p->kind, ==, place->kind);
    g_assert_true(p->record == place->record);
    g_assert_true(p->node == place->node);
    g_assert_cmpuint(p->index, ==, place->index);
    g_assert_cmpint(p->fact, ==, place->fact);
    *checked += 1;
}

static void
check_node(Made *m, QevmRecord *record, QevmNode *node, guint *checked)
{
    QevmPlace place = { .kind = QEVM_PLACE_NODE,
                        .record = record,
                        .node = node };

    check_place(m, &place, checked);
    if (node->kind == QEVM_NODE_ARRAY) {
        for (guint64 i = 0; i < qevm_node_count(node); i++) {
            QevmPlace element = { .kind = QEVM_PLACE_ELEMENT,
                                  .record = record,
                                  .node = node,
                                  .index = i };

            check_place(m, &element, checked);
        }
    }
    if (node->kind == QEVM_NODE_SUBSECTION) {
        QevmPlace fact = { .kind = QEVM_PLACE_FACT,
                           .fact = QEVM_FACT_VERSION_ID,
                           .record = record,
                           .node = node };

        check_place(m, &fact, checked);
    }
    for (QevmNode *n = qevm_node_children(node); n; n = n->next) {
        check_node(m, record, n, checked);
    }
}

static void
check_stream(Made *m, guint *checked)
{
    for (guint i = 0; i < m->stream.records->len; i++) {
        QevmRecord *record = m->stream.records->pdata[i];
        QevmPlace section = { .kind = QEVM_PLACE_SECTION, .record = record };

        if (!qevm_record_is_section(record) || record->dropped) {
            continue;
        }
        section.node = record->tree ? &record->tree->root : NULL;
        check_place(m, &section, checked);
        for (guint f = 0; f <= QEVM_FACT_SECTION_ID; f++) {
            QevmPlace fact = { .kind = QEVM_PLACE_FACT,
                               .fact = (QevmFact)f,
                               .record = record,
                               .node = NULL };

            if (record->type != QEVM_RECORD_CONFIGURATION) {
                check_place(m, &fact, checked);
            }
        }
        for (QevmNode *n = qevm_node_children(section.node); n; n = n->next) {
            check_node(m, record, n, checked);
        }
    }
}

static void
test_round_trip(void)
{
    g_autoptr(Made) m = machine();
    guint checked = 0;

    check_stream(m, &checked);
    g_assert_cmpuint(checked, >, 150);
}

/* Names that read as other things, so that they are told apart. */
static const char *const nasty[] = {
    "x",     "x[0]",        "x[1]",        "x#0",  "x[1][0]", "y",   "a/b",
    "*",     "x*",          "?",           "",     "..",      "[0]", "#1",
    "{x}",   ".version_id", ".section_id", "a//b", "x]",      " ",   "\"",
    "\\x41", "\x1b",        "\xff",        "x[*]", "y[2]",    "}",   "x@1",
};

static const char *
random_name(gboolean empty_too)
{
    const char *name;

    do {
        /* Most often one of the first, so that names repeat. */
        gint32 n = g_test_rand_bit() ? 5 : (gint32)G_N_ELEMENTS(nasty);

        name = nasty[g_test_rand_int_range(0, n)];
    } while (*name == '\0' && !empty_too);
    return name;
}

static QevmVmsd *
random_vmsd(Made *m, guint depth)
{
    QevmVmsd *v = vmsd_new(m, random_name(FALSE), 1);
    guint fields = (guint)g_test_rand_int_range(0, 6);

    for (guint i = 0; i < fields; i++) {
        const char *name = random_name(TRUE);
        guint n = (guint)g_test_rand_int_range(0, 4);

        switch (g_test_rand_int_range(0, depth > 2 ? 2 : 4)) {
        case 0:
            add_field(v, leaf(m, name, "uint8", 1, 1));
            break;
        case 1:
            add_field(v, leaf(m, name, "uint16", 2, n));
            break;
        case 2:
            add_field(v, structs(m, name, random_vmsd(m, depth + 1), n));
            break;
        default:
            add_field(v, list(m, name, random_vmsd(m, depth + 1), n));
            break;
        }
    }
    for (gint32 i = g_test_rand_int_range(0, 3); i > 0 && depth < 3; i--) {
        add_subsection(v, random_vmsd(m, depth + 1));
    }
    return v;
}

static void
test_random_round_trip(void)
{
    guint checked = 0;

    for (guint n = 0; n < 150; n++) {
        g_autoptr(Made) m = made_new();
        guint sections = (guint)g_test_rand_int_range(1, 6);

        for (guint i = 0; i < sections; i++) {
            /* Some are cut, and have bytes nobody can name by name. */
            gsize cut =
                g_test_rand_bit() ? (gsize)g_test_rand_int_range(0, 60) : 0;
            QevmRecord *r = add_section(m, QEVM_RECORD_FULL, random_name(FALSE),
                                        (guint32)g_test_rand_int_range(0, 2),
                                        random_vmsd(m, 0), cut);

            r->dropped = g_test_rand_int_range(0, 8) == 0;
        }
        check_stream(m, &checked);
    }
    g_assert_cmpuint(checked, >, 1000);
}

/* Long rows are counted once; that must not be seen, nor outlive an edit. */
static void
test_long_rows(void)
{
    g_autoptr(Made) m = made_new();
    QevmVmsd *v = vmsd_new(m, "v", 1), *sub = vmsd_new(m, "sub", 1);
    guint checked = 0;
    QevmNode *first;
    QevmRecord *r;
    QevmPlace place = { 0 };
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;

    v->fields = qevm_arena_alloc0(m->arena, 300 * sizeof(*v->fields));
    for (guint i = 0; i < 300; i++) {
        /* Runs of one name, apart from each other, and names like paths. */
        v->fields[v->n_fields++] =
            leaf(m, nasty[i * i % G_N_ELEMENTS(nasty)], "uint8", 1, i % 3 + 1);
    }
    add_subsection(v, sub);
    add_subsection(v, sub);
    for (guint i = 0; i < 100; i++) {
        r = add_section(m, QEVM_RECORD_FULL, nasty[i % 4], i % 3 ? 0 : i % 7,
                        i == 50 ? v : sub, 0);
        r->dropped = i % 11 == 0;
    }
    check_stream(m, &checked);
    g_assert_cmpuint(checked, >, 800);

    /* The parse goes on. */
    r = add_section(m, QEVM_RECORD_FULL, "new", 0, v, 0);
    check_stream(m, &checked);
    add_section(m, QEVM_RECORD_FULL, "new", 1, sub, 0);
    check_stream(m, &checked);

    /* The first of two of one name goes. */
    first = qevm_node_children(&r->tree->root);
    place.kind = QEVM_PLACE_NODE;
    place.record = r;
    place.node = first->next;
    while (!g_str_equal(qevm_node_name(place.node), qevm_node_name(first))) {
        place.node = place.node->next;
    }
    before = qevm_path_of(&m->stream, &place);
    qevm_node_remove(first);
    after = qevm_path_of(&m->stream, &place);
    g_assert_cmpstr(before, !=, after);
    check_stream(m, &checked);

    m->stream.edited = TRUE;
    r->instance_id = 1;
    check_stream(m, &checked);
}

static void
test_long_time(void)
{
    g_autoptr(Made) m = made_new();
    QevmVmsd *v = vmsd_new(m, "v", 1);

    v->fields = qevm_arena_alloc0(m->arena, 50000 * sizeof(*v->fields));
    for (guint i = 0; i < 50000; i++) {
        g_autofree char *name = g_strdup_printf("f%u", i / 2);

        v->fields[v->n_fields++] = leaf(m, name, "uint8", 1, 1);
    }
    for (guint i = 0; i < 50000; i++) {
        add_section(m, QEVM_RECORD_FULL, "s", i / 2, i == 0 ? v : NULL, 0);
    }
    for (guint i = 0; i < 50000; i++) {
        QevmPlace place = { .kind = QEVM_PLACE_SECTION,
                            .record = m->stream.records->pdata[i] };
        g_autofree char *want = g_strdup_printf("s@%u#%u", i / 2, i % 2);
        g_autofree char *got = qevm_path_of(&m->stream, &place);

        g_assert_cmpstr(got, ==, want);
    }
    {
        QevmRecord *r = m->stream.records->pdata[0];
        QevmNode *n = qevm_node_children(&r->tree->root);

        for (guint i = 0; n; n = n->next, i++) {
            QevmPlace place = { .kind = QEVM_PLACE_NODE,
                                .record = r,
                                .node = n };
            g_autofree char *want =
                g_strdup_printf("s@0#0//f%u[%u]", i / 2, i % 2);
            g_autofree char *got = qevm_path_of(&m->stream, &place);

            g_assert_cmpstr(got, ==, want);
        }
    }
}

/* Any path over any tree: places or an error, never both or neither. */
static void
test_random_paths(void)
{
    static const char pieces[] = "xxyy//..@#*?[]{}\"\"01";
    g_autoptr(Made) m = made_new();

    for (guint i = 0; i < 5; i++) {
        add_section(m, QEVM_RECORD_FULL, i < 2 ? "x" : "y", i % 3,
                    random_vmsd(m, 0), i);
    }
    for (guint n = 0; n < 20000; n++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(QevmPath) path = NULL;
        g_autoptr(GArray) got = NULL;

        g_string_append(text, n % 2 ? "x@*//" : "*//");
        for (gint32 k = g_test_rand_int_range(0, 8); k > 0; k--) {
            g_string_append_c(
                text, pieces[g_test_rand_int_range(0, sizeof(pieces) - 1)]);
        }
        path = qevm_path_parse(text->str, &error);
        if (path) {
            got = qevm_path_resolve(&m->stream, path, &error);
        }
        g_assert_true((got == NULL) == (error != NULL));
        g_assert_true(!got || got->len > 0);
    }
}

static void
add_rows(const char *folder, gconstpointer first, gsize size, guint count,
         GTestDataFunc run)
{
    for (guint i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf("/resolve/%s/%u", folder, i);

        g_test_add_data_func(path, (const char *)first + i * size, run);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_rows("path", rows, sizeof(rows[0]), G_N_ELEMENTS(rows), test_row);
    add_rows("bad", bad, sizeof(bad[0]), G_N_ELEMENTS(bad), test_row);
    add_rows("value", values, sizeof(values[0]), G_N_ELEMENTS(values),
             test_value);
    add_rows("no-value", no_values, sizeof(no_values[0]),
             G_N_ELEMENTS(no_values), test_no_value);
    add_rows("below", belows, sizeof(belows[0]), G_N_ELEMENTS(belows),
             test_below);
    g_test_add_func("/resolve/raw-value", test_raw_value);
    g_test_add_func("/resolve/limit", test_limit);
    g_test_add_func("/resolve/long-lists", test_long_lists);
    g_test_add_func("/resolve/round-trip", test_round_trip);
    g_test_add_func("/resolve/random-round-trip", test_random_round_trip);
    g_test_add_func("/resolve/long-rows", test_long_rows);
    g_test_add_func("/resolve/long-time", test_long_time);
    g_test_add_func("/resolve/random-paths", test_random_paths);
    return g_test_run();
}
