/* stream.h - a stream: its records in order, and what they say together.
 *
 * Opening reads the head (header, configuration, the START sections with the
 * RAM block list) and the tail (vmdesc, and from it backwards every device
 * section, each proved by header, name and footer). The RAM pages between are
 * one record of type QEVM_RECORD_LIVE that was not looked into, unless a walk
 * was asked for or the proof failed. A pipe is always walked.
 */
#ifndef QEVM_PARSER_STREAM_H
#define QEVM_PARSER_STREAM_H

#include "parser/live.h"
#include "parser/node.h"
#include "parser/ram.h"
#include "parser/source.h"
#include "parser/vmdesc.h"

/* QEMU's own names and values (migration/savevm.h). */
enum {
    QEMU_VM_EOF = 0x00,
    QEMU_VM_SECTION_START = 0x01,
    QEMU_VM_SECTION_PART = 0x02,
    QEMU_VM_SECTION_END = 0x03,
    QEMU_VM_SECTION_FULL = 0x04,
    QEMU_VM_SUBSECTION = 0x05,
    QEMU_VM_VMDESCRIPTION = 0x06,
    QEMU_VM_CONFIGURATION = 0x07,
    QEMU_VM_COMMAND = 0x08,
    QEMU_VM_SECTION_FOOTER = 0x7e,
};

typedef enum {
    QEVM_RECORD_HEADER, /* magic and version */
    QEVM_RECORD_CONFIGURATION,
    QEVM_RECORD_START,
    QEVM_RECORD_PARTS, /* a run of PART sections of any handlers */
    QEVM_RECORD_END,
    QEVM_RECORD_FULL,
    QEVM_RECORD_COMMAND,
    QEVM_RECORD_LIVE, /* not walked: PARTs, ENDs, commands */
    QEVM_RECORD_EOF,
    QEVM_RECORD_VMDESC,
    QEVM_RECORD_TRAILING, /* bytes after the end */
    QEVM_RECORD_RAW,      /* bytes from where parsing had to stop */
} QevmRecordType;

typedef struct {
    QevmRecordType type;
    guint64 offset, size; /* with header and footer */
    /* sections; of PARTS the first one's id, of END the id */
    guint32 section_id, instance_id, version_id;
    char *idstr; /* END: that of its START */
    guint64 payload_offset, payload_size;
    gboolean footer;
    gboolean resynced; /* the end was found by the footer, not by decoding */
    gboolean opaque;   /* nothing describes the payload */
    gboolean mended;   /* the vmdesc describes an array of pointers wrongly, a
                          description has it right; see pointers.h */
    gboolean early;    /* a FULL in the setup phase */
    gboolean packaged; /* inside a postcopy package */
    guint64 count;     /* PARTS: how many sections */
    /* commands */
    guint16 command;
    GBytes *command_data; /* owned; len bytes */
    guint64 package_size; /* PACKAGED: bytes of records that follow */
    /* decoding */
    const QevmDevice *device; /* borrowed; its entry in the vmdesc */
    const char *lent;         /* borrowed; whose vmdesc that is, if it is not
                                 the stream's own */
    QevmTree *tree;           /* owned; see qevm_record_tree() */
    /* edits (rewrite/): header facts above are changed in place */
    gboolean header_dirty; /* the header is written anew; payload_* stand */
    gboolean dropped;      /* not emitted; paths do not see it */
    gboolean added;        /* no extent in the source; the tree has it all */
} QevmRecord;

void qevm_record_free(QevmRecord *record);
/* What it takes of a stream's budget: itself, what the walk remembers of it,
 * its place in tables of names; a section also the pieces that it is written in
 * when it is edited. */
guint64 qevm_record_cost(const QevmRecord *record);

