/* core.c - an ELF core of physical memory: headers, and what notes share. */
#include "cli/core.h"

#include <elf.h>
#include <string.h>

#define SECTION "cpu" /* the idstr of a CPU, of all architectures */

static const QevmCoreArch *const archs[] = {
    &qevm_core_x86,   &qevm_core_arm,   &qevm_core_ppc,
    &qevm_core_s390x, &qevm_core_riscv,
};

/* ---- registers ---- */

static gboolean
find_value(QevmCoreCpu *cpu, const char *steps, QevmPlace *out, GError **error)
{
    g_autofree char *text =
        g_strdup_printf(SECTION "@%u//%s", cpu->instance, steps);
    g_autoptr(QevmPath) path = qevm_path_parse(text, error);
    g_autoptr(GArray) places =
        path ? qevm_path_resolve(cpu->stream, path, error) : NULL;

    if (!places) {
        return FALSE;
    }
    *out = g_array_index(places, QevmPlace, 0);
    return TRUE;
}

static gboolean
read_value(QevmCoreCpu *cpu, const char *format, va_list args, guint64 *out,
           GError **error)
{
    g_autofree char *steps = g_strdup_vprintf(format, args);
    g_auto(QevmValue) value = QEVM_VALUE_INIT;
    QevmPlace place;

    if (!find_value(cpu, steps, &place, error) ||
        !qevm_place_value(&place, &value, error)) {
        return FALSE;
    }
    switch (value.kind) {
    case QEVM_VALUE_UINT:
        *out = value.as.u;
        return TRUE;
    case QEVM_VALUE_SINT:
        *out = (guint64)value.as.s;
        return TRUE;
    default:
        g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH, "%s is no integer",
                    steps);
        return FALSE;
    }
}

gboolean
qevm_core_wide(QevmCoreCpu *cpu, const char *steps)
{
    QevmPlace place;

    if (cpu->error || !find_value(cpu, steps, &place, &cpu->error)) {
        return FALSE;
    }
    if (!place.node || qevm_node_wire_size(place.node) != 8) {
        g_set_error(&cpu->error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                    "CPU %u is a 32-bit one", cpu->instance);
        return FALSE;
    }
    return TRUE;
}

guint64
qevm_core_get(QevmCoreCpu *cpu, const char *format, ...)
{
    guint64 value = 0;
    va_list args;

    va_start(args, format);
    if (!read_value(cpu, format, args, &value,
                    cpu->error ? NULL : &cpu->error)) {
        value = 0;
    }
    va_end(args);
    return value;
}

guint64
qevm_core_get_any(QevmCoreCpu *cpu, const char *format, ...)
{
    guint64 value = 0;
    va_list args;

    va_start(args, format);
    if (!read_value(cpu, format, args, &value, NULL)) {
        value = 0;
    }
    va_end(args);
    return value;
}

/* ---- bytes ---- */

static void
put(GByteArray *out, gboolean big, gsize size, guint64 value)
{
    guint8 bytes[8];

    qevm_be_put(bytes, size, value);
    for (gsize i = 0; !big && i < size / 2; i++) {
        guint8 swap = bytes[i];

        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = swap;
    }
    g_byte_array_append(out, bytes, (guint)size);
}

static void
zeros(GByteArray *out, gsize n)
{
    guint old = out->len;

    g_byte_array_set_size(out, old + (guint)n);
    memset(out->data + old, 0, n);
}

static void
pad(GByteArray *out, guint64 align)
{
    zeros(out, (align - out->len % align) % align);
}

void
qevm_core_begin(QevmCoreCpu *cpu, const char *owner, guint32 type)
{
    gsize len = strlen(owner) + 1;

    put(cpu->out, cpu->big, 4, len);
    put(cpu->out, cpu->big, 4, 0); /* the size of the data, when it is known */
    put(cpu->out, cpu->big, 4, type);
    g_byte_array_append(cpu->out, (const guint8 *)owner, (guint)len);
    pad(cpu->out, 4);
    cpu->start = cpu->out->len;
}

void
qevm_core_put(QevmCoreCpu *cpu, gsize size, guint64 value)
{
    put(cpu->out, cpu->big, size, value);
}

void
qevm_core_zeros(QevmCoreCpu *cpu, gsize n)
{
    zeros(cpu->out, n);
}

/* Fills in the size, which stands before type and name. */
void
qevm_core_end(QevmCoreCpu *cpu)
{
    g_autoptr(GByteArray) size = g_byte_array_new();
    guint at = cpu->start;

    put(size, cpu->big, 4, cpu->out->len - cpu->start);
    /* The name is padded to 8 bytes: all are shorter than that. */
    memcpy(cpu->out->data + at - 8 - 8, size->data, 4);
    pad(cpu->out, 4);
}

void
qevm_core_begin_prstatus(QevmCoreCpu *cpu)
{
    qevm_core_begin(cpu, "CORE", NT_PRSTATUS);
    qevm_core_zeros(cpu, 32);
    qevm_core_put(cpu, 4, (guint64)cpu->instance + 1); /* pid */
    qevm_core_zeros(cpu, 76);
}

