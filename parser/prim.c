/* prim.c - the table of leaf types, and bytes to values by it. */
#include "parser/value.h"

#include <string.h>

/* Text is padded to a description's size, which a rules file can make up. */
#define PAD_MAX (64 * 1024 * 1024)

/* Fewer printable bytes before the zeros are more likely a number. */
#define TEXT_MIN 3

/* Sizes that differ by target are 0. Files are QEMU's, where no other is
 * given migration/vmstate-types.c. */
/* clang-format off */
static const QevmPrim prims[] = {
    { "bool",               1, QEVM_PRIM_BOOL },   /* any non-zero is true */
    { "int8",               1, QEVM_PRIM_SINT },
    { "int16",              2, QEVM_PRIM_SINT },
    { "int32",              4, QEVM_PRIM_SINT },
    { "int64",              8, QEVM_PRIM_SINT },
    { "uint8",              1, QEVM_PRIM_UINT },
    { "uint16",             2, QEVM_PRIM_UINT },
    { "uint32",             4, QEVM_PRIM_UINT },
    { "uint64",             8, QEVM_PRIM_UINT },
    { "uint8 equal",        1, QEVM_PRIM_UINT },
    { "uint16 equal",       2, QEVM_PRIM_UINT },
    { "int32 equal",        4, QEVM_PRIM_SINT },
    { "uint32 equal",       4, QEVM_PRIM_UINT },
    { "int64 equal",        8, QEVM_PRIM_UINT },   /* the uint64 one's name */
    { "int32 le",           4, QEVM_PRIM_SINT },   /* "less or equal"; BE */
    { "CPU_Double_U",       8, QEVM_PRIM_HEX },    /* a big-endian double */
    { "float64",            8, QEVM_PRIM_HEX },    /* until 5.1 */
    { "timer",              8, QEVM_PRIM_SINT },   /* ns; -1: not armed */
    { "buffer",             0, QEVM_PRIM_BUFFER },
    { "unused_buffer",      0, QEVM_PRIM_BYTES },  /* never text: a hole */
    { "bitmap",             0, QEVM_PRIM_BITMAP },
    { "nullptr",            1, QEVM_PRIM_NULLPTR }, /* 2.9-10.2 */
    { "ptr-marker",         1, QEVM_PRIM_MARKER },  /* 11.0- */
    { "fd",                 1, QEVM_PRIM_BYTES },  /* 0x20; CPR only */
    { "capability",         0, QEVM_PRIM_STRING8 }, /* migration/savevm.c */
    { "unknown",            0, QEVM_PRIM_BYTES },  /* an info with no name */
    /* These are containers, described further or opaque. */
    { "struct",             0, QEVM_PRIM_BYTES },
    { "vstruct",            0, QEVM_PRIM_BYTES },
    { "tmp",                0, QEVM_PRIM_BYTES },
    { "qtailq",             0, QEVM_PRIM_BYTES },
    { "qlist",              0, QEVM_PRIM_BYTES },
    { "gtree",              0, QEVM_PRIM_BYTES },
    /* hw/pci/pci.c: 256 or 4096; four words of 0 or 1 */
    { "pci config",         0, QEVM_PRIM_BYTES },
    { "pci irq state",     16, QEVM_PRIM_BYTES },
    { "msix state",         0, QEVM_PRIM_BYTES },  /* little-endian, as MMIO */
    { "shpc",               0, QEVM_PRIM_BYTES },
    /* hw/virtio, hw/display/virtio-gpu.c, hw/net/virtio-net.c */
    { "virtio",             0, QEVM_PRIM_BYTES },
    { "virtqueue_extra_state", 0, QEVM_PRIM_BYTES },
    { "virtio-gpu",         0, QEVM_PRIM_BYTES },
    { "blob",               0, QEVM_PRIM_BYTES },
    { "virtio-fs back-end state", 0, QEVM_PRIM_BYTES },
    { "virtio-net vhost-user backend state", 0, QEVM_PRIM_BYTES },
    /* hw/scsi/scsi-bus.c, hw/usb/redirect.c, ui/vdagent.c */
    { "scsi-requests",      0, QEVM_PRIM_BYTES },
    { "usb-redir-parser",   0, QEVM_PRIM_BYTES },
    { "usb-redir-bufpq",    0, QEVM_PRIM_BYTES },
    { "usb-redir-packet-id-q", 0, QEVM_PRIM_BYTES },
    { "vdagent/cbinfos",    0, QEVM_PRIM_BYTES },
    { "irqs",               0, QEVM_PRIM_BYTES },  /* s390_flic_kvm.c */
    /* target/<arch>/machine.c */
    { "cpsr",               4, QEVM_PRIM_HEX },    /* arm */
    { "fpscr",              4, QEVM_PRIM_HEX },
    { "fpcr",               8, QEVM_PRIM_HEX },    /* arm, alpha */
    { "fpsr",               8, QEVM_PRIM_HEX },
    { "powered_off",        1, QEVM_PRIM_BOOL },
    { "fpr",                0, QEVM_PRIM_HEX },    /* ppc 8, mips 16 */
    { "avr",               16, QEVM_PRIM_BYTES },  /* a ppc vector register */
    { "vsr",                8, QEVM_PRIM_HEX },
    { "slbe",              16, QEVM_PRIM_BYTES },
    { "cpu/altivec/vscr",   4, QEVM_PRIM_HEX },
    { "tlb_entry",          0, QEVM_PRIM_BYTES },  /* mips 32, mips64 36 */
    { "tlb entry",         32, QEVM_PRIM_BYTES },  /* hppa */
    { "psr",                4, QEVM_PRIM_HEX },    /* sparc */
    { "fsr",                0, QEVM_PRIM_HEX },    /* sparc 4, sparc64 8 */
    { "xcc",                4, QEVM_PRIM_HEX },
    { "psw",                8, QEVM_PRIM_HEX },    /* hppa */
    { "msr",                4, QEVM_PRIM_HEX },    /* microblaze */
    { "sr",                 4, QEVM_PRIM_HEX },    /* openrisc */
    { "sreg",               1, QEVM_PRIM_HEX },    /* AVR, to `eind` */
    { "rampD",              1, QEVM_PRIM_HEX },
    { "rampX",              1, QEVM_PRIM_HEX },
    { "rampY",              1, QEVM_PRIM_HEX },
    { "rampZ",              1, QEVM_PRIM_HEX },
    { "eind",               1, QEVM_PRIM_HEX },
    /* Two bytes whatever the name says: hw/nvram/fw_cfg.c, hw/misc/menelaus.c;
     * one byte: hw/nvram/eeprom93xx.c. */
    { "int32_as_uint16",    2, QEVM_PRIM_UINT },
    { "uint16_from_uint8",  1, QEVM_PRIM_UINT },
    /* Of descriptions only, qevm-schema(5): what QEMU copies from a device's
     * or its own memory. Hosts that streams come from are little-endian. */
    { "le16",               2, QEVM_PRIM_UINT_LE },
    { "le32",               4, QEVM_PRIM_UINT_LE },
    { "le64",               8, QEVM_PRIM_UINT_LE },
    { "le16s",              2, QEVM_PRIM_SINT_LE },
    { "le32s",              4, QEVM_PRIM_SINT_LE },
    { "le64s",              8, QEVM_PRIM_SINT_LE },
    { "host16",             2, QEVM_PRIM_UINT_LE },
    { "host32",             4, QEVM_PRIM_UINT_LE },
    { "host64",             8, QEVM_PRIM_UINT_LE },
    { "host16s",            2, QEVM_PRIM_SINT_LE },
    { "host32s",            4, QEVM_PRIM_SINT_LE },
    { "host64s",            8, QEVM_PRIM_SINT_LE },
    { "string",             0, QEVM_PRIM_BUFFER },
    { "bytes",              0, QEVM_PRIM_BYTES },
};
/* clang-format on */

