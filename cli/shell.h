/* shell.h - the parts of qevm shell: the streams it has open, its table of
 * commands, lines, and what completes them.
 */
#ifndef QEVM_CLI_SHELL_H
#define QEVM_CLI_SHELL_H

#include "cli/command.h"
#include "parser/container.h"
#include "parser/path.h"
#include "rewrite/edit.h"
#include <jansson.h>

/* ---- a stream that is open, shell-file.c ---- */

/* What one `set` did. */
typedef struct {
    char *line;   /* owned; as undo and redo name it */
    json_t *rule; /* owned */
} QevmShellStep;

typedef struct {
    char *name;               /* owned; as it was given */
    QevmContainer *container; /* owned */
    QevmSource *source;       /* owned; the stream in that, seekable */
    QevmStream *stream;       /* owned; with the edits that are done */
    QevmEdit *edit;           /* owned; NULL: there were none yet */
    GPtrArray *steps;         /* QevmShellStep; done, then undone ones */
    guint done;
    guint saved; /* how many were done when it was written; G_MAXUINT: those
                    steps are gone */
    char *place; /* owned; the path where we are; "": all of the stream */
} QevmShellFile;

/* NULL: it was said why. */
QevmShellFile *qevm_shell_file_open(QevmCli *cli, const char *name);
/* The same of a container that is open, and its seekable stream; takes over
 * both. */
QevmShellFile *qevm_shell_file_new(QevmCli *cli, const char *name,
                                   QevmContainer *container,
                                   QevmSource *source);
void qevm_shell_file_free(QevmShellFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmShellFile, qevm_shell_file_free)
gboolean qevm_shell_file_unsaved(const QevmShellFile *file);

/* Applies one rule more, and forgets what was undone, if that changes anything.
 * On failure all is as it was. */
QEVM_CHECKED gboolean qevm_shell_file_set(QevmCli *cli, QevmShellFile *file,
                                          const char *path, const char *value,
                                          GError **error);
/* One step back or forth; the step, borrowed. NULL: there is none (error set),
 * or it was said what is wrong. */
const QevmShellStep *qevm_shell_file_undo(QevmCli *cli, QevmShellFile *file,
                                          GError **error);
const QevmShellStep *qevm_shell_file_redo(QevmCli *cli, QevmShellFile *file,
                                          GError **error);
/* The rules that are done, an array. New reference. */
json_t *qevm_shell_file_rules(const QevmShellFile *file);

/* The stream as it was opened, or, `edited`, as it would be written, parsed
 * anew; it borrows from the file. NULL: it was said why. */
QevmStream *qevm_shell_file_parse(QevmCli *cli, const QevmShellFile *file,
                                  gboolean edited, QevmOpenFlags flags);
/* Writes it as cli->options say, to none of the files `keep`. A QevmExit. */
int qevm_shell_file_write(QevmCli *cli, QevmShellFile *file, char **keep);

/* ---- the shell ---- */

typedef struct {
    QevmCli *cli;     /* its options are those of the command that runs */
    GPtrArray *files; /* QevmShellFile; owned */
    QevmShellFile *at;
    gboolean terminal; /* somebody is there to be asked */
    gboolean quit;
    guint sources; /* scripts that we are in */
} QevmShell;

/* How the words of a command complete. */
typedef enum {
    QEVM_WORDS_NONE,
    QEVM_WORDS_PATHS,
    QEVM_WORDS_SETTING, /* a path, then a value for it */
    QEVM_WORDS_FILES,
    QEVM_WORDS_STREAMS, /* those that are open */
    QEVM_WORDS_COMMANDS,
} QevmShellWords;

typedef struct {
    /* Name, args, summary, options, number of arguments as of any command;
     * `run` is not used. */
    QevmCommand command;
    const char *alias; /* another name; NULL: none */
    QevmShellWords words;
    int (*run)(QevmShell *shell, int argc, char **argv);
} QevmShellCommand;

/* The table, shell-commands.c; ends with a command without a name. */
extern const QevmShellCommand qevm_shell_commands[];
/* NULL: there is none. */
const QevmShellCommand *qevm_shell_command_find(const char *name);

/* What `help NAME` prints. */
void qevm_shell_print_help(QevmShell *shell, const QevmShellCommand *command);

/* Says `qevm: STREAM: MESSAGE`; gives a QevmExit. */
int qevm_shell_fail(QevmShell *shell, const GError *error);
/* Says what is wrong with how the command that runs was called. */
int qevm_shell_usage(const QevmShell *shell, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* ---- places, shell-place.c ---- */

/* The path that a word means: relative to where we are if there is such a
 * thing, else from the top of the stream. "" is all of the stream. Owned. NULL:
 * it is no path. */
char *qevm_shell_path(const QevmShellFile *file, const char *word,
                      GError **error);
/* Does it begin with a section, `SECTION//..`? */
gboolean qevm_shell_has_tree(const char *word);
/* The places that a word names, as qevm_path_resolve() gives them; *all is set
 * where that is all of the stream, and there are none then. *many (may be NULL)
 * tells if it could name more than one. */
GArray *qevm_shell_places(const QevmShellFile *file, const char *word,
                          gboolean *all, gboolean *many, GError **error);
/* Goes there; `word` names one place. */
QEVM_CHECKED gboolean qevm_shell_go(QevmShellFile *file, const char *word,
                                    GError **error);

/* ---- find, shell-find.c ---- */

/* What all must hold of a place; NULL, kind NONE: does not matter. */
typedef struct {
    const char *name; /* a part of its name, or a pattern */
    const QevmValue *value;
    const struct QevmExpr *where;
    GBytes *bytes; /* begin in it */
} QevmShellFind;

/* Prints the places below where we are. FALSE: bytes cannot be read. */
QEVM_CHECKED gboolean qevm_shell_find(QevmShell *shell,
                                      const QevmShellFind *what, guint64 *found,
                                      GError **error);

/* ---- running lines, shell-run.c ---- */

/* Runs a line. A QevmExit; FINDINGS is an answer, above it are errors. */
int qevm_shell_line(QevmShell *shell, const char *line);
/* Lines of a file up to its first error, which it says where it was; `name` is
 * for messages. Gives the worst QevmExit. */
int qevm_shell_script(QevmShell *shell, int fd, const char *name);
/* Lines of a terminal until somebody quits, shell-line.c. */
int qevm_shell_terminal(QevmShell *shell);

/* ---- completion, shell-complete.c ---- */

/* What the last word of `line`, which ends at the cursor, can become: whole
 * words as they are typed (char *), owned by the caller. More can follow one
 * that ends with a slash. *start is where the word begins in the line. */
GPtrArray *qevm_shell_complete(QevmShell *shell, const char *line,
                               gsize *start);

#endif
