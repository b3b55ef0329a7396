/* ops.h - what the operations on a stream share; private to rewrite/.
 *
 * edit.c finds the places that a rule names, asks its `when`, and hands what
 * is left to the rule's operation; the operation says what changed with
 * qevm_apply_change(). To add one: a row in rule.c's table, its members
 * there, a function in one of the ops-*.c, a row in edit.c's table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef QEVM_REWRITE_OPS_H
#define QEVM_REWRITE_OPS_H

#include "rewrite/edit.h"

/* Bytes of the new stream that one edit may make; rules are small, globs are
 * not. What it remembers of its changes is charged to the stream's budget. */
#define QEVM_EDIT_MAX_MADE (512 * 1024 * 1024)

/* One rule being applied. */
typedef struct {
    QevmEdit *edit;
    const QevmRules *rules;
    const QevmRule *rule;
    QevmPhase phase;
    guint64 matched; /* places, counted by operations without a path */
    guint64 charged; /* for them, while the rule is applied */
    GError *nothing; /* owned; why nothing matched, if it is known */
} QevmApply;

/* A place that the rule is for, and its path before any change. */
typedef struct {
    QevmPlace place;
    char *path; /* owned */
} QevmMatch;

/* `matches` is NULL for operations whose `at` is no path. Errors carry no
 * prefix with file and rule; edit.c adds it. */
typedef gboolean QevmOpFunc(QevmApply *apply, GArray *matches, GError **error);

QevmOpFunc qevm_op_set, qevm_op_set_bytes, qevm_op_map;
QevmOpFunc qevm_op_add_field, qevm_op_remove_field, qevm_op_retype;
QevmOpFunc qevm_op_resize_array, qevm_op_add_element, qevm_op_remove_element;
QevmOpFunc qevm_op_set_version, qevm_op_set_instance, qevm_op_rename_section;
QevmOpFunc qevm_op_add_section, qevm_op_drop_section, qevm_op_move_section;
QevmOpFunc qevm_op_add_subsection, qevm_op_strip_subsection;
QevmOpFunc qevm_op_rename_ram_block, qevm_op_drop_ram_block;
QevmOpFunc qevm_op_drop_ram_pages, qevm_op_load_ram_block;
QevmOpFunc qevm_op_resize_ram_block, qevm_op_split_ram_block;
QevmOpFunc qevm_op_merge_ram_blocks, qevm_op_regroup_ram_pages;
QevmOpFunc qevm_op_add_command, qevm_op_drop_command, qevm_op_set_footers;
QevmOpFunc qevm_op_drop_vmdesc;

/* ---- rule.c ---- */

/* "rules.json: rule 3 (set): "; "" for a rule nobody wrote. Owned. */
char *qevm_rule_prefix(const QevmRules *rules, const QevmRule *rule);
/* A block's or command's name in `at`: a pattern, or literal in quotes; with
 * `ordinal`, a trailing #K is allowed (-1 without). */
typedef struct {
    char *name;
    gboolean literal;
    gint ordinal;
} QevmPattern;
void qevm_pattern_clear(QevmPattern *pattern);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(QevmPattern, qevm_pattern_clear)
QEVM_CHECKED gboolean qevm_pattern_parse(const char *text, gboolean ordinal,
                                         QevmPattern *out, GError **error);
gboolean qevm_pattern_match(const QevmPattern *pattern, const char *name);
/* Wire bytes of a type that the rule may give a size for: the type's own, or
 * `size`; an error if they disagree or neither is there. */
QEVM_CHECKED gboolean qevm_type_size(const char *type, guint64 size,
                                     guint64 *out, GError **error);

/* ---- edit.c ---- */

/* Records one change; FALSE, with an error, if the rule's `class` is
 * exceeded. Takes over before, after and what (each may be NULL). */
QEVM_CHECKED gboolean qevm_apply_change(QevmApply *apply, const char *path,
                                        guint64 offset, char *before,
                                        char *after, QevmLoss loss, char *what,
                                        GError **error);
