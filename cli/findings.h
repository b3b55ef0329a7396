/* findings.h - findings as lines of text, as JSON, and as JUnit XML. */
#ifndef QEVM_CLI_FINDINGS_H
#define QEVM_CLI_FINDINGS_H

#include "cli/command.h"
#include "rewrite/finding.h"

#define QEVM_OPTION_FORMAT_FINDINGS                                            \
    {                                                                          \
        "format", 0, G_OPTION_ARG_STRING,                                      \
            G_STRUCT_OFFSET(QevmOptions, format), "FORMAT",                    \
            "text, json, or junit: XML of test results"                        \
    }
#define QEVM_OPTION_STRICT                                                     \
    {                                                                          \
        "strict", 0, G_OPTION_ARG_NONE, G_STRUCT_OFFSET(QevmOptions, strict),  \
            NULL, "count warnings as errors"                                   \
    }

typedef enum {
    QEVM_FORMAT_TEXT,
    QEVM_FORMAT_JSON,
    QEVM_FORMAT_JUNIT,
} QevmFormat;
/* What --format and --json ask for. FALSE: it was said what is wrong. */
gboolean qevm_cli_format(const QevmCli *cli, QevmFormat *format);

/* What findings are about, and how they are shown. */
typedef struct {
    const char *subject;       /* a file; in front of each line */
    const GPtrArray *findings; /* QevmFinding */
    gboolean offsets;          /* they have one */
    gboolean notes;            /* show notes, and what is accepted */
    gboolean strict;           /* warnings count as errors */
} QevmReport;

/* QEVM_EXIT_FINDINGS or _OK. */
int qevm_report_code(const QevmReport *report);

/* ---- text ---- */

/*   SUBJECT: PATH at OFFSET: SEVERITY[SLUG]: SENTENCE */
void qevm_report_text(const QevmReport *report, QevmPrint *out);
/*   SUBJECT: N errors, N warnings, N notes */
void qevm_report_summary(const QevmReport *report, QevmPrint *out);

/* What repairs a finding, a line each: the first rules in brief, and advice. */
void qevm_report_repairs(const QevmFinding *f, const char *indent,
                         QevmPrint *out);

/* ---- JSON ---- */

json_t *qevm_report_json_findings(const QevmReport *report);
/* Sets "errors", "warnings", "notes". */
void qevm_report_json_counts(const QevmReport *report, json_t *json);
/* A NULL-terminated list. */
json_t *qevm_report_json_list(const char *const *phrases);

/* ---- JUnit: a test suite for each subject ----
 *
 * What counts as an error is a test case with a failure, what is accepted one
 * that was skipped; the rest is the output of the suite. Without any, the suite
 * has one test case that passed. */
void qevm_junit_begin(QevmPrint *out);
void qevm_junit_suite(const QevmReport *report, QevmPrint *out);
/* A subject that could not be looked at. */
void qevm_junit_error(QevmPrint *out, const char *subject, const char *message);
void qevm_junit_end(QevmPrint *out);

#endif
