/* features.h - which features the virtio devices of a QEMU offer.
 *
 * No release of QEMU tells it in a way that others do: x-query-virtio-status
 * came with 7.2, and ends 11.1 with an assertion. But all of them tell it when
 * they refuse a stream whose guest took more (hw/virtio/virtio.c:virtio_load(),
 * "Allowed features"): so that is what they are given, one device at a time.
 */
#ifndef QEVM_CLI_QEMU_FEATURES_H
#define QEVM_CLI_QEMU_FEATURES_H

#include "cli/qemu/command.h"
#include "parser/stream.h"
#include <jansson.h>

/* The stream in the file `fd`, which stays open, as often as it is wanted. */
QevmStream *qevm_features_open(int fd, const QevmStreamHooks *hooks,
                               GError **error);

/* Of each virtio device in the stream of the command, which is in the file
 * `fd`: a list of {"section", "instance_id", "host_features": "0x.."}, without
 * those that did not tell. `hooks` says how to read the stream. New
 * reference; NULL: it failed. */
json_t *qevm_qemu_features(const QevmQemuCommand *command, int fd,
                           const QevmStreamHooks *hooks, guint seconds,
                           GError **error);

#endif
