/* message.h - the messages QEMU prints when it refuses a stream.
 *
 * One table serves both directions: a message of ours is written as a given
 * release of QEMU words it, and a line that some QEMU printed is read back.
 * Releases are 100 * major + minor.
 *
 * A form is one wording of one message. Its text has placeholders with types:
 *
 *   {name}    text: anything, as little as fits; {name:n} without a slash
 *   {name:d}  a signed decimal number of 32 bits, {name:l} of 64
 *   {name:u}  an unsigned decimal number
 *   {name:x}  a hexadecimal number without 0x
 *
 * Where the wording changed there are several forms of one id, each with the
 * releases that had it. Until 10.1 nearly every message is a line of its own;
 * since then many are links of one line, the outer ones ending with ": ".
 */
#ifndef QEVM_REWRITE_MESSAGE_H
#define QEVM_REWRITE_MESSAGE_H

#include <glib.h>

typedef enum {
    QEVM_MESSAGE_CAUSE,   /* what is wrong */
    QEVM_MESSAGE_HINT,    /* a line without program name after a cause */
    QEVM_MESSAGE_PLACE,   /* where: a field, a subsection, a section */
    QEVM_MESSAGE_OUTCOME, /* that the load has failed */
    QEVM_MESSAGE_CRASH,   /* QEMU ends at once; no other message follows */
    QEVM_MESSAGE_NOTICE,  /* the load goes on */
    QEVM_MESSAGE_WARNING, /* the load goes on, and the line says "warning: " */
} QevmMessageKind;
/* "cause", "hint", ... */
const char *qevm_message_kind_name(QevmMessageKind kind);

typedef struct {
    const char *id; /* stable, in lower case with dashes */
    guint from, to; /* the first and last release with this wording; to 0: it
                       still has */
    QevmMessageKind kind;
    gboolean link; /* no line of its own: inside the links before it */
    const char *text;
    const char *finding; /* the finding that it belongs to; NULL: none */
    const char *source;  /* who prints it: file and function of QEMU */
} QevmMessageForm;

/* All forms; those of one id are neighbours, oldest first. */
const QevmMessageForm *qevm_message_forms(guint *count);
/* The names of its placeholders, in order; NULL-terminated, owned by the
 * caller. */
char **qevm_message_names(const QevmMessageForm *form);
/* The form of `id` in a release; NULL: that release does not print it (or
 * there is no such id). */
const QevmMessageForm *qevm_message_form(const char *id, guint release);

/* A message: what it says, apart from how it is worded. */
typedef struct {
    const char *id;              /* static */
    const QevmMessageForm *form; /* borrowed; as it was read; NULL: not read */
    GPtrArray *arguments;        /* owned; opaque, see below */
} QevmMessage;

/* `id` must be one of the table. */
QevmMessage *qevm_message_new(const char *id);
void qevm_message_free(QevmMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmMessage, qevm_message_free)
/* Gives it all arguments of another. */
void qevm_message_copy(QevmMessage *message, const QevmMessage *from);
/* Arguments by the names in the text. A signed number is cast; of one with 32
 * bits the others do not count. */
void qevm_message_set_text(QevmMessage *message, const char *name,
                           const char *text);
void qevm_message_set_number(QevmMessage *message, const char *name,
                             guint64 number);
/* NULL: it has no such argument, or that is a number. Borrowed. */
const char *qevm_message_text(const QevmMessage *message, const char *name);
/* FALSE: it has no such argument, or that is text. */
gboolean qevm_message_number(const QevmMessage *message, const char *name,
                             guint64 *number);
/* An argument as the form that was read writes it; NULL: it has none of that
 * name. Owned by the caller. */
char *qevm_message_argument(const QevmMessage *message, const char *name);
/* Do two that were read say the same, whatever releases worded them? What only
 * one of them tells is no difference. */
gboolean qevm_message_agrees(const QevmMessage *a, const QevmMessage *b);
/* The words of a release, without program name and "warning: ". An argument
 * that was never set is empty or 0. NULL: that release prints nothing. Owned
 * by the caller. */
char *qevm_message_format(const QevmMessage *message, guint release);

/* What a line of output says. */
typedef struct {
    GPtrArray *messages; /* QevmMessage; owned; from the outermost link to the
                            innermost; empty: the line is not understood */
    gboolean warning;    /* QEMU calls it a warning or an information */
    char *program;       /* owned; the name of the QEMU that it begins with,
                            after a time stamp or what else a log puts before
                            it; NULL: with none */
    char *rest;          /* owned; the end of the line that no link explains;
                            NULL: none */
} QevmMessageLine;

/* Reads a line, with what stands before a message in logs and terminals: time
 * stamps, program names, -incoming ADDRESS, "Error: ", libvirt's words. Any
 * bytes may be in it. Never NULL. */
QevmMessageLine *qevm_message_parse(const char *line);
void qevm_message_line_free(QevmMessageLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmMessageLine, qevm_message_line_free)

/* The number of an error by the C library's English text, and back; 0 and
 * NULL: not one that loading a stream ends with. */
int qevm_message_errno(const char *text);
const char *qevm_message_strerror(int number);

#endif
