/* transform.h - from a stream and rules to a new stream: what set, rewrite
 * and strip have in common.
 */
#ifndef QEVM_CLI_TRANSFORM_H
#define QEVM_CLI_TRANSFORM_H

#include "cli/output.h"
#include "cli/snapshot.h"
#include "cli/wrap.h"
#include "rewrite/edit.h"

/* Options of theirs. */
#define QEVM_OPTION_DRY_RUN                                                    \
    {                                                                          \
        "dry-run", 0, G_OPTION_ARG_NONE,                                       \
            G_STRUCT_OFFSET(QevmOptions, dry_run), NULL,                       \
            "print what would change, write nothing"                           \
    }
#define QEVM_OPTION_JOURNAL                                                    \
    {                                                                          \
        "journal", 'j', G_OPTION_ARG_FILENAME,                                 \
            G_STRUCT_OFFSET(QevmOptions, journal), "FILE",                     \
            "write each change to FILE, as JSON, a line each"                  \
    }
#define QEVM_OPTION_SPOOL                                                      \
    {                                                                          \
        "spool", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, spool),    \
            NULL, "put a pipe into a temporary file first"                     \
    }

#define QEVM_OPTION_ALLOW_VISIBLE                                              \
    {                                                                          \
        "allow-visible", 0, G_OPTION_ARG_NONE,                                 \
            G_STRUCT_OFFSET(QevmOptions, allow_visible), NULL,                 \
            "go on if the guest can notice the change"                         \
    }
#define QEVM_OPTION_ALLOW_LOSSY                                                \
    {                                                                          \
        "allow-lossy", 0, G_OPTION_ARG_NONE,                                   \
            G_STRUCT_OFFSET(QevmOptions, allow_lossy), NULL,                   \
            "go on if state of the guest is lost"                              \
    }

typedef struct {
    const char *file;               /* the input, borrowed */
    const QevmContainer *container; /* borrowed; what it is, where it is open */
    QevmSource *source; /* ... and its stream, seekable, taken over; NULL: it is
                           opened */
    char **keep; /* borrowed, NULL-terminated: more files that are never written
                    to; NULL: none */
    const QevmRules *rules;   /* borrowed; NULL: none */
    const QevmOutput *beside; /* borrowed; another output, which must not be one
                                 of these; NULL: none */
    gboolean drop_all_pages;
    const char *into;  /* borrowed; whose container the output gets; NULL: the
                          input's */
    const char *xml;   /* borrowed; for that container; NULL: what it has */
    char *const *args; /* borrowed; more of QEMU's, for the container; NULL */
    /* Looks at the output, whole but not in place yet, which can be read from
     * the file `path`: NULL, or what is called before. Anything but
     * QEVM_EXIT_OK is what is returned then, and there is no output; it has
     * said why. */
    int (*judge)(QevmCli *cli, const char *path, gpointer user);
    gpointer user;
} QevmTransform;

/* Moves all of `more` behind `rules`, numbered on. */
void qevm_transform_join(QevmRules *rules, QevmRules *more);

/* `file`, which may be NULL, and the files that options name to be read, for
 * qevm_output_open(): an array of strings, owned with them, without a NULL at
 * its end. */
GPtrArray *qevm_transform_inputs(const QevmOptions *options, const char *file);

/* Does it, as the options of `cli` say. Gives a QevmExit; says what is
 * wrong. */
int qevm_transform_run(QevmCli *cli, const QevmTransform *transform);

/* The same from a source, which it takes over, to a descriptor; transform->file
 * does not matter. Nothing is described that the stream does not describe
 * itself. */
gboolean qevm_transform_copy(const QevmTransform *transform, QevmSource *source,
                             int fd, GError **error);

#endif
