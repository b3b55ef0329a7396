/* evidence.c - which QEMU wrote a stream, as far as its bytes tell.
 *
 * Each fact is one release that began or ended it; what no fact bounds stays
 * open. Distributions move features between releases, so a range is a reading
 * of evidence and is printed with it.
 */
#include "rewrite/evidence.h"

#include <string.h>

/* What a vmdesc shows; see note_field(). */
typedef struct {
    gboolean index, nullptr, ptr_marker, repeats, registers;
} Shapes;

static void
add(QevmWriter *writer, guint from, guint to, const char *because)
{
    QevmEvidence e = { from, to, because };

    g_array_append_val(writer->evidence, e);
    writer->from = MAX(writer->from, from);
    if (to && (!writer->to || to < writer->to)) {
        writer->to = to;
    }
}

static void note_vmsd(Shapes *shapes, const QevmVmsd *vmsd, guint depth);

static gboolean
is_null(const QevmFieldDesc *field)
{
    return strcmp(field->type, "nullptr") == 0 ||
           strcmp(field->type, "ptr-marker") == 0;
}

/* Elements that are described one by one have an "index" until 10.2, the last
 * one excepted, and none since 11.0 (migration/vmstate.c:
 * vmsd_desc_field_start()). Runs around null pointers repeat too. */
static void
note_field(Shapes *shapes, const QevmFieldDesc *field,
           const QevmFieldDesc *before, const QevmFieldDesc *before_that)
{
    shapes->index |= field->index >= 0;
    shapes->nullptr |= strcmp(field->type, "nullptr") == 0;
    shapes->ptr_marker |= strcmp(field->type, "ptr-marker") == 0;
    shapes->registers |= strcmp(field->name, "cpreg_vmstate_array_len") == 0 &&
                         strcmp(field->type, "int32") == 0;
    if (before && before_that && strcmp(field->name, before->name) == 0 &&
        strcmp(field->name, before_that->name) == 0 && field->index < 0 &&
        before->index < 0 && before_that->index < 0 && !is_null(field) &&
        !is_null(before) && !is_null(before_that)) {
        shapes->repeats = TRUE;
    }
}

static void
note_vmsd(Shapes *shapes, const QevmVmsd *vmsd, guint depth)
{
    for (guint i = 0; i < vmsd->n_fields; i++) {
        const QevmFieldDesc *field = vmsd->fields[i];

        note_field(shapes, field, i > 0 ? vmsd->fields[i - 1] : NULL,
                   i > 1 ? vmsd->fields[i - 2] : NULL);
        for (guint k = 0; k < field->n_vmsds && depth < 64; k++) {
            note_vmsd(shapes, field->vmsds[k], depth + 1);
        }
    }
    for (guint i = 0; i < vmsd->n_subsections && depth < 64; i++) {
        note_vmsd(shapes, vmsd->subsections[i], depth + 1);
    }
}

static void
read_vmdesc(QevmWriter *writer, const QevmStream *stream)
{
    const QevmVmdesc *vmdesc = stream->vmdesc;
    Shapes shapes = { 0 };

    if (vmdesc->dialect == QEVM_DIALECT_QJSON) {
        add(writer, 203, 502, "the vmdesc is spaced as until QEMU 5.2");
    } else {
        add(writer, 600, 0, "the vmdesc is spaced as since QEMU 6.0");
    }
    if (vmdesc->configuration) {
        add(writer, 802, 0, "the vmdesc describes the configuration");
    } else if (stream->machine) {
        add(writer, 0, 801, "the vmdesc does not describe the configuration");
    }
    for (guint i = 0; i < vmdesc->n_devices; i++) {
        note_vmsd(&shapes, vmdesc->devices[i].vmsd, 0);
    }
    if (shapes.index) {
        add(writer, 0, 1002, "the vmdesc numbers the elements of arrays");
    } else if (shapes.repeats) {
        add(writer, 1100, 0,
            "the vmdesc does not number the elements of arrays");
    }
    if (shapes.nullptr) {
        add(writer, 902, 1002, "the vmdesc has the type \"nullptr\"");
    }
    if (shapes.registers) {
        add(writer, 1100, 0,
            "any number of system registers is taken (target/arm/machine.c)");
    }
    if (shapes.ptr_marker) {
        add(writer, 1100, 0, "the vmdesc has the type \"ptr-marker\"");
    }
}

