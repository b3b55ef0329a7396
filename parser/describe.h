/* describe.h - descriptions of ours, for what no vmdesc describes: the
 * configuration (before 8.2), ram's block list, and opaque payloads.
 */
#ifndef QEVM_PARSER_DESCRIBE_H
#define QEVM_PARSER_DESCRIBE_H

#include "parser/ram.h"
#include "parser/schema.h"

/* The configuration in these bytes (those behind 07), which were walked
 * before. Also of 8.2 and later, whose vmdesc says the same. */
const QevmVmsd *qevm_describe_configuration(QevmArena *arena, GBytes *payload);

/* The payload of ram's START: the word `.mem_size`, `.blocks` with a struct for
 * each block named by its idstr, and what ends it. */
const QevmVmsd *qevm_describe_ram(QevmArena *arena, const QevmRam *ram,
                                  guint64 payload_size);

/* One field `data`. */
const QevmVmsd *qevm_describe_opaque(QevmArena *arena, guint64 size);

#endif