/* ---- the file ---- */

static gboolean
is_cpu(const QevmRecord *r)
{
    return r->type == QEVM_RECORD_FULL && strcmp(r->idstr, SECTION) == 0;
}

/* NULL: there is none. */
static const QevmRecord *
first_cpu(const QevmStream *stream)
{
    for (guint i = 0; i < stream->records->len; i++) {
        const QevmRecord *r = g_ptr_array_index(stream->records, i);

        if (is_cpu(r)) {
            return r;
        }
    }
    return NULL;
}

static const QevmCoreArch *
find_arch(QevmStream *stream, const QevmRecord *cpu, GError **error)
{
    QevmArch arch = qevm_arch_of(stream);

    for (guint i = 0; i < G_N_ELEMENTS(archs); i++) {
        if (archs[i]->arch == arch) {
            return archs[i];
        }
    }
    g_set_error_literal(
        error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
        cpu && !cpu->device
            ? "nothing describes the CPUs; see --describe-with"
            : "there are no CPUs that a core can be made for: x86, "
              "64-bit Arm, Power, s390x, RISC-V");
    return NULL;
}

static gboolean
add_notes(QevmCoreCpu *cpu, void (*notes)(QevmCoreCpu *cpu), GError **error)
{
    QevmStream *s = cpu->stream;

    for (guint i = 0; i < s->records->len && notes; i++) {
        const QevmRecord *r = g_ptr_array_index(s->records, i);

        if (!is_cpu(r)) {
            continue;
        }
        cpu->instance = r->instance_id;
        notes(cpu);
        if (cpu->error) {
            g_propagate_error(error, g_steal_pointer(&cpu->error));
            return FALSE;
        }
    }
    return TRUE;
}

static void
put_ehdr(GByteArray *out, gboolean big, guint16 machine, guint segments)
{
    const guint8 ident[EI_NIDENT] = {
        ELFMAG0,   ELFMAG1,    ELFMAG2,
        ELFMAG3,   ELFCLASS64, big ? ELFDATA2MSB : ELFDATA2LSB,
        EV_CURRENT
    };

    g_byte_array_append(out, ident, sizeof ident);
    put(out, big, 2, ET_CORE);
    put(out, big, 2, machine);
    put(out, big, 4, EV_CURRENT);
    put(out, big, 8, 0);                  /* e_entry */
    put(out, big, 8, sizeof(Elf64_Ehdr)); /* e_phoff */
    put(out, big, 8, 0);                  /* e_shoff */
    put(out, big, 4, 0);                  /* e_flags */
    put(out, big, 2, sizeof(Elf64_Ehdr));
    put(out, big, 2, sizeof(Elf64_Phdr));
    put(out, big, 2, segments);
    zeros(out, 6); /* of sections there are none */
}

/* A segment of memory or notes; what is at an address is mapped there, too, as
 * QEMU has it without paging. */
static void
put_phdr(GByteArray *out, gboolean big, guint32 type, guint64 offset,
         guint64 address, guint64 size)
{
    put(out, big, 4, type);
    put(out, big, 4, 0); /* p_flags */
    put(out, big, 8, offset);
    put(out, big, 8, address);
    put(out, big, 8, address);
    put(out, big, 8, size);
    put(out, big, 8, size);
    put(out, big, 8, 0); /* p_align */
}

guint64
qevm_core_align(guint64 offset)
{
    return (offset + QEVM_CORE_ALIGN - 1) / QEVM_CORE_ALIGN * QEVM_CORE_ALIGN;
}

GBytes *
qevm_core_head(QevmStream *stream, const GArray *layout, GError **error)
{
    const QevmRecord *first = first_cpu(stream);
    const QevmCoreArch *arch = find_arch(stream, first, error);
    g_autoptr(GByteArray) notes = g_byte_array_new();
    GByteArray *out;
    QevmCoreCpu cpu = { .stream = stream, .out = notes };
    guint64 head = sizeof(Elf64_Ehdr) + (layout->len + 1) * sizeof(Elf64_Phdr);
    guint64 at;

    if (!arch) {
        return NULL;
    }
    cpu.instance = first->instance_id;
    cpu.big = arch->big && arch->big(&cpu);
    if (!add_notes(&cpu, arch->notes, error) ||
        !add_notes(&cpu, arch->own, error)) {
        g_prefix_error(error, "the registers: ");
        g_clear_error(&cpu.error);
        return NULL;
    }
    out = g_byte_array_new();
    put_ehdr(out, cpu.big, arch->machine, layout->len + 1);
    put_phdr(out, cpu.big, PT_NOTE, head, 0, notes->len);
    at = qevm_core_align(head + notes->len);
    for (guint i = 0; i < layout->len; i++) {
        const QevmRamRange *r = &g_array_index(layout, QevmRamRange, i);

        put_phdr(out, cpu.big, PT_LOAD, at, r->address, r->size);
        at = qevm_core_align(at + r->size);
    }
    g_byte_array_append(out, notes->data, notes->len);
    pad(out, QEVM_CORE_ALIGN);
    return g_byte_array_free_to_bytes(out);
}