/* Counts bytes that a rule makes against QEVM_EDIT_MAX_MADE. */
QEVM_CHECKED gboolean qevm_apply_make(QevmApply *apply, guint64 bytes,
                                      GError **error);
/* Will what `bytes` more of nodes and descriptions take be in the budget? */
QEVM_CHECKED gboolean qevm_apply_room(QevmApply *apply, guint64 bytes,
                                      GError **error);
/* "PATH: message" with code QEVM_ERROR_RULE; returns FALSE. */
gboolean qevm_apply_fail(const char *path, GError **error, const char *format,
                         ...) G_GNUC_PRINTF(3, 4);
/* The one section that `text` (before, after) names, by its index in
 * stream->records. */
QEVM_CHECKED gboolean qevm_apply_anchor(QevmApply *apply, const char *member,
                                        const char *text, guint *index,
                                        GError **error);
/* Does a path's section part match a record's name and instance? */
gboolean qevm_path_names(const QevmPath *path, const QevmRecord *record);
/* TRUE if the path asks for any number of sections. */
gboolean qevm_path_asks_many(const QevmPath *path);
/* The node of a place: a section's root, decoded if it was not. */
QevmNode *qevm_apply_node(QevmApply *apply, const QevmPlace *place,
                          GError **error);

/* ---- ops-operand.c ---- */

gboolean qevm_operand_given(const QevmOperand *operand);
/* The literal, or the expression's value at a place. */
QEVM_CHECKED gboolean qevm_operand_eval(QevmApply *apply,
                                        const QevmOperand *operand,
                                        const QevmPlace *place, QevmValue *out,
                                        GError **error);
/* The rule's `when` at a place. */
QEVM_CHECKED gboolean qevm_when_eval(QevmApply *apply, const QevmPlace *place,
                                     gboolean *out, GError **error);
/* Bytes of one element. A literal string is a number for integer types. */
GBytes *qevm_encode_one(const QevmFieldDesc *desc, const QevmValue *value,
                        gboolean literal, GError **error);
/* Bytes of desc->count elements: each `value`, or all of them at once where
 * it is bytes of that length; kind NONE is the type's zero. */
GBytes *qevm_encode_run(const QevmFieldDesc *desc, const QevmValue *value,
                        gboolean literal, GError **error);
/* Does the rule's if-equals hold for a subtree? *why (owned) tells what does
 * not; it is NULL when *equal. Without if-equals: not equal. */
QEVM_CHECKED gboolean qevm_if_equals(QevmApply *apply, QevmRecord *record,
                                     QevmNode *node, const QevmPlace *place,
                                     gboolean *equal, char **why,
                                     GError **error);
/* Does if-equals hold for `size` bytes of elements of a leaf array? */
QEVM_CHECKED gboolean qevm_if_equals_elements(QevmApply *apply,
                                              const QevmPlace *place,
                                              const QevmFieldDesc *desc,
                                              const guint8 *data, gsize size,
                                              gboolean *equal, GError **error);
/* Values as a journal prints them; long bytes cut to 64. Owned. */
char *qevm_value_brief(const QevmValue *value);
char *qevm_bytes_brief(const guint8 *data, gsize size);
/* The value of a leaf or a run, or the bytes of a subtree. */
char *qevm_node_brief(QevmNode *node);

/* ---- ops-field.c ---- */

/* Adds a rule's new fields below `parent`, the first one after `after`. */
QEVM_CHECKED gboolean qevm_insert_fields(QevmApply *apply,
                                         const QevmPlace *place,
                                         QevmNode *parent, QevmNode *after,
                                         GError **error);
/* Gives a leaf or leaf array another type, size or count, and its bytes. */
void qevm_replace_leaf(QevmNode *node, const char *type, guint64 size,
                       guint64 count, GBytes *bytes);
/* Not a section of old-style handlers, whose vmdesc has room for one `data` of
 * bytes and nothing else. */
QEVM_CHECKED gboolean qevm_check_described(const QevmMatch *match,
                                           GError **error);