/* "pc-i440fx-10.0": a QEMU that has it is no older than that. Names that a
 * distribution made up do not look so. */
static void
read_machine(QevmWriter *writer, const char *machine)
{
    static const char *const families[] = { "pc-i440fx-", "pc-q35-", "virt-",
                                            "pseries-", "s390-ccw-virtio-" };

    for (guint i = 0; i < G_N_ELEMENTS(families); i++) {
        const char *tail = machine + strlen(families[i]);
        guint64 major, minor;
        char *end;

        if (!g_str_has_prefix(machine, families[i])) {
            continue;
        }
        major = g_ascii_strtoull(tail, &end, 10);
        if (end == tail || *end != '.' || !g_ascii_isdigit(end[1])) {
            continue;
        }
        minor = g_ascii_strtoull(end + 1, &end, 10);
        if (*end == '\0' && major < 100 && minor < 100) {
            char *sentence = g_strdup_printf("the machine type is %s", machine);

            g_ptr_array_add(writer->sentences, sentence);
            add(writer, (guint)(major * 100 + minor), 0, sentence);
        }
    }
}

static void
read_records(QevmWriter *writer, const QevmStream *stream)
{
    gboolean early = FALSE, switchover = FALSE, block = FALSE;

    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        early |= r->early;
        switchover |= r->type == QEVM_RECORD_COMMAND && r->command == 11;
        block |= r->type == QEVM_RECORD_START && strcmp(r->idstr, "block") == 0;
    }
    if (early) {
        add(writer, 800, 0, "a device was saved before RAM");
    }
    if (switchover) {
        add(writer, 1000, 0, "there is a command SWITCHOVER_START");
    }
    if (block) {
        add(writer, 0, 900, "disks were sent in the section \"block\"");
    }
}

QevmWriter *
qevm_writer_of(QevmStream *stream)
{
    QevmWriter *writer = g_new0(QevmWriter, 1);

    writer->evidence = g_array_new(FALSE, TRUE, sizeof(QevmEvidence));
    writer->sentences = g_ptr_array_new_with_free_func(g_free);
    if (stream->machine) {
        add(writer, 204, 0, "there is a configuration");
        read_machine(writer, stream->machine);
    } else if (stream->footers) {
        add(writer, 204, 0, "sections have footers");
    }
    if (stream->capability_mapped_ram) {
        add(writer, 900, 0, "the capability mapped-ram is on");
    }
    if (stream->capability_ignore_shared) {
        add(writer, 400, 0, "the capability x-ignore-shared is on");
    }
    if (stream->vmdesc) {
        read_vmdesc(writer, stream);
    }
    read_records(writer, stream);
    if (stream->pages_compressed) {
        add(writer, 204, 900, "there are compressed pages");
    }
    return writer;
}

void
qevm_writer_free(QevmWriter *writer)
{
    if (writer) {
        g_array_unref(writer->evidence);
        g_ptr_array_unref(writer->sentences);
        g_free(writer);
    }
}

char *
qevm_release_text(guint release)
{
    return release ? g_strdup_printf("%u.%u", release / 100, release % 100)
                   : NULL;
}

char *
qevm_releases_text(guint from_release, guint to_release)
{
    g_autofree char *from = qevm_release_text(from_release);
    g_autofree char *to = qevm_release_text(to_release);

    if (from && to && from_release > to_release) {
        return g_strdup_printf("nothing known: signs of QEMU %s and newer, "
                               "and of %s and older",
                               from, to);
    }
    if (from && to) {
        return from_release == to_release
                   ? g_strdup_printf("QEMU %s", from)
                   : g_strdup_printf("QEMU %s to %s", from, to);
    }
    if (from) {
        return g_strdup_printf("QEMU %s or newer", from);
    }
    return to ? g_strdup_printf("QEMU %s or older", to) : g_strdup("unknown");
}
