/* refusal.h - a refused stream, and every line that QEMU prints about it.
 *
 * A refusal is a list of steps in the order in which QEMU meets them, from
 * the innermost out: what was wrong, the fields and subsections around it, the
 * section, the outcome. Which of them a release puts into words, and on which
 * line, is for qevm_refusal_lines() to know.
 */
#ifndef QEVM_REWRITE_REFUSAL_H
#define QEVM_REWRITE_REFUSAL_H

#include "rewrite/message.h"

typedef struct QevmRefusal QevmRefusal;

QevmRefusal *qevm_refusal_new(void);
void qevm_refusal_free(QevmRefusal *refusal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmRefusal, qevm_refusal_free)

/* A cause, or any other message of the table. Borrowed, to set arguments. */
QevmMessage *qevm_refusal_add(QevmRefusal *refusal, const char *id);
/* The field that was being loaded. `type`: the name of its VMStateInfo, NULL
 * if it is a struct. `ret`: what loading it returned, a negative errno; 0: it
 * was loaded, and then the stream turned out to have ended. */
void qevm_refusal_field(QevmRefusal *refusal, const char *vmsd,
                        const char *field, const char *type, int ret);
/* The subsection that was being loaded, of the vmsd `of`. */
void qevm_refusal_subsection(QevmRefusal *refusal, const char *subsection,
                             const char *of, int ret);
/* A post_load hook that failed; before it what the hook itself says. */
void qevm_refusal_post_load(QevmRefusal *refusal, const char *vmsd,
                            guint32 version, guint32 minimum, int ret);
/* The handler of an iterative or old-style section ("ram") failed. */
void qevm_refusal_handler(QevmRefusal *refusal, guint32 version, int ret);
/* The section, started (START, FULL) or continued (PART, END). */
void qevm_refusal_section(QevmRefusal *refusal, const char *idstr,
                          guint32 instance_id);
void qevm_refusal_part(QevmRefusal *refusal, guint32 section_id,
                       const char *idstr);
/* What the whole load returned, a negative errno; not after a crash. */
void qevm_refusal_outcome(QevmRefusal *refusal, int ret);

/* The lines that a release prints, in order, without program name;
 * NULL-terminated, owned by the caller (g_strfreev()). */
char **qevm_refusal_lines(const QevmRefusal *refusal, guint release);

#endif
