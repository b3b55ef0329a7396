/* rework.h - what becomes of an option of QEMU: shared by command.c, which
 * goes through them, and those that know one kind each.
 */
#ifndef QEVM_CLI_QEMU_REWORK_H
#define QEVM_CLI_QEMU_REWORK_H

#include "cli/qemu/command.h"
#include "cli/qemu/error.h"
#include "cli/qemu/value.h"

typedef struct QevmQemuOption QevmQemuOption;

/* An option as it was given. */
typedef struct {
    const QevmQemuOption *option; /* NULL: unknown */
    char *value;                  /* NULL: it takes none */
} QevmQemuItem;

typedef struct {
    QevmQemuCommand *command;
    QevmQemuFlags flags;
    GPtrArray *items;  /* QevmQemuItem */
    GPtrArray *argv;   /* char *; the new command line so far */
    GHashTable *nodes; /* node names of -blockdev that can be written to */
    guint overlays;    /* made so far */
    guint hubs;        /* the same */
    const QevmQemuItem *serial; /* the option that is the first serial port;
                                   NULL: none, or it is a chardev */
    char *serial_chardev;       /* owned; NULL: none */
    char *tpm_chardev; /* owned; of a TPM that gets one of ours; NULL: none */
} QevmRework;

/* Puts on the new command line what stands for `item`. */
typedef gboolean (*QevmReworkOption)(QevmRework *rework,
                                     const QevmQemuItem *item, GError **error);

struct QevmQemuOption {
    const char *name;        /* without the dash */
    gboolean argument;       /* it takes one */
    QevmReworkOption rework; /* NULL: passed on as it is */
    const char *more;        /* for `rework`, which says what it is */
};

/* The table; ends with a NULL name. */
extern const QevmQemuOption qevm_qemu_options[];
/* NULL: no QEMU from 5.2 to 11.1 has it. */
const QevmQemuOption *qevm_qemu_option_find(const char *name);

/* ---- what a rework does ---- */

void qevm_rework_put(QevmRework *rework, const char *name, const char *value);
void qevm_rework_put_value(QevmRework *rework, const char *name,
                           const QevmQemuValue *value);
/* As it was given. */
void qevm_rework_pass(QevmRework *rework, const QevmQemuItem *item);
/* The same, noted as changed: `value` stands for it. */
void qevm_rework_change(QevmRework *rework, const QevmQemuItem *item,
                        const QevmQemuValue *value);
/* Not passed on, and noted. */
void qevm_rework_leave_out(QevmRework *rework, const QevmQemuItem *item);
/* Sets the error; FALSE. */
gboolean qevm_rework_refuse(const QevmQemuItem *item, GError **error,
                            const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Something would be written to: refused, unless disks are copies; then it is
 * passed on. */
gboolean qevm_rework_guard(QevmRework *rework, const QevmQemuItem *item,
                           GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* The value of an item; NULL with error set. */
QevmQemuValue *qevm_rework_parse(const QevmQemuItem *item, const char *implied,
                                 GError **error);
/* QEMU inherits this descriptor; it is closed with the command. */
void qevm_rework_inherit(QevmRework *rework, int fd);
/* A socket pair; QEMU inherits one end, the other is returned. */
gboolean qevm_rework_socket(QevmRework *rework, int *ours, int *theirs,
                            GError **error);
/* The first word of `more`, a list with blanks, that fits `name`; a `*` in it
 * stands for anything. */
gboolean qevm_rework_listed(const char *list, const char *name);

/* ---- options.c: the simple ones ---- */

gboolean qevm_rework_out(QevmRework *rework, const QevmQemuItem *item,
                         GError **error);
/* `more` is why. */
gboolean qevm_rework_never(QevmRework *rework, const QevmQemuItem *item,
                           GError **error);

/* ---- disk.c ---- */

gboolean qevm_rework_drive(QevmRework *rework, const QevmQemuItem *item,
                           GError **error);
/* `more` is what -drive needs besides the file: "index=0,media=disk". */
gboolean qevm_rework_image(QevmRework *rework, const QevmQemuItem *item,
                           GError **error);
gboolean qevm_rework_blockdev(QevmRework *rework, const QevmQemuItem *item,
                              GError **error);
/* Notes the nodes that a -blockdev makes. */
gboolean qevm_rework_note_nodes(QevmRework *rework, const QevmQemuItem *item,
                                GError **error);
/* Puts an overlay over the node that `key` names, if it names one that can be
 * written to, and the overlay in its place. TRUE: it did. */
gboolean qevm_rework_overlay(QevmRework *rework, QevmQemuValue *value,
                             const char *key);

/* ---- device.c ---- */

gboolean qevm_rework_device(QevmRework *rework, const QevmQemuItem *item,
                            GError **error);
gboolean qevm_rework_usbdevice(QevmRework *rework, const QevmQemuItem *item,
                               GError **error);
gboolean qevm_rework_machine(QevmRework *rework, const QevmQemuItem *item,
                             GError **error);
gboolean qevm_rework_global(QevmRework *rework, const QevmQemuItem *item,
                            GError **error);

/* ---- tpm.c ---- */

gboolean qevm_rework_tpmdev(QevmRework *rework, const QevmQemuItem *item,
                            GError **error);
/* Notes the chardev of a TPM that can be one of ours. */
gboolean qevm_rework_note_tpm(QevmRework *rework, const QevmQemuItem *item,
                              GError **error);

/* ---- host.c: memory, folders and sound of the host ---- */

gboolean qevm_rework_object(QevmRework *rework, const QevmQemuItem *item,
                            GError **error);
gboolean qevm_rework_mem_path(QevmRework *rework, const QevmQemuItem *item,
                              GError **error);
/* -fsdev, -virtfs */
gboolean qevm_rework_folder(QevmRework *rework, const QevmQemuItem *item,
                            GError **error);
/* -audiodev, -audio */
gboolean qevm_rework_audio(QevmRework *rework, const QevmQemuItem *item,
                           GError **error);
gboolean qevm_rework_display(QevmRework *rework, const QevmQemuItem *item,
                             GError **error);
gboolean qevm_rework_overcommit(QevmRework *rework, const QevmQemuItem *item,
                                GError **error);
gboolean qevm_rework_icount(QevmRework *rework, const QevmQemuItem *item,
                            GError **error);

/* ---- char.c: character devices ---- */

gboolean qevm_rework_chardev(QevmRework *rework, const QevmQemuItem *item,
                             GError **error);
/* -serial, -parallel, -debugcon */
gboolean qevm_rework_port(QevmRework *rework, const QevmQemuItem *item,
                          GError **error);
/* Finds out what the first serial port is, from all items. */
gboolean qevm_rework_find_serial(QevmRework *rework, GError **error);
/* A serial port that nobody asked for and every machine has. */
gboolean qevm_rework_default_serial(QevmRework *rework, GError **error);

/* ---- net.c ---- */

/* -netdev, -net, -nic */
gboolean qevm_rework_net(QevmRework *rework, const QevmQemuItem *item,
                         GError **error);
/* A network that nobody asked for and every machine has. */
void qevm_rework_default_net(QevmRework *rework);

/* ---- config.c ---- */

/* The options in the file that a -readconfig names, appended to the items.
 */
gboolean qevm_rework_read_config(QevmRework *rework, const QevmQemuItem *item,
                                 GError **error);
/* Puts what a -set says into the item that it means. */
gboolean qevm_rework_apply_set(QevmRework *rework, const QevmQemuItem *item,
                               GError **error);

#endif
