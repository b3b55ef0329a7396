/* compat.h - options that give a destination's devices what those of an older
 * machine type had.
 *
 * A machine type sets properties of devices ("compat properties",
 * hw/core/machine.c) to what they were when it was new. Once it is gone, the
 * properties mostly are still there, and can be set with -global.
 */
#ifndef QEVM_REWRITE_COMPAT_H
#define QEVM_REWRITE_COMPAT_H

#include <glib.h>
#include <jansson.h>

/* What schemas/machines/compat/ARCH.json.gz holds: for each machine type, which
 * QEMU told its properties, and these in the order in which they are set. */
typedef struct QevmCompat QevmCompat;

QevmCompat *qevm_compat_load(const char *path, GError **error);
QevmCompat *qevm_compat_parse(const char *text, gsize len, const char *name,
                              GError **error);
void qevm_compat_free(QevmCompat *compat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QevmCompat, qevm_compat_free)

/* Is a machine type known, here or to the QEMU that `facts` are of
 * (schemas/qevm-target.json)? */
gboolean qevm_compat_knows(const QevmCompat *compat, const json_t *facts,
                           const char *machine);

/* "TYPE.PROPERTY=VALUE" for -global: what devices of the QEMU that `facts` are
 * of need to be those of `machine`; sorted, and only of types and properties
 * that it has. Names of files are left out. NULL: nothing is known of the
 * machine. */
GPtrArray *qevm_compat_options(const QevmCompat *compat, const json_t *facts,
                               const char *machine);

/* The same for what devices of the QEMU that `from` are facts of have now, and
 * those of `facts` have otherwise: of properties that any machine type sets,
 * and of types whose devices are all alike. A newer machine type is in no
 * table. */
GPtrArray *qevm_compat_differences(const QevmCompat *compat,
                                   const json_t *facts, const json_t *from);

#endif
