/* pointers.h - arrays of pointers that their vmdesc describes wrongly.
 *
 * QEMU 2.9 to 9.1 writes one byte 0x30 for a null pointer and says of all
 * elements what it says of the first: "struct": {} of one byte if that is null,
 * else the layout of one that is not (migration/vmstate.c:
 * vmstate_save_state_v()). Where the section ends is then known only by its
 * footer.
 */
#ifndef QEVM_PARSER_POINTERS_H
#define QEVM_PARSER_POINTERS_H

#include "parser/schema-apply.h"

/* The array to blame if fields described so have not `payload` bytes; NULL:
 * they have, or there is none, or there are several. */
const QevmFieldDesc *qevm_pointers_suspect(const QevmVmsd *vmsd,
                                           guint64 payload);

/* The vmsd of the whole payload, in `arena`, with what a description for type
 * "struct" makes of the bytes of that array in its place. NULL: there is no
 * such array, or no description that fits. */
const QevmVmsd *qevm_pointers_mend(QevmSchemas *schemas, const QevmVmsd *vmsd,
                                   const QevmReadingScope *scope,
                                   GBytes *payload, QevmArena *arena);

#endif
