/* lend-file.h - descriptions kept in files.
 *
 * {"qevm-lend": 1, "qemu": TEXT, "machine": TEXT, "vmdesc": {...}}: a vmdesc
 * as streams carry it, and whose it is; both texts may be missing.
 */
#ifndef QEVM_PARSER_LEND_FILE_H
#define QEVM_PARSER_LEND_FILE_H

#include "parser/vmdesc.h"

/* What is to be kept: of one or several lenders. */
typedef struct {
    char *qemu, *machine; /* owned; NULL: not known */
    GPtrArray *vmdescs;   /* QevmVmdesc; owned */
    guint left_out;       /* devices that a dump does not describe enough */
} QevmLendFile;

QevmLendFile *qevm_lend_file_new(void);
void qevm_lend_file_free(QevmLendFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmLendFile, qevm_lend_file_free)

/* Adds what is in a stream, a description file or a -dump-vmstate file, told
 * apart by what they contain. Facts that are known already stay. */
QEVM_CHECKED gboolean qevm_lend_file_add(QevmLendFile *file, const char *path,
                                         GError **error);
/* The text of a description file. Of devices that are alike in all but their
 * place, the first is there. */
GBytes *qevm_lend_file_text(const QevmLendFile *file);

/* One file for lending. *whose names it in notes. */
QevmVmdesc *qevm_lend_file_load(const char *path, char **whose, GError **error);

/* ---- private ---- */

/* The devices of a -dump-vmstate file, as far as it describes their bytes
 * (lend-dump.c). */
QevmVmdesc *qevm_lend_dump_read(const char *text, gsize len, char **machine,
                                guint *left_out, GError **error);

#endif