/* The arena for descriptions that an edit of this tree makes. */
QevmArena *qevm_edit_arena(QevmNode *node);
/* The last child that is no subsection; NULL if there is none. */
QevmNode *qevm_last_field(QevmNode *parent);

/* ---- ops-array.c ---- */

/* A leaf array, or a leaf, which an array of one looks like. */
QEVM_CHECKED gboolean qevm_check_leaf(const QevmMatch *match, GError **error);
/* "the array would have more than .. bytes", LIMIT; returns FALSE. */
gboolean qevm_array_too_large(GError **error);

/* ---- ops-run.c ---- */

/* Is it an array of structs (STRUCTS, STRUCTs of one name, or one STRUCT,
 * which an array of one looks like) or a list? */
gboolean qevm_is_run(const QevmMatch *match);
/* Whole, and such that elements can be put in and taken out. */
QEVM_CHECKED gboolean qevm_check_run(const QevmMatch *match, GError **error);
guint64 qevm_run_count(const QevmMatch *match);
/* Puts `n` elements in at `index`, of the layout of the one before it and
 * with zeros in their leaves; for a list, of the rule's fields if it has any.
 * The place of the match is gone afterwards; so it is for drop. */
QEVM_CHECKED gboolean qevm_run_insert(QevmApply *apply, const QevmMatch *match,
                                      guint64 index, guint64 n, GError **error);
/* Takes `n` > 0 elements out; an array of none is not there any more. */
QEVM_CHECKED gboolean qevm_run_drop(QevmApply *apply, const QevmMatch *match,
                                    guint64 index, guint64 n, GError **error);

/* ---- ops-ram.c ---- */

/* The blocks as the rules so far made them; NULL: there is no `ram`, or its
 * pages have gone by. */
QevmRamMap *qevm_apply_ram(QevmApply *apply);
char *qevm_block_path(const QevmNewBlock *block);
/* Of the entry in the source that it has come of. */
guint64 qevm_block_offset(const QevmApply *apply, const QevmNewBlock *block);
/* What its length is a multiple of: the target page, as far as it is known,
 * and the page of the host that a postcopy source told of. */
guint64 qevm_block_granule(const QevmApply *apply, const QevmNewBlock *block);
/* Counts zero pages that a rule adds to it as qevm_apply_make() does. */
QEVM_CHECKED gboolean qevm_make_pages(QevmApply *apply,
                                      const QevmNewBlock *block, guint64 length,
                                      GError **error);
/* No block has that name. */
QEVM_CHECKED gboolean qevm_check_block_name(QevmApply *apply, const char *path,
                                            const char *name, GError **error);
/* Says that the rule matched nothing for want of it. */
void qevm_set_no_block(QevmApply *apply, const char *name);
/* "0x20000 bytes", owned. */
char *qevm_size_brief(guint64 size);
/* Each block that the rule's `at` matches, by its index in the map, and its
 * path. */
typedef gboolean QevmBlockFunc(QevmApply *apply, QevmRamMap *map, guint index,
                               const char *path, GError **error);
QEVM_CHECKED gboolean qevm_each_block(QevmApply *apply, QevmBlockFunc *func,
                                      GError **error);

/* ---- ops-section.c ---- */

QEVM_CHECKED gboolean qevm_put_version(QevmApply *apply, const QevmMatch *match,
                                       guint64 version, GError **error);
QEVM_CHECKED gboolean qevm_put_instance(QevmApply *apply,
                                        const QevmMatch *match,
                                        guint64 instance, GError **error);
/* Is there a section of that name and instance, `but` aside? */
gboolean qevm_section_exists(const QevmStream *stream, const char *idstr,
                             guint32 instance_id, const QevmRecord *but);
/* Where a record that the rule adds goes: beside `before` or `after`, else at
 * `standard`. *here is FALSE if that is not in this phase, or was already
 * done. *beside (may be NULL) is the section of before or after. */
QEVM_CHECKED gboolean qevm_apply_position(QevmApply *apply, guint standard,
                                          guint *index, QevmRecord **beside,
                                          gboolean *here, GError **error);

#endif
