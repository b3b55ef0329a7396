/* memory-map.c - where a guest sees its RAM. */
#include "cli/memory-map.h"

#include <string.h>

#define GIB (G_GUINT64_CONSTANT(1) << 30)

/* ---- CPUs ---- */

static gboolean
has(QevmStream *stream, const char *text, GArray **places)
{
    g_autoptr(QevmPath) path = qevm_path_parse(text, NULL);
    g_autoptr(GArray) found =
        path ? qevm_path_resolve(stream, path, NULL) : NULL;

    if (!found || found->len == 0) {
        return FALSE;
    }
    if (places) {
        *places = g_steal_pointer(&found);
    }
    return TRUE;
}

QevmArch
qevm_arch_of(QevmStream *stream)
{
    static const struct {
        const char *path;
        QevmArch arch;
    } marks[] = {
        { "cpu@*//env.eip", QEVM_ARCH_X86 },
        { "cpu@*//env.xregs", QEVM_ARCH_ARM },
        { "cpu@*//env.nip", QEVM_ARCH_PPC },
        { "cpu@*//env.psw.mask", QEVM_ARCH_S390X },
        { "cpu@*//env.priv_ver", QEVM_ARCH_RISCV },
    };

    for (guint i = 0; i < G_N_ELEMENTS(marks); i++) {
        if (has(stream, marks[i].path, NULL)) {
            return marks[i].arch;
        }
    }
    return QEVM_ARCH_UNKNOWN;
}

/* ---- machines ---- */

typedef struct {
    QevmArch arch;
    const char *machine; /* how its type begins */
    const char *block;   /* of its RAM, unless that is given by -object */
    guint64 address;
    gboolean split; /* as on a pc: there is a hole below 4 GiB */
} Machine;

/* hw/i386/pc*.c, hw/i386/microvm.c, hw/arm/virt.c, hw/arm/sbsa-ref.c,
 * hw/ppc/spapr.c, hw/ppc/pnv.c, hw/s390x/s390-virtio-ccw.c, hw/riscv/virt.c,
 * hw/riscv/spike.c, hw/riscv/sifive_u.c: the memory maps, and default_ram_id */
static const Machine machines[] = {
    { QEVM_ARCH_X86, "pc", "pc.ram", 0, TRUE },
    { QEVM_ARCH_X86, "isapc", "pc.ram", 0, TRUE },
    { QEVM_ARCH_X86, "xenfv", "pc.ram", 0, TRUE },
    { QEVM_ARCH_X86, "microvm", "microvm.ram", 0, TRUE },
    { QEVM_ARCH_ARM, "virt", "mach-virt.ram", GIB, FALSE },
    { QEVM_ARCH_ARM, "sbsa-ref", "sbsa-ref.ram", 1024 * GIB, FALSE },
    { QEVM_ARCH_PPC, "pseries", "ppc_spapr.ram", 0, FALSE },
    { QEVM_ARCH_PPC, "powernv", "pnv.ram", 0, FALSE },
    { QEVM_ARCH_S390X, "s390-ccw-virtio", "s390.ram", 0, FALSE },
    { QEVM_ARCH_RISCV, "virt", "riscv_virt_board.ram", 2 * GIB, FALSE },
    { QEVM_ARCH_RISCV, "spike", "riscv.spike.ram", 2 * GIB, FALSE },
    { QEVM_ARCH_RISCV, "sifive_u", "riscv.sifive.u.ram", 2 * GIB, FALSE },
};

/* By the board's own block, or else by the machine type, which several boards
 * share. */
static const Machine *
find_machine(QevmStream *stream)
{
    QevmArch arch;

    for (guint i = 0; i < G_N_ELEMENTS(machines); i++) {
        if (qevm_ram_find(stream->ram, machines[i].block)) {
            return &machines[i];
        }
    }
    arch = qevm_arch_of(stream);
    for (guint i = 0; stream->machine && i < G_N_ELEMENTS(machines); i++) {
        if (machines[i].arch == arch &&
            g_str_has_prefix(stream->machine, machines[i].machine)) {
            return &machines[i];
        }
    }
    return NULL;
}

static const QevmRamBlock *
block_at(const QevmStream *stream, guint i)
{
    return &g_array_index(stream->ram->blocks, QevmRamBlock, i);
}

/* Is this the name of a memory backend, and not one that a board or a device
 * gives? Ids have no slash, and rarely a dot. */
static gboolean
is_backend(const char *idstr)
{
    if (g_str_has_prefix(idstr, "/objects/")) {
        idstr += strlen("/objects/");
    }
    return !strpbrk(idstr, "./");
}

