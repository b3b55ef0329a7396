/* net.c - networks that lead nowhere.
 *
 * The device state depends on the backend only in two ways: slirp has a
 * section of its own, and a tap can take headers that let a card offload work.
 * So a user network stays one, without ways out; a tap becomes one of ours; and
 * what neither has is a hub with nothing else on it.
 */
#include "cli/qemu/rework.h"
#include "cli/qemu/tap.h"

#include <string.h>

static const char taps[] = "tap bridge";
static const char shared[] = "vhost-user vhost-vdpa";
static const char plain[] = "socket stream dgram l2tpv3 vde netmap af-xdp "
                            "passt hubport vmnet-*";

/* ---- user ---- */

/* "tcp:SERVER:PORT-DEVICE", or "-cmd:COMMAND" (net/slirp.c:slirp_guestfwd()):
 * connections that were saved want the rule, but nobody has to be there. */
static char *
lead_nowhere(const char *text, gpointer user)
{
    QevmRework *rework = user;
    const char *minus = strchr(text, '-');
    g_autofree char *id = g_strdup_printf("qevm-guestfwd%u", rework->hubs++);
    g_autofree char *chardev = g_strdup_printf("null,id=%s", id);

    qevm_rework_put(rework, "chardev", chardev);
    return g_strdup_printf("%.*s-chardev:%s",
                           (int)(minus ? minus - text : (gssize)strlen(text)),
                           text, id);
}

static void
close_user(QevmRework *rework, QevmQemuValue *value)
{
    static const char *const ways[] = { "hostfwd", "smb", "smbserver", "tftp" };

    qevm_qemu_value_map(value, "guestfwd", lead_nowhere, rework);

    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        qevm_qemu_value_remove(value, ways[i]);
    }
    qevm_qemu_value_set_on(value, "restrict", TRUE);
}

/* ---- the others: what the card has to do with, and a backend of ours ---- */

static QevmQemuValue *
replace(const QevmQemuValue *value, const char *type)
{
    static const char *const kept[] = { "id",   "model",   "mac", "macaddr",
                                        "addr", "vectors", "name" };
    QevmQemuValue *other = qevm_qemu_value_new("type");

    qevm_qemu_value_set(other, "type", type);
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++) {
        g_autofree char *text = qevm_qemu_value_get(value, kept[i]);

        if (text) {
            qevm_qemu_value_set(other, kept[i], text);
        }
    }
    return other;
}

static guint
queues_of(const QevmQemuValue *value)
{
    g_autofree char *queues = qevm_qemu_value_get(value, "queues");
    g_autofree char *fds = qevm_qemu_value_get(value, "fds");
    g_auto(GStrv) each = fds ? g_strsplit(fds, ":", -1) : NULL;

    return each     ? g_strv_length(each)
           : queues ? (guint)g_ascii_strtoull(queues, NULL, 10)
                    : 1;
}

static gboolean
put_tap(QevmRework *rework, const QevmQemuItem *item,
        const QevmQemuValue *value, GError **error)
{
    g_autoptr(QevmQemuValue) other = replace(value, "tap");
    g_autoptr(GString) list = g_string_new(NULL);
    guint queues = queues_of(value);
    int fds[QEVM_TAP_QUEUES_MAX];

    if (queues < 1 || queues > QEVM_TAP_QUEUES_MAX) {
        return qevm_rework_refuse(item, error, "it has %u queues", queues);
    }
    if (!qevm_tap_open(queues, fds, error)) {
        g_prefix_error(error, "-%s %s: ", item->option->name, item->value);
        return FALSE;
    }
    for (guint i = 0; i < queues; i++) {
        qevm_rework_inherit(rework, fds[i]);
        g_string_append_printf(list, "%s%d", i ? ":" : "", fds[i]);
    }
    qevm_qemu_value_set(other, queues > 1 ? "fds" : "fd", list->str);
    if (qevm_qemu_value_on(value, "vhost")) {
        qevm_qemu_value_set_on(other, "vhost", TRUE);
    }
    qevm_rework_change(rework, item, other);
    return TRUE;
}

static void
put_hub(QevmRework *rework, const QevmQemuItem *item,
        const QevmQemuValue *value)
{
    g_autoptr(QevmQemuValue) other = replace(value, "hubport");
    /* The cards of -net are on hub 0. */
    gboolean net = strcmp(item->option->name, "net") == 0;
    g_autofree char *hub =
        g_strdup_printf("%u", net ? 0 : 1000 + rework->hubs++);
    g_autofree char *id = qevm_qemu_value_get(other, "id");

    qevm_qemu_value_set(other, "hubid", hub);
    if (net) {
        g_autofree char *made =
            g_strdup_printf("qevm-hubport%u", rework->hubs++);

        qevm_qemu_value_set(other, "id", id ? id : made);
        qevm_rework_put_value(rework, "netdev", other);
        g_ptr_array_add(rework->command->changed,
                        g_strdup_printf("-net %s", item->value));
    } else {
        qevm_rework_change(rework, item, other);
    }
}

gboolean
qevm_rework_net(QevmRework *rework, const QevmQemuItem *item, GError **error)
{
    g_autoptr(QevmQemuValue) value = qevm_rework_parse(item, "type", error);
    g_autofree char *type = value ? qevm_qemu_value_get(value, "type") : NULL;

    if (!value) {
        return FALSE;
    }
    /* -nic MODEL=... alone is a user network. */
    if (type ? strcmp(type, "user") == 0
             : strcmp(item->option->name, "nic") == 0) {
        qevm_qemu_value_set(value, "type", "user");
        close_user(rework, value);
        qevm_rework_change(rework, item, value);
    } else if (!type || qevm_rework_listed("none nic", type)) {
        qevm_rework_pass(rework, item);
    } else if (qevm_rework_listed(taps, type)) {
        return put_tap(rework, item, value, error);
    } else if (qevm_rework_listed(shared, type)) {
        return qevm_rework_guard(rework, item, error,
                                 "it shares the memory of the guest with "
                                 "another program");
    } else if (qevm_rework_listed(plain, type)) {
        put_hub(rework, item, value);
    } else {
        return qevm_rework_refuse(item, error,
                                  "the network \"%s\" is not known", type);
    }
    return TRUE;
}

/* system/vl.c: default_net */
void
qevm_rework_default_net(QevmRework *rework)
{
    for (guint i = 0; i < rework->items->len; i++) {
        const QevmQemuItem *item = g_ptr_array_index(rework->items, i);

        if (item->option && qevm_rework_listed("net nic netdev nodefaults",
                                               item->option->name)) {
            return;
        }
    }
    if (rework->flags & QEVM_QEMU_RUN) {
        qevm_rework_put(rework, "net", "nic");
        qevm_rework_put(rework, "net", "user,restrict=on");
    }
}
