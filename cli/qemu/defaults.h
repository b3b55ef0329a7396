/* defaults.h - devices that QEMU adds where nobody asks for others.
 *
 * A display, a CD-ROM, a floppy, a serial and a parallel port come by
 * themselves, but not once a -device or a -global names one of their kind
 * (system/vl.c: default_list[]). So a -global for one that came by itself
 * takes it away.
 */
#ifndef QEVM_CLI_QEMU_DEFAULTS_H
#define QEVM_CLI_QEMU_DEFAULTS_H

#include <glib.h>

/* Takes out of `options`, each "TYPE.PROPERTY=VALUE", those that would take a
 * device away from the command `words`; a display is spelled out instead.
 * Gives words to add to the command; ends with NULL; owned. */
char **qevm_qemu_keep_defaults(char *const *words, GPtrArray *options);

#endif
