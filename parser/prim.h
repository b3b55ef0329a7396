/* prim.h - the leaf types: how the bytes of one element read as a value. */
#ifndef QEVM_PARSER_PRIM_H
#define QEVM_PARSER_PRIM_H

#include "parser/schema.h"

typedef struct QevmValue QevmValue;

/* The leaf types, spelled as vmdesc "type" spells them (VMStateInfo.name,
 * migration/vmstate-types.c), and some that only descriptions of ours use. */
typedef enum {
    QEVM_PRIM_BOOL,
    QEVM_PRIM_SINT,
    QEVM_PRIM_UINT,
    QEVM_PRIM_HEX, /* unsigned, better read in hex (CPU_Double_U, cpsr) */
    QEVM_PRIM_BYTES,
    QEVM_PRIM_BUFFER,  /* bytes that are a string when they look like text */
    QEVM_PRIM_BITMAP,  /* big-endian 64-bit words, bit 0 the lowest */
    QEVM_PRIM_NULLPTR, /* the byte 0x30 */
    QEVM_PRIM_MARKER,  /* 0x30 null, 0x31 an element follows: true */
    QEVM_PRIM_STRING8, /* "capability": a length byte and text */
    QEVM_PRIM_SINT_LE, /* little-endian: memory of a device or host */
    QEVM_PRIM_UINT_LE,
} QevmPrimKind;

struct QevmPrim {
    const char *type;
    guint8 size; /* wire bytes; 0: the description's size decides */
    QevmPrimKind kind;
};

/* NULL for a type we have no row for; its bytes are shown as they are. */
const QevmPrim *qevm_prim_find(const char *type);
/* Does a number go in and out? */
gboolean qevm_prim_is_number(const QevmPrim *prim);
/* The rows, for tests and help. */
const QevmPrim *qevm_prim_table(guint *count);

/* Bytes of one element to a value and back; `prim` may be NULL: plain bytes.
 * `size` is desc->size and rules: the type is only an interpretation.
 * Decoding never fails: bytes that the type cannot explain (a marker that is
 * neither, an integer of 9 bytes) come out as BYTES. Decoding frees what was
 * in *out.
 *
 * Encoding checks range and size, and fails with RULE. BYTES of exactly
 * `size` go into any type. A STRING into bytes or a buffer is padded with
 * zeros to size (longer: error). */
void qevm_prim_decode(const QevmPrim *prim, const guint8 *data, gsize size,
                      QevmValue *out);
GBytes *qevm_prim_encode(const QevmPrim *prim, gsize size,
                         const QevmValue *value, GError **error);

#endif