/* Of "ram-node7", as libvirt calls the memory of a NUMA node. -1: none. */
static gint64
node_number(const char *idstr)
{
    const char *digits = strstr(idstr, "ram-node");
    guint64 number;

    if (!digits || !g_ascii_string_to_unsigned(digits + strlen("ram-node"), 10,
                                               0, G_MAXINT32, &number, NULL)) {
        return -1;
    }
    return (gint64)number;
}

static gint
by_node(gconstpointer a, gconstpointer b, gpointer stream)
{
    gint64 na = node_number(block_at(stream, *(const guint *)a)->idstr);
    gint64 nb = node_number(block_at(stream, *(const guint *)b)->idstr);

    return na < nb ? -1 : na > nb;
}

/* The blocks that make up RAM, in the order in which the guest sees them: the
 * board's own, or those of NUMA nodes, or the first backend, which is the
 * largest. */
static GArray *
main_blocks(const QevmStream *stream, const Machine *machine)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(guint));
    gboolean nodes = FALSE;

    for (guint i = 0; i < stream->ram->blocks->len; i++) {
        const char *idstr = block_at(stream, i)->idstr;
        gboolean node = is_backend(idstr) && node_number(idstr) >= 0;

        if (strcmp(idstr, machine->block) == 0) {
            g_array_set_size(found, 0);
            g_array_append_val(found, i);
            return found;
        }
        if (node && !nodes) {
            g_array_set_size(found, 0);
            nodes = TRUE;
        }
        if (node || (!nodes && found->len == 0 && is_backend(idstr))) {
            g_array_append_val(found, i);
        }
    }
    g_array_sort_with_data(found, by_node, (gpointer)(guintptr)stream);
    return found;
}

/* ---- a pc ----
 *
 * The CMOS memory has the bytes from 16 MiB to 4 GiB and those above 4 GiB, in
 * units of 64 KiB (hw/i386/pc.c:pc_cmos_init()).
 */
static gboolean
below_by_cmos(QevmStream *stream, guint64 total, guint64 *below)
{
    const guint64 unit = 64 * 1024;
    g_autoptr(GArray) places = NULL;
    const guint8 *cmos;
    gsize n;
    guint64 high, low;

    if (!has(stream, "mc146818rtc//cmos_data", &places) ||
        g_array_index(places, QevmPlace, 0).kind != QEVM_PLACE_NODE) {
        return FALSE;
    }
    cmos = qevm_node_source_bytes(g_array_index(places, QevmPlace, 0).node, &n);
    if (n != 128) {
        return FALSE;
    }
    low = (cmos[0x34] | (guint64)cmos[0x35] << 8) * unit + 16 * 1024 * 1024;
    high = (cmos[0x5b] | (guint64)cmos[0x5c] << 8 | (guint64)cmos[0x5d] << 16) *
           unit;
    *below = high ? low : total;
    return high ? low + high == total : total <= 4 * GIB;
}

/* Where the hole begins unless max-ram-below-4g says otherwise, for machine
 * types from 2.0 on (hw/i386/pc_piix.c:pc_init1(), pc_q35.c:pc_q35_init()). */
static guint64
below_by_machine(const QevmStream *stream, guint64 total)
{
    gboolean q35 = stream->machine && strstr(stream->machine, "q35");
    guint64 limit = q35 ? 0xb0000000 : 0xe0000000;

    if (total >= limit) {
        limit = q35 ? 0x80000000 : 0xc0000000;
    }
    return MIN(total, limit);
}

/* ---- layouts ---- */

static void
add(GArray *layout, guint64 address, guint64 size, guint block, guint64 offset)
{
    QevmRamRange range = { address, size, block, offset };

    if (size > 0) {
        g_array_append_val(layout, range);
    }
}

static gboolean
fail_unknown(const char *what, GError **error)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_UNSUPPORTED,
                "where the guest sees its RAM is not known: %s; say it with "
                "--layout ADDRESS=BLOCK",
                what);
    return FALSE;
}

static gboolean
add_machine(GArray *layout, QevmStream *stream, GError **error)
{
    const Machine *m = find_machine(stream);
    g_autoptr(GArray) blocks = m ? main_blocks(stream, m) : NULL;
    guint64 total = 0, below, at = 0;

    if (!m || blocks->len == 0) {
        g_autofree char *what = g_strdup_printf(
            "machine %s", stream->machine ? stream->machine : "of no name");

        return fail_unknown(what, error);
    }
    for (guint i = 0; i < blocks->len; i++) {
        total += block_at(stream, g_array_index(blocks, guint, i))->used_length;
    }
    below = total;
    if (m->split && !below_by_cmos(stream, total, &below)) {
        below = below_by_machine(stream, total);
    }
    for (guint i = 0; i < blocks->len; i++) {
        guint number = g_array_index(blocks, guint, i);
        guint64 size = block_at(stream, number)->used_length;
        guint64 low = at < below ? MIN(size, below - at) : 0;

        add(layout, m->address + at, low, number, 0);
        add(layout, 4 * GIB + (at + low - below), size - low, number, low);
        at += size;
    }
    return TRUE;
}