typedef struct QevmStream {
    QevmSource *source;       /* owned */
    GPtrArray *records;       /* QevmRecord, in stream order; owned */
    QevmVmdesc *vmdesc;       /* owned; NULL: none, or unreadable */
    GError *vmdesc_error;     /* owned; why the vmdesc there is unreadable */
    QevmRam *ram;             /* owned; NULL: no ram section */
    char *machine;            /* owned; NULL: no configuration */
    guint64 page_size;        /* target page size; 0: nothing tells */
    gboolean page_size_exact; /* vmdesc or configuration tell it */
    guint64 page_size_guess;  /* what page records were read with before that;
                                 0: none were */
    gboolean footers;         /* sections carry footers */
    gboolean walked;          /* every record header was read */
    gboolean opaque_rest;     /* no vmdesc and no footers: after the live part
                                 nothing tells where sections end; a RAW record
                                 holds them all, and that is no error */
    gboolean from_tail;       /* device sections were found from the tail */
    gboolean capability_ignore_shared, capability_mapped_ram;
    gboolean multifd; /* if walked: pages were sent over other channels; in a
                         mapped-ram file they are here all the same */
    guint64 pages_normal, pages_zero, pages_xbzrle, pages_compressed; /* if
                              walked */
    GPtrArray *notes;       /* char *; oddities, in the order found */
    GError *error;          /* owned; where parsing had to stop; the records
                               so far, then a RAW one, are there */
    QevmArena *arena;       /* owned; descriptions of ours */
    struct QevmLend *lend;  /* owned; NULL: nobody lends descriptions */
    gboolean edited;        /* records may be changed in place; see edit.h */
    GHashTable *standing;   /* owned; see standing.h; NULL: not asked yet */
    QevmSchemas *schemas;   /* borrowed; see qevm_stream_set_schemas() */
    GHashTable *idstrs;     /* owned; of all sections; NULL: not asked yet */
    QevmBudget *budget;     /* borrowed */
    QevmBudget own;         /* that, unless a hook gave another */
    guint64 charged;        /* to it, for records */
    guint64 vmdesc_charged; /* for the vmdesc */
} QevmStream;

typedef enum {
    QEVM_OPEN_WALK = 1 << 0, /* read all record headers, RAM included */
} QevmOpenFlags;

typedef struct QevmStreamHooks {
    QevmProgress progress; /* during a walk: offset reached; may be NULL */
    /* Called once, when the head was read and before any live byte of an
     * unseekable source is: the one moment to emit an edited head and to
     * attach a sink and edits to the flow. FALSE stops the parse. May be
     * NULL. */
    gboolean (*live)(struct QevmStream *stream, QevmFlow *flow,
                     const QevmLiveEdit **edit, gpointer user, GError **error);
    gpointer user;
    /* Shown the pages of an unseekable source as they go by; see pages.h. May
     * be NULL. */
    const struct QevmPageVisitor *pages;
    struct QevmLend *lend; /* who describes what the stream does not; lend.h.
                              May be NULL */
    QevmSchemas *schemas;  /* as of qevm_stream_set_schemas() */
    QevmBudget *budget; /* outlives the stream; NULL: it has one of its own */
} QevmStreamHooks;

/* Parses a stream. Takes over `source`, also on failure. `hooks` may be NULL.
 * NULL only if this is no stream of ours at all (not "QEVM" version 3, or
 * unreadable) or a hook failed; a stream that breaks later is returned with
 * ->error set. */
QevmStream *qevm_stream_open(QevmSource *source, QevmOpenFlags flags,
                             const QevmStreamHooks *hooks, GError **error);
void qevm_stream_free(QevmStream *stream);
/* Descriptions to read opaque leaves and payloads with; they must outlive the
 * stream, and be set before any of its trees is made. They are loaded when a
 * tree needs them: qevm_record_tree() fails if they cannot be. NULL: none. */
void qevm_stream_set_schemas(QevmStream *stream, QevmSchemas *schemas);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmStream, qevm_stream_free)

/* The tree of a record: CONFIGURATION, `ram` START, described FULL; an opaque
 * FULL is a tree of one "data" field. Decoded once, then kept until
 * qevm_record_forget(). NULL: no payload of nodes (other record types), or the
 * bytes cannot be read (error set then). */
QevmTree *qevm_record_tree(QevmStream *stream, QevmRecord *record,
                           GError **error);
/* Frees an unedited tree, to bound the memory of commands that stream. */
void qevm_record_forget(QevmRecord *record);

/* Is this a record that paths can name (CONFIGURATION, START, FULL)? */
gboolean qevm_record_is_section(const QevmRecord *record);
/* "configuration", or the idstr; NULL for what is no section. */
const char *qevm_record_name(const QevmRecord *record);
/* A word for messages: "SECTION_FULL", "command PING". */
const char *qevm_record_type_name(const QevmRecord *record);
const char *qevm_command_name(guint16 command); /* NULL: unknown */

#endif
