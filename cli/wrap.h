/* wrap.h - the container around an output: that of the input, or as options
 * say.
 *
 * What stands before the stream is written when it begins, what follows when
 * it ends; between, the stream goes to a descriptor that may be a pipe into a
 * compressor.
 */
#ifndef QEVM_CLI_WRAP_H
#define QEVM_CLI_WRAP_H

#include "cli/container.h"

#define QEVM_OPTION_BARE                                                       \
    {                                                                          \
        "bare", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, bare),      \
            NULL, "write the stream without what it is in"                     \
    }
#define QEVM_OPTION_COMPRESS                                                   \
    {                                                                          \
        "compress", 0, G_OPTION_ARG_STRING,                                    \
            G_STRUCT_OFFSET(QevmOptions, compress), "FORMAT",                  \
            "compress with gzip, bzip2, xz, zstd, lz4, lzop or none"           \
    }

typedef struct QevmWrap QevmWrap;

/* Decides what the output will be in; QEVM_ERROR_PATH if --compress names
 * nothing. Borrows the container, whose stream must be open until the end. */
QevmWrap *qevm_wrap_new(const QevmContainer *c, const QevmOptions *options,
                        GError **error);
void qevm_wrap_free(QevmWrap *wrap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmWrap, qevm_wrap_free)

/* Names another machine, puts another XML, or more arguments of QEMU, in the
 * container, if that holds such a thing. */
gboolean qevm_wrap_set_machine(QevmWrap *wrap, const char *machine,
                               GError **error);
gboolean qevm_wrap_set_xml(QevmWrap *wrap, const char *xml, GError **error);
gboolean qevm_wrap_add_args(QevmWrap *wrap, char *const *args, GError **error);

/* Where in its file the stream will begin. */
guint64 qevm_wrap_base(const QevmWrap *wrap);

/* Writes what comes before the stream; then it goes to qevm_wrap_fd(). */
gboolean qevm_wrap_begin(QevmWrap *wrap, int fd, gboolean sparse,
                         GError **error);
int qevm_wrap_fd(const QevmWrap *wrap);
gboolean qevm_wrap_sparse(const QevmWrap *wrap);
/* The stream is complete: waits for compressors, writes what follows. */
gboolean qevm_wrap_end(QevmWrap *wrap, GError **error);

#endif
