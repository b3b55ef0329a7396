/* dump.h - small -dump-vmstate files for tests, ' for ".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_TESTS_UNIT_DUMP_H
#define QEVM_TESTS_UNIT_DUMP_H

#include "rewrite/known.h"

#include <string.h>

#define S ", "

/* A field; since a version; conditional; an array; a struct. */
#define FIELD(name, version, conditional, more)                                \
    "{'field': '" name "', 'version_id': " #version                            \
    ", 'field_exists': " #conditional ", " more "}"
#define F(name, size) FIELD(name, 0, false, "'size': " #size)
#define FV(name, size, version) FIELD(name, version, false, "'size': " #size)
#define FC(name, size) FIELD(name, 0, true, "'size': " #size)
#define FN(name, size, n) FIELD(name, 0, false, "'num': " #n ", 'size': " #size)
#define FS(name, vmsd) FIELD(name, 0, false, "'size': 99, 'Description': " vmsd)
#define FSN(name, n, vmsd)                                                     \
    FIELD(name, 0, false, "'num': " #n ", 'size': 99, 'Description': " vmsd)
#define FSC(name, vmsd) FIELD(name, 0, true, "'size': 99, 'Description': " vmsd)

/* A vmsd of a version, with its lists. */
#define VMSD(name, version, minimum, lists)                                    \
    "{'name': '" name "', 'version_id': " #version                             \
    ", 'minimum_version_id': " #minimum lists "}"
#define FIELDS(list) ", 'Fields': [" list "]"
#define SUBS(list) ", 'Subsections': [" list "]"
#define V(name, fields) VMSD(name, 1, 1, FIELDS(fields))

#define DEVICE(type, vmsd)                                                     \
    "'" type "': {'Name': '" type "', 'version_id': 1, "                       \
    "'minimum_version_id': 1, 'Description': " vmsd "}"
/* A device `t` of vmsd `v`. */
#define T(vmsd) DEVICE("t", vmsd)

static inline char *
dump_text(const char *devices)
{
    char *text =
        g_strdup_printf("{'vmschkmachine': {'Name': 'none'}, %s}", devices);

    return g_strdelimit(text, "'", '"');
}

static inline QevmKnown *
dump_parse(const char *devices, const char *name)
{
    g_autofree char *text = dump_text(devices);
    g_autoptr(GError) error = NULL;
    QevmKnown *known = qevm_known_parse(text, strlen(text), name, &error);

    g_assert_no_error(error);
    return known;
}

#endif
