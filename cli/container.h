/* container.h - opening what a command line names, and saying what it is in. */
#ifndef QEVM_CLI_CONTAINER_H
#define QEVM_CLI_CONTAINER_H

#include "cli/command.h"
#include "parser/container.h"
#include <jansson.h>

#define QEVM_OPTION_OFFSET                                                     \
    {                                                                          \
        "offset", 0, G_OPTION_ARG_INT64, G_STRUCT_OFFSET(QevmOptions, offset), \
            "N", "begin at this byte of the file"                              \
    }

/* The container that `file` is and the stream's source, which may be a pipe.
 * With QEVM_CONTAINER_LIST, *source can be NULL. NULL: it was said why. */
QevmContainer *qevm_cli_container(QevmCli *cli, const char *file,
                                  QevmContainerFlags flags,
                                  QevmSource **source);
/* The same, with a pipe in a temporary file. */
QevmContainer *qevm_cli_container_seekable(QevmCli *cli, const char *file,
                                           QevmSource **source);
/* Parses a source that it takes over, with progress. NULL: it was said why. */
QevmStream *qevm_cli_parse(QevmCli *cli, const char *file, QevmSource *source,
                           QevmOpenFlags flags);
/* The same, calling back `live` and `pages` of `hooks` with its `user`; *code
 * is set to the QevmExit of a failure. */
QevmStream *qevm_cli_parse_hooked(QevmCli *cli, const char *file,
                                  QevmSource *source, QevmOpenFlags flags,
                                  const QevmStreamHooks *hooks, int *code);

/* A list of layers. New reference. */
json_t *qevm_render_container_json(const QevmContainer *c);

#endif