const QevmPrim *
qevm_prim_table(guint *count)
{
    *count = G_N_ELEMENTS(prims);
    return prims;
}

/* Made once; every field of a vmdesc is looked up. */
static GHashTable *
by_type(void)
{
    static GHashTable *table;

    if (g_once_init_enter(&table)) {
        GHashTable *made = g_hash_table_new(g_str_hash, g_str_equal);

        for (guint i = 0; i < G_N_ELEMENTS(prims); i++) {
            g_hash_table_insert(made, (gpointer)(guintptr)prims[i].type,
                                (gpointer)(guintptr)&prims[i]);
        }
        g_once_init_leave(&table, made);
    }
    return table;
}

const QevmPrim *
qevm_prim_find(const char *type)
{
    return g_hash_table_lookup(by_type(), type);
}

gboolean
qevm_prim_is_number(const QevmPrim *prim)
{
    switch (prim ? prim->kind : QEVM_PRIM_BYTES) {
    case QEVM_PRIM_BOOL:
    case QEVM_PRIM_SINT:
    case QEVM_PRIM_UINT:
    case QEVM_PRIM_HEX:
    case QEVM_PRIM_SINT_LE:
    case QEVM_PRIM_UINT_LE:
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean
is_little(QevmPrimKind kind)
{
    return kind == QEVM_PRIM_SINT_LE || kind == QEVM_PRIM_UINT_LE;
}

static gboolean
is_signed(QevmPrimKind kind)
{
    return kind == QEVM_PRIM_SINT || kind == QEVM_PRIM_SINT_LE;
}

static void
swap(guint8 *out, const guint8 *data, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        out[i] = data[size - 1 - i];
    }
}

/* How long the text is if these bytes are text and then zeros; else 0. */
static gsize
text_length(const guint8 *data, gsize size)
{
    gsize len = 0;

    while (len < size && data[len] >= 0x20 && data[len] < 0x7f) {
        len++;
    }
    for (gsize i = len; i < size; i++) {
        if (data[i] != 0) {
            return 0;
        }
    }
    return len >= TEXT_MIN ? len : 0;
}

static gboolean
decode_integer(QevmPrimKind kind, const guint8 *data, gsize size,
               QevmValue *out)
{
    guint8 swapped[8];
    guint64 v;

    if (size < 1 || size > 8) {
        return FALSE;
    }
    if (is_little(kind)) {
        swap(swapped, data, size);
        data = swapped;
    }
    if (is_signed(kind)) {
        qevm_value_set_sint(out, qevm_be_get_signed(data, size));
        return TRUE;
    }
    v = qevm_be_get(data, size);
    if (kind == QEVM_PRIM_BOOL) {
        qevm_value_set_bool(out, v != 0);
        return TRUE;
    }
    qevm_value_set_uint(out, v);
    if (kind == QEVM_PRIM_HEX) {
        out->hex = (guint8)(2 * size);
    }
    return TRUE;
}

static gboolean
decode_marker(QevmPrimKind kind, const guint8 *data, gsize size, QevmValue *out)
{
    if (size != 1) {
        return FALSE;
    }
    if (data[0] == 0x30) {
        qevm_value_clear(out);
        out->kind = QEVM_VALUE_NULL;
        return TRUE;
    }
    if (data[0] == 0x31 && kind == QEVM_PRIM_MARKER) {
        qevm_value_set_bool(out, TRUE);
        return TRUE;
    }
    return FALSE;
}

/* TRUE: the type explains the bytes. */
static gboolean
decode_typed(QevmPrimKind kind, const guint8 *data, gsize size, QevmValue *out)
{
    gsize len;

    switch (kind) {
    case QEVM_PRIM_BOOL:
    case QEVM_PRIM_SINT:
    case QEVM_PRIM_UINT:
    case QEVM_PRIM_HEX:
    case QEVM_PRIM_SINT_LE:
    case QEVM_PRIM_UINT_LE:
        return decode_integer(kind, data, size, out);
    case QEVM_PRIM_NULLPTR:
    case QEVM_PRIM_MARKER:
        return decode_marker(kind, data, size, out);
    case QEVM_PRIM_BUFFER:
        len = text_length(data, size);
        if (len > 0) {
            qevm_value_set_bytes(out, QEVM_VALUE_STRING, data, len);
        }
        return len > 0;
    case QEVM_PRIM_STRING8:
        if (size < 1 || data[0] != size - 1) {
            return FALSE;
        }
        qevm_value_set_bytes(out, QEVM_VALUE_STRING, data + 1, size - 1);
        return TRUE;
    case QEVM_PRIM_BYTES:
    case QEVM_PRIM_BITMAP:
        break;
    }
    return FALSE;
}

void
qevm_prim_decode(const QevmPrim *prim, const guint8 *data, gsize size,
                 QevmValue *out)
{
    if (!prim || !decode_typed(prim->kind, data, size, out)) {
        qevm_value_set_bytes(out, QEVM_VALUE_BYTES, data, size);
    }
}

static const char *
type_name(const QevmPrim *prim)
{
    return prim ? prim->type : "buffer";
}

static GBytes *
refuse_kind(const QevmPrim *prim, const char *wanted, const QevmValue *value,
            GError **error)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                "`%s` wants %s or hex:.., not %s", type_name(prim), wanted,
                qevm_value_kind_name(value->kind));
    return NULL;
}

