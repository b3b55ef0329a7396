/* qtree.h - the devices of a machine, as the human monitor lists them.
 *
 * `info qtree` is the one place that has all of them, whatever bus they are
 * on, with their properties as they are and, before any firmware ran, the
 * sizes of their BARs (system/qdev-monitor.c:qdev_print(),
 * hw/pci/pci-hmp-cmds.c:pcibus_dev_print()).
 */
#ifndef QEVM_CLI_QEMU_QTREE_H
#define QEVM_CLI_QEMU_QTREE_H

#include <glib.h>
#include <jansson.h>

/* A list of {"type", "id", "bus", "path", "bars": [{"bar", "type", "size"}],
 * "properties": {NAME: TEXT}}, in the order of the text; what a device has not
 * is left out. "path" is that of a PCI device as its section's idstr begins,
 * found among `idstrs` (char *). New reference. */
json_t *qevm_qtree_devices(const char *text, const GPtrArray *idstrs);

#endif
