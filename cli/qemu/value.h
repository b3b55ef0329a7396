/* value.h - the value of one option of QEMU: "driver=qcow2,file=a,,b", or an
 * object of JSON.
 *
 * QEMU reads the first form in two ways, util/qemu-option.c and
 * util/keyval.c; what both have in common is known here: a doubled comma is
 * one that does not end a value, of two equal keys the last counts, and the
 * first word may lack a key that is implied. A later word without `=` is on,
 * or off if it begins with "no".
 */
#ifndef QEVM_CLI_QEMU_VALUE_H
#define QEVM_CLI_QEMU_VALUE_H

#include <glib.h>
#include <jansson.h>

typedef struct QevmQemuValue QevmQemuValue;

/* Deeper JSON is refused. */
#define QEVM_QEMU_VALUE_DEPTH 32

/* `implied` is the key that the first word may lack; NULL: none. NULL: JSON
 * that is none. */
QevmQemuValue *qevm_qemu_value_parse(const char *text, const char *implied,
                                     GError **error);
QevmQemuValue *qevm_qemu_value_new(const char *implied);
void qevm_qemu_value_free(QevmQemuValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmQemuValue, qevm_qemu_value_free)

/* As QEMU reads it. Owned. */
char *qevm_qemu_value_text(const QevmQemuValue *value);

/* What a key at the top has: text, a number, or on or off. Owned. NULL: it is
 * not there, or is no such thing. */
char *qevm_qemu_value_get(const QevmQemuValue *value, const char *key);
gboolean qevm_qemu_value_is(const QevmQemuValue *value, const char *key,
                            const char *text);
/* Is it on? */
gboolean qevm_qemu_value_on(const QevmQemuValue *value, const char *key);
/* Is it, or anything in it, there? */
gboolean qevm_qemu_value_has(const QevmQemuValue *value, const char *key);

void qevm_qemu_value_set(QevmQemuValue *value, const char *key,
                         const char *text);
void qevm_qemu_value_set_on(QevmQemuValue *value, const char *key, gboolean on);
/* With all that is in it. TRUE: it was there. */
gboolean qevm_qemu_value_remove(QevmQemuValue *value, const char *key);

/* A new text for one of what `key` has; owned. */
typedef char *QevmQemuValueMap(const char *text, gpointer user);
/* Changes each text that `key` has: there may be several, in JSON as the "str"
 * of objects in a list. */
void qevm_qemu_value_map(QevmQemuValue *value, const char *key,
                         QevmQemuValueMap *map, gpointer user);

/* The object; borrowed. NULL: the first form. */
json_t *qevm_qemu_value_json(const QevmQemuValue *value);
/* All keys, with dots where they are in something, ends with NULL. Owned. */
char **qevm_qemu_value_keys(const QevmQemuValue *value);

#endif