static GBytes *
put_integer(guint64 v, gsize size)
{
    guint8 *data = g_malloc(size);

    qevm_be_put(data, size, v);
    return g_bytes_new_take(data, size);
}

static gboolean
fits(QevmPrimKind kind, gsize size, const QevmValue *value)
{
    guint bits = (guint)(8 * size);
    gboolean negative = value->kind == QEVM_VALUE_SINT && value->as.s < 0;

    if (is_signed(kind)) {
        gint64 max = (gint64)(G_MAXUINT64 >> (65 - bits));

        return negative ? value->as.s >= -max - 1 : value->as.u <= (guint64)max;
    }
    return !negative && value->as.u <= G_MAXUINT64 >> (64 - bits);
}

static GBytes *
encode_integer(const QevmPrim *prim, gsize size, const QevmValue *value,
               GError **error)
{
    if (value->kind != QEVM_VALUE_SINT && value->kind != QEVM_VALUE_UINT) {
        return refuse_kind(prim, "an integer", value, error);
    }
    if (!fits(prim->kind, size, value)) {
        g_autofree char *shown = qevm_value_format(value);

        g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                    "%s does not fit the %u bits of `%s`%s", shown,
                    (guint)(8 * size), prim->type,
                    is_signed(prim->kind) ? " (signed)" : "");
        return NULL;
    }
    if (is_little(prim->kind)) {
        guint8 wire[8];
        guint8 *data = g_malloc(size);

        qevm_be_put(wire, size, value->as.u);
        swap(data, wire, size);
        return g_bytes_new_take(data, size);
    }
    return put_integer(value->as.u, size);
}

