/* report.h - the parts of `qevm report`: each writes a part of a page of HTML.
 *
 * Parts say themselves what they left out for the page to stay small.
 */
#ifndef QEVM_CLI_REPORT_H
#define QEVM_CLI_REPORT_H

#include "cli/html.h"
#include "parser/container.h"
#include "parser/page-count.h"
#include "rewrite/finding.h"
#include "rewrite/target.h"

/* No page is larger: the parts have 4 MiB together, what is fixed little. */
#define QEVM_HTML_MAX (5 * 1024 * 1024)
#define QEVM_HTML_MAX_TREE (2560 * 1024)
#define QEVM_HTML_MAX_FINDINGS (640 * 1024)
#define QEVM_HTML_MAX_LAYOUTS (512 * 1024)
#define QEVM_HTML_MAX_ORDER (320 * 1024)
#define QEVM_HTML_MAX_TABLE (64 * 1024)
#define QEVM_HTML_MAX_PLACES 500

/* A finding, and where in the tree it is. */
typedef struct {
    guint section;     /* number of its record; G_MAXUINT: none */
    QevmNode *node;    /* borrowed while its section is written; NULL: the
                          section itself */
    gboolean marked;   /* the tree has a mark for it */
    gboolean withheld; /* its words could tell what is redacted */
} QevmHtmlFinding;

typedef struct {
    const char *name;         /* of the file, as people see it */
    QevmContainer *container; /* owned */
    QevmStream *stream;       /* owned */
    QevmPageCount *count;     /* owned; NULL: pages were not counted */
    char *uncounted;          /* owned; why not; NULL: there is no RAM */
    QevmTarget *target;       /* owned; NULL: none */
    char *against;            /* owned; what people call it */
    GPtrArray *findings;      /* owned; QevmFinding, the worst first */
    QevmHtmlFinding *places;  /* owned; of the first n_places of them, which
                                 are shown */
    guint n_places;
    guint shown;                /* records that the tree has; set by it */
    const char *const *skipped; /* static; what was not looked at */
    gboolean redact;
} QevmHtmlReport;

/* The whole page, owned. NULL: bytes of a section cannot be read. */
GString *qevm_html_page(QevmHtmlReport *report, GError **error);

/* ---- its parts ---- */

/* A text that leads to the section of that number, if the tree has it. */
void qevm_html_link(const QevmHtmlReport *report, GString *html, guint section,
                    const char *text);

/* Its head: the name, what it is, how many findings. */
void qevm_html_summary(const QevmHtmlReport *report, GString *html);
/* What `info` says. */
void qevm_html_about(const QevmHtmlReport *report, GString *html);
/* After the tree, which says what it has marked. */
void qevm_html_findings(const QevmHtmlReport *report, GString *html);
/* Where the bytes are. */
void qevm_html_map(const QevmHtmlReport *report, GString *html);
/* RAM, block by block. */
void qevm_html_ram(const QevmHtmlReport *report, GString *html);
/* The records along the stream. */
void qevm_html_order(const QevmHtmlReport *report, GString *html);
/* The target's layouts beside those of the stream; nothing without a target.
 */
void qevm_html_layouts(const QevmHtmlReport *report, GString *html);
/* All sections with their fields. FALSE: bytes cannot be read. */
gboolean qevm_html_tree(QevmHtmlReport *report, GString *html, GError **error);

#endif
