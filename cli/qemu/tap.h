/* tap.h - network interfaces of the host's kind that lead nowhere.
 *
 * A virtio-net over a tap offers other features than one over anything else
 * that can be had without privileges, so nothing but a tap can stand in for
 * one. Ours is made in a network of its own that has nothing else in it, and
 * disappears with its descriptors.
 */
#ifndef QEVM_CLI_QEMU_TAP_H
#define QEVM_CLI_QEMU_TAP_H

#include <glib.h>

#define QEVM_TAP_QUEUES_MAX 16

/* Opens a tap of `queues` queues, with virtio headers (IFF_VNET_HDR), in
 * fds[]. FALSE: the system does not let us; nothing is open then. */
gboolean qevm_tap_open(guint queues, int *fds, GError **error);

#endif