static GBytes *
encode_bool(const QevmPrim *prim, gsize size, const QevmValue *value,
            GError **error)
{
    if (value->kind == QEVM_VALUE_BOOL) {
        return put_integer(value->as.b != FALSE, size);
    }
    if ((value->kind == QEVM_VALUE_SINT || value->kind == QEVM_VALUE_UINT) &&
        value->as.u <= 1) {
        return put_integer(value->as.u, size);
    }
    return refuse_kind(prim, "true, false, 1, 0", value, error);
}

static GBytes *
encode_marker(const QevmPrim *prim, const QevmValue *value, GError **error)
{
    if (value->kind == QEVM_VALUE_NULL) {
        return put_integer(0x30, 1);
    }
    if (prim->kind == QEVM_PRIM_NULLPTR) {
        return refuse_kind(prim, "null", value, error);
    }
    if (value->kind == QEVM_VALUE_BOOL && value->as.b) {
        return put_integer(0x31, 1);
    }
    return refuse_kind(prim, "null, true", value, error);
}

static GBytes *
refuse_size(const QevmPrim *prim, gsize got, const char *takes, gsize size,
            GError **error)
{
    g_set_error(error, QEVM_ERROR, QEVM_ERROR_RULE,
                "value has %" G_GSIZE_FORMAT
                " byte%s, this `%s` %s %" G_GSIZE_FORMAT,
                got, got == 1 ? "" : "s", type_name(prim), takes, size);
    return NULL;
}

