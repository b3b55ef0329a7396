/* info.h - what a stream is, as rows: what `info` prints, and reports show. */
#ifndef QEVM_CLI_INFO_H
#define QEVM_CLI_INFO_H

#include "parser/container.h"
#include "parser/stream.h"

/* What the records add up to. */
typedef struct {
    GPtrArray *devices; /* QevmRecord, FULL; borrowed */
    GPtrArray *starts;  /* QevmRecord, START; borrowed */
    GPtrArray *commands;
    guint64 device_bytes, live_bytes, trailing_bytes, vmdesc_bytes, parts;
    guint early, resynced, opaque, packaged, lent;
} QevmFacts;

void qevm_facts_of(QevmFacts *facts, const QevmStream *stream);
void qevm_facts_clear(QevmFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QevmFacts, qevm_facts_clear)

typedef enum {
    QEVM_INFO_FACT,   /* has a label, or goes on with the fact before */
    QEVM_INFO_REASON, /* what tells so */
    QEVM_INFO_HEAD,   /* above the lines of a table */
    QEVM_INFO_LINE,   /* one of them, in columns */
} QevmInfoKind;

typedef struct {
    QevmInfoKind kind;
    const char *label; /* static; NULL: none */
    char *text;        /* owned */
} QevmInfoRow;

/* A list of rows, owned. */
GPtrArray *qevm_info_new(void);
void qevm_info_add(GPtrArray *rows, QevmInfoKind kind, const char *label,
                   const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Which sections and RAM blocks are listed. */
typedef enum {
    QEVM_INFO_NONE,
    QEVM_INFO_SOME, /* the largest */
    QEVM_INFO_ALL,
} QevmInfoListed;

/* What the stream is. */
void qevm_info_stream(GPtrArray *rows, QevmStream *stream,
                      QevmInfoListed listed);
/* What it is in; nothing for a bare stream. */
void qevm_info_container(GPtrArray *rows, const QevmContainer *c);

/* "131072 bytes (128.0 KiB)": exact first, since that is what must match.
 * Owned. */
char *qevm_info_size(guint64 size);

#endif
