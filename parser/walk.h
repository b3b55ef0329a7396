/* walk.h - the forward walk over a stream's records, and its payload handlers.
 *
 * Private to parser/ and rewrite/emit.c. One walk serves all: it records what
 * it meets in the stream (unless it only filters), goes past payloads with
 * the handler of their section, and applies the live edits as it goes. To add
 * a handler for an iterative section, write parser/handler-NAME.c and give it
 * a row in the table of parser/handler.c.
 */
#ifndef QEVM_PARSER_WALK_H
#define QEVM_PARSER_WALK_H

#include "parser/stream.h"

typedef struct QevmHandler QevmHandler;

/* An iterative section: between its START and its END. */
typedef struct {
    guint32 section_id, instance_id, version_id;
    char *idstr;
    const QevmHandler *handler; /* NULL: resynchronised on footers */
    gboolean ended;
    gboolean dropped;
} QevmLiveSection;

typedef struct {
    QevmStream *stream;       /* borrowed */
    QevmFlow *flow;           /* borrowed */
    const QevmLiveEdit *edit; /* borrowed; NULL: change nothing */
    gboolean filter;          /* record nothing, only apply the edits */
    GHashTable *sections;     /* section_id -> QevmLiveSection */
    guint commands[12];       /* seen of each number */
    gboolean footers_known;
    guint next_device;    /* in the vmdesc: the one expected next */
    guint searched;       /* vmdesc entries, for a cap */
    GHashTable *full_ids; /* section_ids of FULL sections so far */
    guint64 work;       /* left for guesses: fields tried, 64 bytes compared */
    const char *lender; /* who lent last */
    /* ram */
    GHashTable *blocks;               /* idstr -> index + 1 */
    struct QevmRamFilter *ram_filter; /* owned; see ram-filter.c */
    gint block_in, block_out;         /* last block named on the way in, and
                                         out by its index in the map */
    gboolean fill_noted;
    const struct QevmPageVisitor *visitor; /* borrowed; NULL: nobody looks */
    guint64 page_mask;                     /* page size - 1; 0: not yet known */
    guint64 package_end;                   /* 0: not inside a package */
    gboolean after_run; /* postcopy: pages outside the package follow */
} QevmWalk;

QevmWalk *qevm_walk_new(QevmStream *stream, QevmFlow *flow);
void qevm_walk_free(QevmWalk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmWalk, qevm_walk_free)
/* Edits to apply from now on. */
void qevm_walk_set_edit(QevmWalk *walk, const QevmLiveEdit *edit);
/* Makes the iterative sections and counters known that the stream's records
 * up to the first live one tell of, for a walk that starts behind them. */
void qevm_walk_catch_up(QevmWalk *walk);

/* Up to `n` bytes at `offset`, which need not be reached yet: fewer at the end,
 * none of a pipe that was not read to its end. */
gsize qevm_walk_look(const QevmWalk *walk, guint64 offset, gsize n,
                     guint8 *buf);

/* The live part is over: puts in, as a PART of its own, what the END of `ram`
 * should have sent, where there was none (background-snapshot). */
QEVM_CHECKED gboolean qevm_walk_end_live(QevmWalk *walk, GError **error);

/* Does the edit leave out the iterative section of that id? */
gboolean qevm_walk_drops(const QevmWalk *walk, guint32 section_id);

/* The next record's type byte, or -1 at the end of the bytes. */
QEVM_CHECKED gboolean qevm_walk_peek(QevmWalk *walk, int *type, GError **error);
/* Goes past one record. */
QEVM_CHECKED gboolean qevm_walk_record(QevmWalk *walk, GError **error);

/* ---- private to walk.c and walk-section.c ---- */

/* Goes past a section of that type and records it. */
QEVM_CHECKED gboolean qevm_walk_section(QevmWalk *walk, QevmRecordType type,
                                        GError **error);
/* Gives a finished record to the stream, or joins it to the run before. Takes
 * it over, also when there is no room for it. */
QEVM_CHECKED gboolean qevm_walk_add(QevmWalk *walk, QevmRecord *record,
                                    GError **error);
/* Remembers the section that a START introduces. */
QevmLiveSection *qevm_walk_add_live(QevmWalk *walk, const QevmRecord *record);
/* Is this a command that there is, with as many bytes as it wants? */
gboolean qevm_walk_is_command(const guint8 *p, gsize n);

/* ---- borrowed descriptions (walk-lend.c) ---- */

struct QevmLend;
/* NULL: nobody lends to this stream. */
struct QevmLend *qevm_walk_lender(QevmWalk *walk);
/* Describes a FULL whose payload starts here, and so finds its size. FALSE:
 * nobody could; `why` may be set. */
gboolean qevm_walk_lend(QevmWalk *walk, QevmRecord *record, GError **why);
/* The same for one whose size is known. */
void qevm_walk_lend_exact(QevmWalk *walk, QevmRecord *record, GError **why);
/* Without footers: the size of a payload that nothing describes, by the
 * header of the section that is next, or the end. */
gboolean qevm_walk_lend_scan(QevmWalk *walk, const QevmRecord *record,
                             guint64 *size);
/* Describes what of the stream is opaque still, and notes who lent. */
void qevm_walk_lend_finish(QevmWalk *walk);
/* Can a record start with these bytes, at that offset? */
gboolean qevm_walk_record_follows(QevmWalk *walk, const guint8 *p, gsize n,
                                  guint64 offset);

/* How the payload of an iterative section is walked. Each is called with the
 * flow behind the section header, and passes the payload, footer excluded. */
struct QevmHandler {
    const char *idstr;
    gboolean suffix; /* idstr is only how the name ends */
    gboolean (*start)(QevmWalk *walk, QevmLiveSection *section, GError **error);
    gboolean (*part)(QevmWalk *walk, QevmLiveSection *section, GError **error);
    gboolean (*end)(QevmWalk *walk, QevmLiveSection *section, GError **error);
    gboolean (*full)(QevmWalk *walk, QevmLiveSection *section, GError **error);
};
const QevmHandler *qevm_handler_find(const char *idstr);

/* The handlers, one file each; the rows are in handler.c. */
extern const QevmHandler qevm_handler_ram;
extern const QevmHandler qevm_handler_block;
extern const QevmHandler qevm_handler_dirty_bitmap;
extern const QevmHandler qevm_handler_htab;
extern const QevmHandler qevm_handler_stattrib;
extern const QevmHandler qevm_handler_skeys;
extern const QevmHandler qevm_handler_todclock;

/* ---- for handlers: integers off the flow, passed on the way ---- */
QEVM_CHECKED gboolean qevm_walk_be(QevmWalk *walk, gsize size, const char *what,
                                   guint64 *out, GError **error);
/* A length byte and text into `out` (256 bytes, NUL-terminated). */
QEVM_CHECKED gboolean qevm_walk_name(QevmWalk *walk, const char *what,
                                     char out[256], GError **error);
void qevm_walk_note(QevmWalk *walk, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
QEVM_CHECKED gboolean qevm_walk_fail(QevmWalk *walk, guint64 offset,
                                     GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* Passes bytes up to a footer of this section that a record can follow.
 * (migration/savevm.c:check_section_footer()) */
QEVM_CHECKED gboolean qevm_walk_resync(QevmWalk *walk, guint32 section_id,
                                       GError **error);

#endif