static GBytes *
encode_text(const QevmPrim *prim, gsize size, const QevmValue *value,
            GError **error)
{
    gsize len;
    const guint8 *text;
    guint8 *data;

    if (value->kind != QEVM_VALUE_STRING) {
        return refuse_kind(prim, "a string", value, error);
    }
    text = g_bytes_get_data(value->bytes, &len);
    if (len > size) {
        return refuse_size(prim, len, "takes at most", size, error);
    }
    if (size > PAD_MAX) {
        g_set_error(
            error, QEVM_ERROR, QEVM_ERROR_LIMIT,
            "a string is padded to at most %u bytes, not %" G_GSIZE_FORMAT,
            PAD_MAX, size);
        return NULL;
    }
    data = g_malloc0(size);
    if (len > 0) {
        memcpy(data, text, len);
    }
    return g_bytes_new_take(data, size);
}

/* A length byte and text that fills what is there: a string of another length
 * would move what follows, which is retype's job. */
static GBytes *
encode_string8(const QevmPrim *prim, gsize size, const QevmValue *value,
               GError **error)
{
    gsize len;
    const guint8 *text;
    guint8 *data;

    if (value->kind != QEVM_VALUE_STRING) {
        return refuse_kind(prim, "a string", value, error);
    }
    text = g_bytes_get_data(value->bytes, &len);
    if (size < 1 || len != size - 1 || len > G_MAXUINT8) {
        return refuse_size(prim, len, "has", size < 1 ? 0 : size - 1, error);
    }
    data = g_malloc(size);
    data[0] = (guint8)len;
    if (len > 0) {
        memcpy(data + 1, text, len);
    }
    return g_bytes_new_take(data, size);
}

GBytes *
qevm_prim_encode(const QevmPrim *prim, gsize size, const QevmValue *value,
                 GError **error)
{
    QevmPrimKind kind = prim ? prim->kind : QEVM_PRIM_BYTES;
    gboolean is_integer = qevm_prim_is_number(prim);
    gboolean is_marker = kind == QEVM_PRIM_NULLPTR || kind == QEVM_PRIM_MARKER;

    if (value->kind == QEVM_VALUE_BYTES) {
        gsize len = g_bytes_get_size(value->bytes);

        return len == size ? g_bytes_ref(value->bytes)
                           : refuse_size(prim, len, "has", size, error);
    }
    /* A size that the type cannot have leaves the bytes as all there is. */
    if ((is_integer && (size < 1 || size > 8)) || (is_marker && size != 1)) {
        return encode_text(NULL, size, value, error);
    }
    if (kind == QEVM_PRIM_BOOL) {
        return encode_bool(prim, size, value, error);
    }
    if (is_integer) {
        return encode_integer(prim, size, value, error);
    }
    if (is_marker) {
        return encode_marker(prim, value, error);
    }
    if (kind == QEVM_PRIM_STRING8) {
        return encode_string8(prim, size, value, error);
    }
    return encode_text(prim, size, value, error);
}