/* A number up to `end`. */
static gboolean
scan_number(const char *text, const char *end, guint64 *out)
{
    return !qevm_scan_integer(&text, out) && text == end;
}

static gboolean
find_block(const QevmStream *stream, const char *name, gsize len, guint *out)
{
    for (guint i = 0; i < stream->ram->blocks->len; i++) {
        const char *idstr = block_at(stream, i)->idstr;
        g_autofree char *quoted = qevm_path_quote(idstr);

        if ((strlen(idstr) == len && strncmp(idstr, name, len) == 0) ||
            (strlen(quoted) == len && strncmp(quoted, name, len) == 0)) {
            *out = i;
            return TRUE;
        }
    }
    return FALSE;
}

/* ADDRESS=BLOCK[:OFFSET:SIZE]; names have colons, too. */
static gboolean
scan_map(const QevmStream *stream, const char *map, QevmRamRange *out)
{
    const char *equal = strchr(map, '='), *name, *size, *offset;
    guint64 length;

    if (!equal || !scan_number(map, equal, &out->address)) {
        return FALSE;
    }
    name = equal + 1;
    if (find_block(stream, name, strlen(name), &out->block)) {
        out->offset = 0;
        out->size = block_at(stream, out->block)->used_length;
        return TRUE;
    }
    size = strrchr(name, ':');
    offset = size ? g_strrstr_len(name, size - name, ":") : NULL;
    if (!offset || !scan_number(offset + 1, size, &out->offset) ||
        !scan_number(size + 1, size + strlen(size), &out->size) ||
        !find_block(stream, name, (gsize)(offset - name), &out->block)) {
        return FALSE;
    }
    length = block_at(stream, out->block)->used_length;
    return out->offset <= length && out->size <= length - out->offset;
}

static gint
by_address(gconstpointer a, gconstpointer b)
{
    const QevmRamRange *ra = a, *rb = b;

    return ra->address < rb->address ? -1 : ra->address > rb->address;
}

static gboolean
add_maps(GArray *layout, const QevmStream *stream, char **maps, GError **error)
{
    for (; *maps; maps++) {
        QevmRamRange range;

        if (!scan_map(stream, *maps, &range) ||
            range.size > G_MAXUINT64 - range.address ||
            range.offset % QEVM_MEMORY_MAP_ALIGN != 0) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                        "`%s' is no ADDRESS=BLOCK or "
                        "ADDRESS=BLOCK:OFFSET:SIZE of a block that there is; "
                        "OFFSET is a multiple of 64 KiB",
                        *maps);
            return FALSE;
        }
        g_array_append_val(layout, range);
    }
    g_array_sort(layout, by_address);
    for (guint i = 1; i < layout->len; i++) {
        const QevmRamRange *a = &g_array_index(layout, QevmRamRange, i - 1);
        const QevmRamRange *b = &g_array_index(layout, QevmRamRange, i);

        if (b->address - a->address < a->size) {
            g_set_error(error, QEVM_ERROR, QEVM_ERROR_PATH,
                        "two things are mapped to 0x%" G_GINT64_MODIFIER "x",
                        b->address);
            return FALSE;
        }
    }
    return TRUE;
}

GArray *
qevm_memory_map_of(QevmStream *stream, char **maps, GError **error)
{
    g_autoptr(GArray) layout = g_array_new(FALSE, FALSE, sizeof(QevmRamRange));
    gboolean ok = maps && *maps ? add_maps(layout, stream, maps, error)
                                : add_machine(layout, stream, error);

    if (!ok) {
        return NULL;
    }
    g_array_sort(layout, by_address);
    return g_steal_pointer(&layout);
}

const QevmRamRange *
qevm_memory_map_find(const GArray *layout, guint64 address)
{
    for (guint i = 0; i < layout->len; i++) {
        const QevmRamRange *r = &g_array_index(layout, QevmRamRange, i);

        if (address >= r->address && address - r->address < r->size) {
            return r;
        }
    }
    return NULL;
}

gboolean
qevm_memory_map_address(const GArray *layout, guint block, guint64 offset,
                        guint64 *address)
{
    for (guint i = 0; layout && i < layout->len; i++) {
        const QevmRamRange *r = &g_array_index(layout, QevmRamRange, i);

        if (r->block == block && offset >= r->offset &&
            offset - r->offset < r->size) {
            *address = r->address + (offset - r->offset);
            return TRUE;
        }
    }
    return FALSE;
}
